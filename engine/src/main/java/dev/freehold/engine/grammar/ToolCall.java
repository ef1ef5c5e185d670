// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Json;

/** A call that the model made. */
public record ToolCall(String name, Json.Obj arguments) {}
