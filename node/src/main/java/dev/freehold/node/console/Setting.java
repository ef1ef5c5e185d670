// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

/**
 * A value of the configuration in force.
 *
 * @param from where it came from: {@code default}, {@code config} or {@code command line}
 */
public record Setting(String name, String value, String from) {}
