// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Made-up vocabularies: every byte, pieces of JSON, control tokens, an end. */
@NullMarked
final class Vocabularies {
  static final int END = 0;
  static final int CONTROL = 1;

  private Vocabularies() {}

  /** All 256 bytes and {@code pieces} longer tokens, cut out of texts of that kind. */
  static TokenBytes of(Random random, int pieces) {
    List<byte[]> tokens = new ArrayList<>();
    tokens.add(text("<end>"));
    tokens.add(text("<control>"));
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    String sample =
        "{\"name\": \"Ünïcode 😀 \\u00e9\\n\\\"x\\\\\", \"a\":[1,2.5,-3e10,true,false,null], \"b\": {\"c\""
            + ": \"2024-02-29T12:00:00Z\"}}, {\"k0\":[[]], \"k1\": {}, \"k2\":\"\"}],[\"ab\",\"cd\"],\"zz\":0}"
            + "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>[TOOL_CALLS]```Ж日本€ éß";
    byte[] bytes = text(sample);
    for (int i = 0; i < pieces; i++) {
      int from = random.nextInt(bytes.length - 1);
      int to = Math.min(bytes.length, from + 2 + random.nextInt(6));
      tokens.add(java.util.Arrays.copyOfRange(bytes, from, to));
    }
    return new TokenBytes(tokens.size(), tokens::get, t -> t == CONTROL, Set.of(END));
  }

  /** Only the bytes of a set, and an end. */
  static TokenBytes ofBytes(BitSet bytes) {
    List<byte[]> tokens = new ArrayList<>();
    tokens.add(text("<end>"));
    bytes.stream().forEach(b -> tokens.add(new byte[] {(byte) b}));
    return new TokenBytes(tokens.size(), tokens::get, t -> false, Set.of(END));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A text that random choices make. After {@code steps} tokens those that come to an end are
   * preferred.
   */
  static String generate(Grammar grammar, TokenBytes vocabulary, Random random, int steps) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GrammarState state = grammar.start(vocabulary);
    int[] missing = missing(((Position) state).masks().automaton());
    BitSet allowed = new BitSet();
    for (int step = 0; ; step++) {
      state.allowed(allowed);
      if (allowed.isEmpty()) {
        throw new AssertionError("dead end after " + out.toString(StandardCharsets.UTF_8));
      }
      int token =
          step < steps
              ? any(allowed, random)
              : ending(allowed, vocabulary, (Position) state, missing, random);
      if (step > steps + 5_000) {
        throw new AssertionError("no end: " + out.toString(StandardCharsets.UTF_8));
      }
      state = state.advance(token);
      if (token == END) {
        return out.toString(StandardCharsets.UTF_8);
      }
      out.writeBytes(vocabulary.bytes(token));
    }
  }

  private static int any(BitSet allowed, Random random) {
    int skip = random.nextInt(allowed.cardinality());
    int token = allowed.nextSetBit(0);
    while (skip-- > 0) {
      token = allowed.nextSetBit(token + 1);
    }
    return token;
  }

  /** The token after which the fewest bytes are missing. */
  private static int ending(
      BitSet allowed, TokenBytes vocabulary, Position state, int[] missing, Random random) {
    if (allowed.get(END)) {
      return END;
    }
    int best = any(allowed, random);
    long least = Long.MAX_VALUE;
    for (int token = allowed.nextSetBit(0); token >= 0; token = allowed.nextSetBit(token + 1)) {
      byte[] bytes = vocabulary.bytes(token);
      if (bytes.length == 1) {
        for (Frame frame : state.masks().after(state.threads(), bytes)) {
          long distance = distance(frame, state.masks().automaton(), missing);
          if (distance < least) {
            least = distance;
            best = token;
          }
        }
      }
    }
    return best;
  }

  private static long distance(@Nullable Frame top, Automaton automaton, int[] missing) {
    long sum = 0;
    for (Frame frame = top; frame != null; frame = frame.parent()) {
      sum += missing[frame.state()] + Math.max(0, automaton.least[frame.state()] - frame.count());
    }
    return sum;
  }

  /** How many bytes each state's rule still needs at least. */
  private static int[] missing(Automaton automaton) {
    int[] missing = new int[automaton.accept.length];
    java.util.Arrays.fill(missing, 1 << 20);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int s = 0; s < missing.length; s++) {
        int best = automaton.accept[s] ? 0 : automaton.nameBody[s] ? 1 : missing[s];
        for (int c = 0; c < automaton.classes; c++) {
          int target = automaton.next[s * automaton.classes + c];
          best = target < 0 ? best : Math.min(best, 1 + missing[target]);
        }
        int[] pairs = automaton.calls[s];
        for (int i = 0; i < pairs.length; i += 2) {
          best = Math.min(best, missing[pairs[i]] + missing[pairs[i + 1]]);
        }
        if (best < missing[s]) {
          missing[s] = best;
          changed = true;
        }
      }
    }
    return missing;
  }
}
