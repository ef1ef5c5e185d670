// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.link.stream.PathKind;

/** Whether a link has a path. */
public sealed interface LinkState {
  /**
   * It has one.
   *
   * @param kind what carries it
   */
  record Up(PathKind kind) implements LinkState {}

  /**
   * It has none. Streams wait.
   *
   * @param why what happened last, for a person
   */
  record Down(String why) implements LinkState {}
}
