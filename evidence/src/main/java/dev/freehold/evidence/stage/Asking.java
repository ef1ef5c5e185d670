// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What is wanted of the last layers beyond hidden states, once for a session. */
public sealed interface Asking {
  /** Nothing: what every stage but the last is asked. */
  record Nothing() implements Asking {}

  /** The logits of each position at which a choice is wanted. */
  record Logits() implements Asking {}

  /**
   * The next token at each position at which a choice is wanted.
   *
   * @param choice which of a request's answers this is
   * @param promptLength how many of the known tokens are the prompt
   * @param known prompt and answer so far
   * @param sampling parameters, docs/formats/sampling.md
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied in and out.
  record Tokens(int choice, int promptLength, int[] known, Json.Obj sampling) implements Asking {
    /** Copies the tokens. */
    public Tokens {
      if (choice < 0 || promptLength < 1 || known.length < promptLength) {
        throw new IllegalArgumentException(
            "choice %d, %d tokens of a prompt, %d known: nothing to choose from"
                .formatted(choice, promptLength, known.length));
      }
      for (int token : known) {
        if (token < 0) {
          throw new IllegalArgumentException("there is no token " + token);
        }
      }
      if (CanonicalJson.bytes(sampling).length > 0xffff) {
        throw new IllegalArgumentException("the sampling parameters exceed 65535 bytes");
      }
      known = known.clone();
    }

    /** A copy. */
    @Override
    public int[] known() {
      return known.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tokens that
          && choice == that.choice
          && promptLength == that.promptLength
          && Arrays.equals(known, that.known)
          && sampling.equals(that.sampling);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(known) + choice;
    }
  }

  /** The one encoding. */
  default byte[] encode() {
    return switch (this) {
      case Nothing _ -> new byte[] {0};
      case Logits _ -> new byte[] {2};
      case Tokens tokens -> {
        byte[] sampling = CanonicalJson.bytes(tokens.sampling);
        ByteBuffer out = ByteBuffer.allocate(15 + 4 * tokens.known.length + sampling.length);
        out.put((byte) 1).putInt(tokens.choice).putInt(tokens.promptLength);
        out.putInt(tokens.known.length);
        out.asIntBuffer().put(tokens.known);
        out.position(out.position() + 4 * tokens.known.length);
        out.putShort((short) sampling.length).put(sampling);
        yield out.array();
      }
    };
  }

  /** What a statement names it by. */
  default Digest digest() {
    return this instanceof Nothing ? Digest.of(new byte[Digest.BYTES]) : Digest.sha256(encode());
  }

  /** Reads the one encoding. */
  static Parsed<Asking> decode(byte[] bytes) {
    if (bytes.length == 1 && bytes[0] == 0) {
      return new Parsed.Read<>(new Nothing());
    }
    if (bytes.length == 1 && bytes[0] == 2) {
      return new Parsed.Read<>(new Logits());
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < 15 || in.get() != 1) {
      return new Parsed.Malformed<>("an asking begins with 0, 1 or 2 and has its length");
    }
    int choice = in.getInt();
    int promptLength = in.getInt();
    int count = in.getInt();
    if (count < 0 || count > (in.remaining() - 2) / 4) {
      return new Parsed.Malformed<>("it has fewer tokens than it says");
    }
    int[] known = new int[count];
    for (int i = 0; i < count; i++) {
      known[i] = in.getInt();
    }
    byte[] sampling = new byte[in.remaining() < 2 ? 0 : in.getShort() & 0xffff];
    if (sampling.length != in.remaining()) {
      return new Parsed.Malformed<>("its sampling parameters have another length than it says");
    }
    in.get(sampling);
    try {
      if (Json.parse(sampling) instanceof Json.Obj object
          && Arrays.equals(CanonicalJson.bytes(object), sampling)) {
        return new Parsed.Read<>(new Tokens(choice, promptLength, known, object));
      }
      return new Parsed.Malformed<>("its sampling parameters are not one canonical object");
    } catch (JsonException e) {
      return new Parsed.Malformed<>("its sampling parameters are not JSON");
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
