// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A chain of mandates as a file: one mandate a line, the owner's first. */
public final class MandateFile {
  private static final int LIMIT = 9 * (Mandate.LIMIT + 1);

  private MandateFile() {}

  /** Reads a chain; the last line feed may be missing. */
  public static Parsed<MandateChain> read(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return new Parsed.Malformed<>("longer than any chain of mandates");
    }
    List<Mandate> mandates = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] lines =
        (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
    for (String line : lines) {
      switch (Mandate.decode(line.getBytes(StandardCharsets.UTF_8))) {
        case Parsed.Read<Mandate>(Mandate mandate) -> mandates.add(mandate);
        case Parsed.Malformed<Mandate>(String reason) -> {
          return new Parsed.Malformed<>("line " + (mandates.size() + 1) + ": " + reason);
        }
      }
    }
    return new Parsed.Read<>(new MandateChain(mandates));
  }

  /** Writes a chain. */
  public static byte[] write(MandateChain chain) {
    StringBuilder text = new StringBuilder();
    for (Mandate mandate : chain.mandates()) {
      text.append(new String(mandate.encode(), StandardCharsets.UTF_8)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
