// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

/** What carries a path; the later is preferred. */
public enum PathKind {
  /** A relay forwards it. */
  RELAY,
  /** A QUIC connection between the two nodes, through whatever NATs stand between. */
  QUIC,
  /** A TCP connection between the two nodes. */
  DIRECT
}
