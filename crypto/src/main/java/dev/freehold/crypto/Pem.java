// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A block of a PEM text (RFC 7468): its label and the DER bytes in it. */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";

  private final String label;
  private final byte[] der;

  /** A block with that label. */
  public Pem(String label, byte[] der) {
    this.label = label;
    this.der = der.clone();
  }

  /**
   * Reads all blocks of a text; lines outside of them are explanations and are passed over.
   *
   * @throws IllegalArgumentException if a block does not end, or is not base64, or there is none
   */
  public static List<Pem> parse(String text) {
    List<Pem> blocks = new ArrayList<>();
    String label = null;
    StringBuilder content = new StringBuilder();
    for (String line : text.lines().map(String::strip).toList()) {
      if (label == null) {
        if (line.startsWith(BEGIN) && line.endsWith(DASHES) && line.length() > 16) {
          label = line.substring(BEGIN.length(), line.length() - DASHES.length());
          content.setLength(0);
        }
      } else if (line.equals("-----END " + label + DASHES)) {
        try {
          blocks.add(new Pem(label, Base64.getDecoder().decode(content.toString())));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("the PEM block " + label + " is not base64", e);
        }
        label = null;
      } else {
        content.append(line);
      }
    }
    if (label != null) {
      throw new IllegalArgumentException("the PEM block " + label + " does not end");
    }
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("there is no PEM block (-----BEGIN ...-----)");
    }
    return blocks;
  }

  /** What the block says it holds: {@code PUBLIC KEY}, for example. */
  public String label() {
    return label;
  }

  /** A copy of the bytes. */
  public byte[] der() {
    return der.clone();
  }

  /** The block as text, lines of 64 characters, with a line feed at the end. */
  @Override
  public String toString() {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return BEGIN + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }
}
