// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

/** Work that is not taken on, since its owner's limits forbid it now. */
public final class NotWorking extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Hindrance hindrance;

  /** For this reason. */
  public NotWorking(Hindrance hindrance) {
    super(hindrance.why());
    this.hindrance = hindrance;
  }

  /** Why. */
  public Hindrance hindrance() {
    return hindrance;
  }
}
