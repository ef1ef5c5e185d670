// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Turns a stream of tokens into text piece by piece and never splits a character: bytes of an
 * unfinished UTF-8 sequence wait for the next token. Bytes that can't be UTF-8 become U+FFFD, one
 * for each maximal ill-formed part, as a whole-text decoder would give. The pieces add up to {@link
 * Tokenizer#decode}. One thread at a time.
 */
public final class Detokenizer {
  private final IntFunction<byte[]> bytes;
  private boolean dropsLeadingSpace;
  private byte[] pending = new byte[0];

  Detokenizer(IntFunction<byte[]> bytes, boolean dropsLeadingSpace) {
    this.bytes = bytes;
    this.dropsLeadingSpace = dropsLeadingSpace;
  }

  /** Takes the next token; gives the characters that it completes, often one word, maybe none. */
  public String push(int token) {
    byte[] added = bytes.apply(token);
    if (added.length == 0) {
      return "";
    }
    int from = 0;
    if (dropsLeadingSpace) {
      dropsLeadingSpace = false;
      from = added[0] == ' ' ? 1 : 0;
    }
    byte[] all = Arrays.copyOf(pending, pending.length + added.length - from);
    System.arraycopy(added, from, all, pending.length, added.length - from);
    return take(all, false);
  }

  /** Ends the stream; gives U+FFFD if a character was left unfinished, otherwise nothing. */
  public String finish() {
    return take(pending, true);
  }

  private String take(byte[] all, boolean last) {
    StringBuilder out = new StringBuilder();
    int at = Utf8.decode(all, last, out);
    pending = Arrays.copyOfRange(all, at, all.length);
    return out.toString();
  }
}
