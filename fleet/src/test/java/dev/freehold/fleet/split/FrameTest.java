// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.fleet.ByteStream;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class FrameTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final Nonce RUN = new Nonce("00112233445566778899aabbccddeeff");
  private static final List<Frame> EXAMPLES =
      List.of(
          new Frame.Ask(Digest.sha256("model"), 1, new StageLayers(0, 10, 30), 3),
          new Frame.Open(1, RUN, new Asking.Nothing()),
          new Frame.Open(2, RUN, new Asking.Logits()),
          new Frame.Open(
              -3,
              RUN,
              new Asking.Tokens(
                  0, 2, new int[] {1, 2, 3}, Json.object().put("temperature", 0.5).build())),
          new Frame.Work(1, 0, 2, true, ByteBuffer.wrap(new byte[] {0, 0, 0, 5, 0, 0, 0, 6})),
          new Frame.Close(1),
          new Frame.Ready(KEY.nodeId(), 576, 49_152, 8192, 256),
          new Frame.Done(1, 7, 1, Frame.Chosen.TOKEN, ByteBuffer.wrap(new byte[9])),
          new Frame.Done(1, 7, 1, Frame.Chosen.LOGITS, ByteBuffer.wrap(new byte[9])),
          new Frame.Done(1, 7, 1, Frame.Chosen.NOTHING, ByteBuffer.wrap(new byte[9])),
          new Frame.Statement(
              1,
              StageReceipt.sign(
                  new StageStatement(
                      RUN,
                      RUN,
                      Digest.sha256("model"),
                      1,
                      new StageLayers(0, 10, 30),
                      7,
                      OptionalInt.empty(),
                      new Asking.Nothing().digest(),
                      Digest.sha256("in"),
                      Digest.sha256("out"),
                      KEY.nodeId()),
                  KEY)),
          new Frame.Failed(1, "Speicher voll: \u00fc"),
          new Frame.Refused("no such layers"),
          new Frame.Alive());

  /** Bytes to read; what is written is kept. */
  private static final class Recorded implements ByteStream {
    private final byte[] bytes;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    Recorded(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public InputStream input() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public OutputStream output() {
      return written;
    }

    @Override
    public void close() {}
  }

  private static byte[] bytes(Frame frame) {
    Recorded stream = new Recorded(new byte[0]);
    try (FrameStream frames = new FrameStream(stream)) {
      frames.write(frame);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return stream.written.toByteArray();
  }

  private static byte[] body(Frame frame) {
    byte[] all = bytes(frame);
    return Arrays.copyOfRange(all, 4, all.length);
  }

  @Test
  void everyFrameIsReadBack() throws IOException {
    for (Frame frame : EXAMPLES) {
      byte[] bytes = bytes(frame);
      assertThat(ByteBuffer.wrap(bytes).getInt()).isEqualTo(bytes.length - 4);
      try (FrameStream frames = new FrameStream(new Recorded(bytes))) {
        assertThat(frames.read()).isEqualTo(frame);
      }
    }
  }

  @Test
  void anyBytesAreReadOrRefusedAndWhatIsReadIsWrittenTheSame() {
    long seed = 20261129;
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = body(EXAMPLES.get(i % EXAMPLES.size()));
      for (int n = random.nextInt(4); n > 0; n--) {
        bytes[random.nextInt(Math.min(bytes.length, 40))] = (byte) random.nextInt();
      }
      bytes = random.nextInt(6) == 0 ? Arrays.copyOf(bytes, random.nextInt(80)) : bytes;
      switch (Frame.decode(bytes)) {
        case Parsed.Read<Frame>(Frame frame) -> {
          assertThat(body(frame)).as("seed %d, round %d", seed, i).isEqualTo(bytes);
          read++;
        }
        case Parsed.Malformed<Frame>(String reason) -> assertThat(reason).isNotBlank();
      }
    }
    assertThat(read).isGreaterThan(50_000);
  }

  @Test
  void refusesFramesThatAreNone() {
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[] {0x05},
            new byte[] {0x04, 0, 0, 0},
            new byte[] {0x03, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {0x03, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2},
            new byte[] {(byte) 0x82, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3},
            new byte[] {(byte) 0x84, 0, 0, 0, 1, (byte) 0xff},
            new byte[] {(byte) 0x85, (byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0x86, 0})) {
      assertThat(Frame.decode(bytes)).isInstanceOf(Parsed.Malformed.class);
    }
  }

  @Test
  void refusesLengthsThatNoFrameHasAndStreamsThatEndWithinOne() {
    byte[] good = bytes(EXAMPLES.get(4));
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[] {0, 0, 0, 0},
            new byte[] {-1, -1, -1, -1},
            new byte[] {4, 0, 0, 1},
            new byte[] {0, 0},
            Arrays.copyOf(good, good.length - 1))) {
      assertThatThrownBy(
              () -> {
                try (FrameStream frames = new FrameStream(new Recorded(bytes))) {
                  frames.read();
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void cutsALongReasonToWholeCharacters() {
    byte[] body = body(new Frame.Refused("\ud83d\ude42".repeat(400)));
    assertThat(body.length).isLessThanOrEqualTo(1001);
    assertThat(Frame.decode(body)).isInstanceOf(Parsed.Read.class);
  }

  private static Frame.Done done(int number) {
    return new Frame.Done(number, 7, 1, Frame.Chosen.NOTHING, ByteBuffer.wrap(new byte[9]));
  }

  private static byte[] written(List<Frame> frames) throws IOException {
    Recorded stream = new Recorded(new byte[0]);
    try (FrameStream out = new FrameStream(stream)) {
      out.write(frames);
    }
    return stream.written.toByteArray();
  }

  @Test
  void framesThatAreWrittenTogetherAreThoseThatAreWrittenAlone() throws IOException {
    ByteArrayOutputStream alone = new ByteArrayOutputStream();
    for (Frame frame : EXAMPLES) {
      alone.writeBytes(written(List.of(frame)));
    }
    assertThat(written(EXAMPLES)).isEqualTo(alone.toByteArray());
    assertThat(written(List.of())).isEmpty();
  }

  @Test
  void longFramesAreWrittenBehindEachOtherWhole() throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] rows = new byte[20_000 * i];
      Arrays.fill(rows, (byte) i);
      frames.add(new Frame.Done(i, 0, 1, Frame.Chosen.NOTHING, ByteBuffer.wrap(rows)));
    }
    try (FrameStream in = new FrameStream(new Recorded(written(frames)))) {
      for (Frame frame : frames) {
        assertThat(in.read()).isEqualTo(frame);
      }
    }
  }

  @Test
  void finishedWorkThatCameTogetherIsReadTogetherAndWhatIsSlowerIsNot() throws IOException {
    Frame statement = EXAMPLES.get(10);
    byte[] bytes =
        written(List.of(done(1), done(2), statement, done(3), new Frame.Alive(), done(4)));
    try (FrameStream in = new FrameStream(new Recorded(bytes))) {
      assertThat(in.readTogether()).containsExactly(done(1), done(2));
      assertThat(in.readTogether()).containsExactly(statement, done(3));
      assertThat(in.readTogether()).containsExactly(new Frame.Alive(), done(4));
    }
  }

  @Test
  void finishedWorkOfWhichOnlyAPartHasComeIsNotWaitedFor() throws IOException {
    byte[] bytes = written(List.of(done(1), done(2)));
    for (int cut = bytes.length / 2; cut < bytes.length; cut++) {
      try (FrameStream in = new FrameStream(new Recorded(Arrays.copyOf(bytes, cut)))) {
        assertThat(in.readTogether()).containsExactly(done(1));
      }
    }
  }

  @Test
  void aLengthThatIsNoneIsRefusedBehindFinishedWorkToo() throws IOException {
    byte[] bytes = Arrays.copyOf(written(List.of(done(1))), 4 + 21 + 5);
    bytes[25] = -1;
    bytes[29] = (byte) Frame.DONE;
    try (FrameStream in = new FrameStream(new Recorded(bytes))) {
      assertThat(in.readTogether()).containsExactly(done(1));
      assertThatThrownBy(in::readTogether).isInstanceOf(ProtocolException.class);
    }
  }
}
