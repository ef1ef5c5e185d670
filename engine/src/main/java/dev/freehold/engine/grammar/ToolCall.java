// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

/**
 * A call that the model made.
 *
 * @param arguments their JSON text as the model wrote it, so far
 * @param whole whether the arguments are there to their last brace
 */
public record ToolCall(String name, String arguments, boolean whole) {}
