// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import java.util.OptionalDouble;

/**
 * What the machine's work costs its owner, as far as the configuration says.
 *
 * @param watts more than it takes idle, while it works
 * @param price of a kilowatt hour, in the token's whole units (dollars, for a token of a dollar)
 * @param decimals of the token: how many of its smallest units are one whole, as a power of ten
 */
public record PowerSettings(OptionalDouble watts, OptionalDouble price, int decimals) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public PowerSettings {
    if (watts.isPresent() && !(watts.getAsDouble() >= 0 && watts.getAsDouble() <= 100_000)) {
      throw new IllegalArgumentException("watts go from 0 to 100000");
    }
    if (price.isPresent() && !(price.getAsDouble() >= 0 && price.getAsDouble() <= 10_000)) {
      throw new IllegalArgumentException("a price of power goes from 0 to 10000");
    }
    if (decimals < 0 || decimals > 36) {
      throw new IllegalArgumentException("a token has 0 to 36 decimals");
    }
  }

  /** Nothing is said. */
  public static PowerSettings none() {
    return new PowerSettings(OptionalDouble.empty(), OptionalDouble.empty(), 6);
  }

  /**
   * A copy in which one key of the configuration file has this value.
   *
   * @throws IllegalArgumentException if the value is none for this key
   */
  public PowerSettings with(String key, String value) {
    return switch (key) {
      case "watts-busy" -> new PowerSettings(decimal(value), price, decimals);
      case "power-price" -> new PowerSettings(watts, decimal(value), decimals);
      case "coin-decimals" -> new PowerSettings(watts, price, Integer.parseInt(value));
      default -> throw new IllegalArgumentException("there is no setting '" + key + "'");
    };
  }

  /** As the configuration would say it; {@code none} where it is unset. */
  public String text(String key) {
    OptionalDouble value = key.equals("watts-busy") ? watts : price;
    return key.equals("coin-decimals")
        ? "" + decimals
        : value.isPresent() ? "" + value.getAsDouble() : "none";
  }

  private static OptionalDouble decimal(String value) {
    if (!value.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
      throw new IllegalArgumentException(
          "it takes a number such as 15 or 0.30, not '" + value + "'");
    }
    return OptionalDouble.of(Double.parseDouble(value));
  }
}
