// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A frame between a coordinator and a stage (docs/formats/stage.md, "Frames"), without its length.
 * Buffers are read from position to limit and never moved.
 */
sealed interface Frame {
  /** The longest frame, its type included. */
  int LIMIT = 1 << 26;

  /** Bytes of rows that a stage lets wait, of all sequences of a connection together. */
  long WAITING = 1L << 28;

  /** The longest text. */
  int TEXT = 1000;

  /** The type of {@link Done}. */
  int DONE = 0x82;

  byte[] MAGIC = "freehold stage/3".getBytes(StandardCharsets.US_ASCII);

  /** What a DONE brings besides its rows. */
  enum Chosen {
    NOTHING,
    TOKEN,
    LOGITS
  }

  record Ask(Digest model, int arithmetic, StageLayers layers, int depth) implements Frame {
    public Ask {
      require(arithmetic >= 1 && depth >= 1 && depth <= 0xffff, "no such arithmetic or depth");
    }
  }

  record Open(int number, Nonce run, Asking asking) implements Frame {}

  record Work(int number, int first, int count, boolean choose, ByteBuffer rows) implements Frame {
    public Work {
      require(first >= 0 && count >= 1 && count <= 0xffff, "no such positions");
    }
  }

  record Close(int number) implements Frame {}

  record Ready(NodeId node, int width, int vocabulary, int positions, int rows) implements Frame {
    public Ready {
      require(width >= 1 && vocabulary >= 1 && positions >= 0 && rows >= 1, "no such stage");
    }
  }

  /**
   * Done work.
   *
   * @param payload the rows, and after them the token or the logits
   */
  record Done(int number, int first, int count, Chosen chosen, ByteBuffer payload)
      implements Frame {
    public Done {
      require(first >= 0 && count >= 1 && count <= 0xffff, "no such positions");
    }
  }

  record Statement(int number, StageReceipt receipt) implements Frame {}

  record Failed(int number, String why) implements Frame {}

  record Refused(String why) implements Frame {}

  /** It is still there, and nothing else. */
  record Alive() implements Frame {}

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** The one encoding, in parts that follow each other: a head, and rows that are not copied. */
  default ByteBuffer[] encode() {
    return switch (this) {
      case Ask(Digest model, int arithmetic, StageLayers layers, int depth) ->
          parts(
              head(0x01, MAGIC.length + 44)
                  .put(MAGIC)
                  .put(model.bytes())
                  .putInt(arithmetic)
                  .putShort((short) layers.first())
                  .putShort((short) layers.end())
                  .putShort((short) layers.total())
                  .putShort((short) depth));
      case Open(int number, Nonce run, Asking asking) -> {
        byte[] wish = asking.encode();
        yield parts(
            head(0x02, 20 + wish.length)
                .putInt(number)
                .put(HexFormat.of().parseHex(run.hex()))
                .put(wish));
      }
      case Work(int number, int first, int count, boolean choose, ByteBuffer rows) ->
          parts(
              head(0x03, 11)
                  .putInt(number)
                  .putInt(first)
                  .putShort((short) count)
                  .put((byte) (choose ? 1 : 0)),
              rows);
      case Close(int number) -> parts(head(0x04, 4).putInt(number));
      case Ready(NodeId node, int width, int vocabulary, int positions, int rows) ->
          parts(
              head(0x81, MAGIC.length + 48)
                  .put(MAGIC)
                  .put(node.key().bytes())
                  .putInt(width)
                  .putInt(vocabulary)
                  .putInt(positions)
                  .putInt(rows));
      case Done(int number, int first, int count, Chosen chosen, ByteBuffer payload) ->
          parts(
              head(DONE, 11)
                  .putInt(number)
                  .putInt(first)
                  .putShort((short) count)
                  .put(
                      switch (chosen) {
                        case NOTHING -> (byte) 0;
                        case TOKEN -> (byte) 1;
                        case LOGITS -> (byte) 2;
                      }),
              payload);
      case Statement(int number, StageReceipt receipt) ->
          parts(head(0x83, 4 + StageReceipt.BYTES).putInt(number).put(receipt.encode()));
      case Failed(int number, String why) -> {
        byte[] text = cut(why);
        yield parts(head(0x84, 4 + text.length).putInt(number).put(text));
      }
      case Refused(String why) -> {
        byte[] text = cut(why);
        yield parts(head(0x85, text.length).put(text));
      }
      case Alive() -> parts(head(0x86, 0));
    };
  }

  private static ByteBuffer head(int type, int length) {
    return ByteBuffer.allocate(1 + length).put((byte) type);
  }

  private static ByteBuffer[] parts(ByteBuffer head, ByteBuffer... rows) {
    ByteBuffer[] parts = new ByteBuffer[1 + rows.length];
    parts[0] = head.flip();
    for (int i = 0; i < rows.length; i++) {
      parts[1 + i] = rows[i].duplicate();
    }
    return parts;
  }

  /** At most {@value #TEXT} bytes of UTF-8, whole characters. */
  private static byte[] cut(String text) {
    String shorter = text;
    byte[] bytes = shorter.getBytes(StandardCharsets.UTF_8);
    while (bytes.length > TEXT) {
      int end = shorter.length() - Math.max(1, (bytes.length - TEXT) / 4);
      shorter = shorter.substring(0, Character.isLowSurrogate(shorter.charAt(end)) ? end - 1 : end);
      bytes = shorter.getBytes(StandardCharsets.UTF_8);
    }
    return bytes;
  }

  /** Reads the one encoding; rows are views of the bytes. */
  static Parsed<Frame> decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length == 0) {
      return new Parsed.Malformed<>("an empty frame");
    }
    int type = in.get() & 0xff;
    try {
      return switch (type) {
        case 0x01 -> ask(in);
        case 0x02 -> open(in);
        case 0x03 -> work(in);
        case 0x04 ->
            in.remaining() == 4 ? new Parsed.Read<>(new Close(in.getInt())) : wrongLength(type);
        case 0x81 -> ready(in);
        case DONE -> done(in);
        case 0x83 -> statement(in);
        case 0x84 ->
            in.remaining() >= 4 && in.remaining() <= 4 + TEXT
                ? new Parsed.Read<>(new Failed(in.getInt(), text(in)))
                : wrongLength(type);
        case 0x85 ->
            in.remaining() <= TEXT ? new Parsed.Read<>(new Refused(text(in))) : wrongLength(type);
        case 0x86 -> in.hasRemaining() ? wrongLength(type) : new Parsed.Read<>(new Alive());
        default -> new Parsed.Malformed<>("there is no frame of type " + type);
      };
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Parsed<Frame> wrongLength(int type) {
    return new Parsed.Malformed<>("a frame of type " + type + " has another length");
  }

  private static boolean magic(ByteBuffer in) {
    byte[] found = new byte[MAGIC.length];
    in.get(found);
    return Arrays.equals(found, MAGIC);
  }

  private static Digest digest(ByteBuffer in) {
    byte[] found = new byte[Digest.BYTES];
    in.get(found);
    return Digest.of(found);
  }

  private static String text(ByteBuffer in) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text is not UTF-8", e);
    }
  }

  private static Parsed<Frame> ask(ByteBuffer in) {
    if (in.remaining() != MAGIC.length + 44) {
      return wrongLength(0x01);
    }
    if (!magic(in)) {
      return new Parsed.Malformed<>("another protocol, or another version of it");
    }
    Digest model = digest(in);
    int arithmetic = in.getInt();
    StageLayers layers =
        new StageLayers(in.getShort() & 0xffff, in.getShort() & 0xffff, in.getShort() & 0xffff);
    return new Parsed.Read<>(new Ask(model, arithmetic, layers, in.getShort() & 0xffff));
  }

  private static Parsed<Frame> open(ByteBuffer in) {
    if (in.remaining() < 21) {
      return wrongLength(0x02);
    }
    int number = in.getInt();
    byte[] run = new byte[Nonce.BYTES];
    in.get(run);
    byte[] wish = new byte[in.remaining()];
    in.get(wish);
    return switch (Asking.decode(wish)) {
      case Parsed.Read<Asking>(Asking asking) ->
          new Parsed.Read<>(new Open(number, new Nonce(HexFormat.of().formatHex(run)), asking));
      case Parsed.Malformed<Asking>(String reason) -> new Parsed.Malformed<>(reason);
    };
  }

  private static Parsed<Frame> work(ByteBuffer in) {
    if (in.remaining() < 11) {
      return wrongLength(0x03);
    }
    int number = in.getInt();
    int first = in.getInt();
    int count = in.getShort() & 0xffff;
    int choose = in.get();
    require(choose == 0 || choose == 1, "a choice is wanted or not");
    return new Parsed.Read<>(new Work(number, first, count, choose == 1, in.slice()));
  }

  private static Parsed<Frame> ready(ByteBuffer in) {
    if (in.remaining() != MAGIC.length + 48) {
      return wrongLength(0x81);
    }
    if (!magic(in)) {
      return new Parsed.Malformed<>("another protocol, or another version of it");
    }
    byte[] key = new byte[VerifyingKey.BYTES];
    in.get(key);
    NodeId node =
        VerifyingKey.decode(key)
            .map(NodeId::of)
            .orElseThrow(() -> new IllegalArgumentException("the stage's key is no Ed25519 key"));
    return new Parsed.Read<>(new Ready(node, in.getInt(), in.getInt(), in.getInt(), in.getInt()));
  }

  private static Parsed<Frame> done(ByteBuffer in) {
    if (in.remaining() < 11) {
      return wrongLength(0x82);
    }
    int number = in.getInt();
    int first = in.getInt();
    int count = in.getShort() & 0xffff;
    Chosen chosen =
        switch (in.get()) {
          case 0 -> Chosen.NOTHING;
          case 1 -> Chosen.TOKEN;
          case 2 -> Chosen.LOGITS;
          default -> throw new IllegalArgumentException("there is no such choice");
        };
    return new Parsed.Read<>(new Done(number, first, count, chosen, in.slice()));
  }

  private static Parsed<Frame> statement(ByteBuffer in) {
    if (in.remaining() != 4 + StageReceipt.BYTES) {
      return wrongLength(0x83);
    }
    int number = in.getInt();
    byte[] bytes = new byte[StageReceipt.BYTES];
    in.get(bytes);
    return switch (StageReceipt.decode(bytes)) {
      case Parsed.Read<StageReceipt>(StageReceipt receipt) ->
          new Parsed.Read<>(new Statement(number, receipt));
      case Parsed.Malformed<StageReceipt>(String reason) -> new Parsed.Malformed<>(reason);
    };
  }
}
