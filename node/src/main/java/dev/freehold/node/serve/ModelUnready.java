// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

/** A model that this node serves can't answer now; the message says why. */
public final class ModelUnready extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean passing;

  /**
   * For this reason.
   *
   * @param passing whether it will be otherwise soon
   */
  public ModelUnready(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** True while it is being loaded; false where it can't be. */
  public boolean passing() {
    return passing;
  }
}
