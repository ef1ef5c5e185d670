// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

/**
 * Which models run on several machines.
 *
 * @param machines -1: those that don't fit here; 0: none; 2 to 16: all, on so many machines
 */
public record SplitSettings(int machines) {
  /** Those that don't fit here. */
  public static final SplitSettings AUTO = new SplitSettings(-1);

  private static final int MOST = 16;

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public SplitSettings {
    if (machines < -1 || machines == 1 || machines > MOST) {
      throw new IllegalArgumentException("it takes auto, never, or 2 to " + MOST + " machines");
    }
  }

  /**
   * Reads {@code auto}, {@code never} or a number.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static SplitSettings parse(String value) {
    return switch (value) {
      case "auto" -> AUTO;
      case "never" -> new SplitSettings(0);
      default -> {
        if (!value.matches("[0-9]{1,2}") || Integer.parseInt(value) < 2) {
          throw new IllegalArgumentException("it takes auto, never, or 2 to " + MOST + " machines");
        }
        yield new SplitSettings(Integer.parseInt(value));
      }
    };
  }

  /**
   * Whether a model could be split at all.
   *
   * @param lacksMemory it doesn't fit here
   */
  public boolean possible(boolean lacksMemory) {
    return machines > 0 || (machines < 0 && lacksMemory);
  }

  @Override
  public String toString() {
    return machines < 0 ? "auto" : machines == 0 ? "never" : Integer.toString(machines);
  }
}
