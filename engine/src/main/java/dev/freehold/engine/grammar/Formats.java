// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import org.jspecify.annotations.Nullable;

/** The formats that are enforced, each as a pattern of which every match has the format. */
final class Formats {
  private static final String DAY =
      "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)"
          + "|02-(?:0[1-9]|1\\d|2[0-8]))"
          // 29 February of years divisible by 4, those by 100 only if by 400.
          + "|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
  private static final String TIME =
      "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?"
          + "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
  private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,3}";
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

  private Formats() {}

  /** The anchored pattern of a format; null where the format is only an annotation to us. */
  static @Nullable String pattern(String format) {
    return switch (format) {
      // RFC 3339, 5.6.
      case "date" -> "^" + DAY + "$";
      case "time" -> "^" + TIME + "$";
      case "date-time" -> "^" + DAY + "T" + TIME + "$";
      // RFC 3339, appendix A.
      case "duration" ->
          "^P(?:\\d{1,4}W|(?:\\d{1,4}Y(?:\\d{1,4}M(?:\\d{1,4}D)?)?|\\d{1,4}M(?:\\d{1,4}D)?|"
              + "\\d{1,4}D)(?:T\\d{1,4}H)?|T(?:\\d{1,4}H(?:\\d{1,4}M(?:\\d{1,4}S)?)?"
              + "|\\d{1,4}M(?:\\d{1,4}S)?|\\d{1,4}S))$";
      case "uuid" -> "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
      case "email" ->
          "^[a-zA-Z0-9_+-]{1,24}(?:\\.[a-zA-Z0-9_+-]{1,24}){0,3}@"
              + LABEL.replace("61", "22")
              + "(?:\\."
              + LABEL.replace("61", "22")
              + "){1,3}$";
      case "hostname" -> "^" + HOST + "$";
      case "ipv4" -> "^" + BYTE + "(?:\\." + BYTE + "){3}$";
      case "ipv6" -> "^[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){7}$";
      default -> null;
    };
  }
}
