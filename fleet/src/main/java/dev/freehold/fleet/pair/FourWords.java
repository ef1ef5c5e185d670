// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Four words that both machines show: equal only if nobody stands between them, but for one chance
 * in 2^32 (docs/formats/pairing.md).
 *
 * @param text the four, a space between them
 */
public record FourWords(String text) {
  private static final List<String> LIST = list();
  private static final int COUNT = 4;

  /**
   * Takes four words of the list.
   *
   * @throws IllegalArgumentException for any other text
   */
  public FourWords {
    List<String> words = List.of(text.split(" ", -1));
    if (words.size() != COUNT || !LIST.containsAll(words)) {
      throw new IllegalArgumentException("these are not four words of the list");
    }
  }

  static FourWords of(Invite invite, NodeId joiner, Drawn secret, Drawn nonce) {
    byte[] transcript =
        Digest.sha256(
                "freehold pair/1 words".getBytes(StandardCharsets.US_ASCII),
                Digest.sha256(invite.bytes()).bytes(),
                invite.inviter().node().key().bytes(),
                joiner.key().bytes(),
                secret.bytes(),
                nonce.bytes())
            .bytes();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < COUNT; i++) {
      text.append(i == 0 ? "" : " ").append(LIST.get(transcript[i] & 0xff));
    }
    return new FourWords(text.toString());
  }

  static List<String> list() {
    try (InputStream in = FourWords.class.getResourceAsStream("words.txt")) {
      if (in == null) {
        throw new IllegalStateException("words.txt is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
