// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.stream.Cancellation;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamCancelled;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class StreamServicesTest {
  private static final Protocol ECHO = new Protocol("test/echo");
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void aMemberIsServedAndOneThatIsRemovedIsRefusedOverTheSameLink() throws Exception {
    SigningKey keyOfA = SigningKey.generate(RANDOM);
    Member a =
        new Member(
            new MemberName("a"),
            Tier.OWN,
            NodeAddress.unknown(keyOfA.nodeId()),
            Timestamp.parse("2026-11-29T07:00:00.000Z"));
    List<Member> members = new CopyOnWriteArrayList<>(List.of(a));
    LinkSettings settings = LinkSettings.DEFAULT.withLoopback();
    try (Links calling =
            Links.start(settings, keyOfA, _ -> false, RANDOM, MonotonicClock.system());
        Links serving =
            Links.start(
                settings.listeningAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                SigningKey.generate(RANDOM),
                _ -> true,
                RANDOM,
                MonotonicClock.system())) {
      new StreamServices(serving, () -> List.copyOf(members))
          .register(
              ECHO,
              (member, stream) -> {
                assertThat(member).isEqualTo(a);
                stream.input().transferTo(stream.output());
              });
      try (LinkStream stream = calling.to(serving.address()).open(ECHO)) {
        stream.write(new byte[] {1, 2});
        stream.end();
        assertThat(stream.input().readAllBytes()).containsExactly(1, 2);
      }
      members.clear();
      LinkStream refused = calling.to(serving.address()).open(ECHO);
      assertThatThrownBy(() -> refused.input().readAllBytes())
          .isInstanceOfSatisfying(
              StreamCancelled.class, e -> assertThat(e.why()).isEqualTo(Cancellation.NOT_SERVED));
    }
  }
}
