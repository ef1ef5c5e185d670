// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Mutations;
import dev.freehold.record.Parsed;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class RelayMessageFuzzTest {
  @Test
  void anyBytesGiveAMessageOrAReason() {
    NodeId node = SigningKey.ofSeed(new byte[32]).nodeId();
    Signature signature = Signature.of(new byte[64]);
    byte[][] seeds = {
      new RelayMessage.Hello(node, new byte[32], signature).encoded(),
      new RelayMessage.Send(node, new byte[100]).encoded(),
      new RelayMessage.Ping().encoded(),
      new RelayMessage.Challenge(new byte[32]).encoded(),
      new RelayMessage.Welcome(true, 1 << 18, signature).encoded(),
      new RelayMessage.Received(node, new byte[3]).encoded(),
      new RelayMessage.Gone(node, Absence.BUSY).encoded(),
      new RelayMessage.Credit(node, 70_000).encoded(),
      new RelayMessage.Pong().encoded(),
      new RelayMessage.Bye(Farewell.SLOW).encoded(),
      new RelayMessage.Reflects(8404).encoded()
    };
    int read =
        Mutations.run(
            3,
            20_000,
            seeds,
            bytes ->
                RelayMessage.parse(bytes) instanceof Parsed.Read<RelayMessage>(RelayMessage message)
                    ? message.encoded()
                    : null);
    assertThat(read).isGreaterThan(1000);
  }
}
