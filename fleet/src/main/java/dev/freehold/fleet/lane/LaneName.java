// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.lane;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a lane is called: a model server that isn't ours behind a node.
 *
 * @param text 1 to 64 of {@code A-Z a-z 0-9 . _ : -}
 */
public record LaneName(String text) {
  /** Stands before the name wherever a model can be asked for, so that nobody asks by mistake. */
  public static final String MARK = "unproven/";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  /**
   * Checks the characters.
   *
   * @throws IllegalArgumentException if there are others, or too many
   */
  public LaneName {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("a lane's name is 1 to 64 of A-Z a-z 0-9 . _ : -");
    }
  }

  /** The model id by which clients ask for it. */
  public String id() {
    return MARK + text;
  }

  /** The lane that a model id names; empty where it names none. */
  public static Optional<LaneName> ofId(String model) {
    return model.startsWith(MARK) && NAME.matcher(model.substring(MARK.length())).matches()
        ? Optional.of(new LaneName(model.substring(MARK.length())))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return text;
  }
}
