// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.link.Mutations;
import dev.freehold.record.Parsed;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class PacketFuzzTest {
  @Test
  void anyBytesGiveAPacketOrAReason() {
    byte[][] seeds = {
      new Packet(3, 7, List.of()).bytes(),
      new Packet(
              0,
              0,
              List.of(
                  new Frame.Open(1, new Protocol("a/1")),
                  new Frame.Data(1, new byte[] {1, 2, 3}),
                  new Frame.End(1)))
          .bytes(),
      new Packet(
              Long.MAX_VALUE,
              5,
              List.of(
                  new Frame.Ping(9),
                  new Frame.Pong(-1),
                  new Frame.Cancel(2, Cancellation.FAILED),
                  new Frame.Credit(4, 1),
                  new Frame.Note(new byte[2])))
          .bytes()
    };
    int read =
        Mutations.run(
            4,
            100_000,
            seeds,
            bytes ->
                Packet.parse(bytes) instanceof Parsed.Read<Packet>(Packet packet)
                    ? packet.bytes()
                    : null);
    assertThat(read).isGreaterThan(1000);
  }
}
