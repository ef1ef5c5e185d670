// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node sells to anybody who pays over HTTP.
 *
 * @param host the address to listen on
 * @param port 0 for any free one
 */
public record SaleAddress(String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile("(?:([^\\s:]+|\\[[^\\s\\]]+]):)?([0-9]{1,5})");

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if there is no such one
   */
  public SaleAddress {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port goes from 0 to 65535");
    }
  }

  /**
   * Reads {@code PORT}, which is one on loopback, or {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static SaleAddress parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("it takes PORT or HOST:PORT, not '" + text + "'");
    }
    String host = matcher.group(1);
    String bare =
        host == null
            ? "127.0.0.1"
            : host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new SaleAddress(bare, Integer.parseInt(matcher.group(2)));
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
