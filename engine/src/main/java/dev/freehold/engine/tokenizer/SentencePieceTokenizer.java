// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.gguf.Metadata;
import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece with byte fallback ({@code tokenizer.ggml.model} = {@code llama}): spaces become
 * U+2581, and of all neighbours whose concatenation is a token the pair of the highest score is
 * joined until none is left; of equal scores the leftmost goes first. A character that is no token
 * becomes its bytes' tokens.
 */
final class SentencePieceTokenizer extends GgufTokenizer {
  private static final byte[] SPACE = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};

  private final Pieces pieces = new Pieces();
  private final int[] tokens;
  private final int[] bytes = new int[256];
  private final float[] scores;
  private final boolean addsSpace;

  SentencePieceTokenizer(Metadata metadata) {
    super(new Vocabulary(metadata, 1, 2), "llama", "");
    scores = vocabulary.scores();
    addsSpace = vocabulary.flag("add_space_prefix", true);
    Arrays.fill(bytes, -1);
    IntList tokenOfPiece = new IntList();
    for (int token = 0; token < vocabulary.size(); token++) {
      byte[] text = vocabulary.text(token);
      switch (vocabulary.kind(token)) {
        case NORMAL, UNUSED, UNDEFINED, USER_DEFINED -> {
          int piece = pieces.add(text, 0, text.length);
          if (piece < tokenOfPiece.size()) {
            throw Vocabulary.duplicate(token, tokenOfPiece.get(piece));
          }
          tokenOfPiece.add(token);
        }
        case BYTE -> bytes[vocabulary.byteOf(token) & 0xFF] = token;
        case CONTROL, UNKNOWN -> {}
      }
    }
    tokens = tokenOfPiece.toArray();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < 0) {
        int piece = pieces.find(new byte[] {(byte) i}, 0, 1);
        bytes[i] = piece < 0 ? -1 : tokens[piece];
      }
    }
    finish(true, addsSpace, scores, List.of());
  }

  @Override
  byte[] textBytes(int token) {
    return switch (vocabulary.kind(token)) {
      case NORMAL, UNUSED, UNDEFINED -> spaced(vocabulary.text(token));
      case USER_DEFINED -> vocabulary.text(token);
      case BYTE -> new byte[] {vocabulary.byteOf(token)};
      case CONTROL, UNKNOWN -> new byte[0];
    };
  }

  private static byte[] spaced(byte[] text) {
    byte[] out = new byte[text.length];
    int count = 0;
    for (int i = 0; i < text.length; count++) {
      if (Arrays.equals(text, i, Math.min(i + 3, text.length), SPACE, 0, 3)) {
        out[count] = ' ';
        i += 3;
      } else {
        out[count] = text[i++];
      }
    }
    return Arrays.copyOf(out, count);
  }

  @Override
  void encodeText(String text, int from, int to, boolean afterSpecial, IntList out) {
    byte[] utf8 = new byte[Math.addExact(Math.multiplyExact(3, to - from), 3)];
    int length = 0;
    if (addsSpace && afterSpecial) {
      length = put(' ', utf8, length);
    }
    for (int i = from; i < to; ) {
      int point = text.codePointAt(i);
      length = put(point, utf8, length);
      i += Character.charCount(point);
    }
    new Merging(utf8, length).run(out);
  }

  private static int put(int codePoint, byte[] out, int at) {
    return Utf8.encode(codePoint == ' ' ? 0x2581 : codePoint, out, at);
  }

  /** One text being merged: symbols are numbered by the character they start with. */
  private final class Merging {
    private final byte[] text;
    private final int count;
    private final int[] starts;
    private final int[] next;
    private final int[] previous;
    private final int[] pair;
    private final LongHeap queue = new LongHeap();

    Merging(byte[] text, int length) {
      this.text = text;
      int characters = 0;
      for (int i = 0; i < length; i++) {
        characters += (text[i] & 0xC0) == 0x80 ? 0 : 1;
      }
      count = characters;
      starts = new int[count + 1];
      next = new int[count];
      previous = new int[count];
      pair = new int[count];
      int at = 0;
      for (int i = 0; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) {
          starts[at++] = i;
        }
      }
      starts[count] = length;
    }

    void run(IntList out) {
      for (int i = 0; i < count; i++) {
        next[i] = i + 1;
        previous[i] = i - 1;
      }
      for (int i = 0; i < count; i++) {
        look(i);
      }
      while (!queue.isEmpty()) {
        long top = queue.pop();
        int left = (int) top;
        if (pair[left] < 0 || key(pair[left]) != (int) (top >> 32)) {
          continue; // one of the two has become part of something else since
        }
        int right = next[left];
        pair[right] = -1;
        next[left] = next[right];
        if (next[left] < count) {
          previous[next[left]] = left;
        }
        look(left);
        if (previous[left] >= 0) {
          look(previous[left]);
        }
      }
      for (int i = 0; i < count; i = next[i]) {
        emit(starts[i], starts[next[i]], out);
      }
    }

    /** Looks up the token that a symbol and its neighbour would make. */
    private void look(int left) {
      int right = next[left];
      pair[left] = -1;
      if (right < count) {
        int piece = pieces.find(text, starts[left], starts[next[right]]);
        if (piece >= 0) {
          pair[left] = tokens[piece];
          queue.push((long) key(tokens[piece]) << 32 | left);
        }
      }
    }

    private void emit(int from, int to, IntList out) {
      int piece = pieces.find(text, from, to);
      if (piece >= 0) {
        out.add(tokens[piece]);
        return;
      }
      for (int i = from; i < to; i++) {
        int token = bytes[text[i] & 0xFF];
        if (token >= 0) {
          out.add(token);
        }
      }
    }
  }

  /** Integers that sort as scores do, the highest first. */
  private int key(int token) {
    int bits = Float.floatToRawIntBits(scores[token] + 0f);
    return ~(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
