// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.link.address.DirectAddress;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Two agents and a network of simulated NATs between them; no sockets, and a clock that is moved.
 */
@NullMarked
class AgentTest {
  private static final long TICK = 10_000_000L;
  private static final long END = 7_000_000_000L;
  private static final Digest CERTIFICATE = Digest.sha256(new byte[1]);

  private final Random random = new Random(9);
  private final Credentials credentialsOfA = Credentials.random(random);
  private final Credentials credentialsOfB = Credentials.random(random);
  private final List<Candidate> candidatesOfA = new ArrayList<>();
  private final List<Candidate> candidatesOfB = new ArrayList<>();
  private long now;

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static Candidate host(int index, InetSocketAddress at) {
    return Candidate.of(
        Candidate.Kind.HOST, index, new DirectAddress(at.getAddress(), at.getPort()));
  }

  private static Candidate reflexive(int index, InetSocketAddress at) {
    return Candidate.of(
        Candidate.Kind.REFLEXIVE, index, new DirectAddress(at.getAddress(), at.getPort()));
  }

  private Agent a() {
    return new Agent(
        true, credentialsOfA, new Description(credentialsOfB, CERTIFICATE, candidatesOfB), random);
  }

  private Agent b() {
    return new Agent(
        false, credentialsOfB, new Description(credentialsOfA, CERTIFICATE, candidatesOfA), random);
  }

  /** A NAT that takes datagrams in only from where one has gone out to. */
  private static class Nat {
    final InetSocketAddress inside;
    final String outside;
    final boolean symmetric;
    private final Map<InetSocketAddress, Integer> ports = new HashMap<>();

    Nat(InetSocketAddress inside, String outside, boolean symmetric) {
      this.inside = inside;
      this.outside = outside;
      this.symmetric = symmetric;
    }

    InetSocketAddress out(InetSocketAddress to) {
      int port = symmetric ? 50_000 + ports.size() : inside.getPort();
      return at(outside, ports.computeIfAbsent(to, _ -> port));
    }

    boolean in(InetSocketAddress from, InetSocketAddress to) {
      return to.getAddress().getHostAddress().equals(outside)
          && Optional.ofNullable(ports.get(from)).filter(port -> port == to.getPort()).isPresent();
    }
  }

  private record Flying(InetSocketAddress from, Datagram datagram) {}

  /** Lets both talk through their NATs until the end, or until both have nominated. */
  private void talk(Agent a, Nat ofA, Agent b, Nat ofB) {
    Queue<Flying> flying = new ArrayDeque<>();
    while (now < END && (a.nominated().isEmpty() || b.nominated().isEmpty())) {
      a.due(now).ifPresent(out -> flying.add(new Flying(ofA.out(out.to()), out)));
      b.due(now).ifPresent(out -> flying.add(new Flying(ofB.out(out.to()), out)));
      for (Flying each = flying.poll(); each != null; each = flying.poll()) {
        InetSocketAddress from = each.from();
        byte[] bytes = each.datagram().bytes();
        if (ofB.in(from, each.datagram().to())) {
          b.received(from, bytes, now)
              .ifPresent(out -> flying.add(new Flying(ofB.out(out.to()), out)));
        } else if (ofA.in(from, each.datagram().to())) {
          a.received(from, bytes, now)
              .ifPresent(out -> flying.add(new Flying(ofA.out(out.to()), out)));
        }
      }
      now += TICK;
    }
  }

  private void reflexive(InetSocketAddress ofA, InetSocketAddress ofB) {
    candidatesOfA.add(host(0, at("192.168.1.2", ofA.getPort())));
    candidatesOfA.add(reflexive(1, ofA));
    candidatesOfB.add(host(0, at("192.168.1.2", ofB.getPort())));
    candidatesOfB.add(reflexive(1, ofB));
  }

  @Test
  void twoNatsThatKeepPortsAreBothPassed() {
    reflexive(at("198.51.100.1", 4001), at("203.0.113.1", 4002));
    Agent a = a();
    Agent b = b();
    talk(
        a,
        new Nat(at("192.168.1.2", 4001), "198.51.100.1", false),
        b,
        new Nat(at("192.168.1.2", 4002), "203.0.113.1", false));
    assertThat(a.nominated()).hasValue(at("203.0.113.1", 4002));
    assertThat(b.nominated()).hasValue(at("198.51.100.1", 4001));
    assertThat(now).isLessThan(2_000_000_000L);
  }

  @Test
  void betweenTwoSymmetricNatsThereIsNoWay() {
    reflexive(at("198.51.100.1", 4001), at("203.0.113.1", 4002));
    Agent a = a();
    Agent b = b();
    talk(
        a,
        new Nat(at("192.168.1.2", 4001), "198.51.100.1", true),
        b,
        new Nat(at("192.168.1.2", 4002), "203.0.113.1", true));
    assertThat(a.nominated()).isEmpty();
    assertThat(b.nominated()).isEmpty();
    assertThat(a.heard()).isFalse();
  }

  @Test
  void anAddressThatNobodyToldIsLearntFromACheck() {
    // A's NAT is none, and B's gives another port than the one B told.
    candidatesOfA.add(host(0, at("198.51.100.1", 4001)));
    candidatesOfB.add(host(0, at("192.168.1.2", 4002)));
    Agent a = a();
    Agent b = b();
    Nat none =
        new Nat(at("198.51.100.1", 4001), "198.51.100.1", false) {
          @Override
          boolean in(InetSocketAddress from, InetSocketAddress to) {
            return to.equals(inside);
          }
        };
    talk(a, none, b, new Nat(at("192.168.1.2", 4002), "203.0.113.1", true));
    assertThat(a.nominated()).hasValue(at("203.0.113.1", 50_000));
    assertThat(b.nominated()).hasValue(at("198.51.100.1", 4001));
  }

  @Test
  void theBestWayIsTakenWhereSeveralWork() {
    candidatesOfA.add(host(0, at("198.51.100.1", 4001)));
    candidatesOfB.add(host(0, at("203.0.113.1", 4002)));
    candidatesOfB.add(reflexive(1, at("203.0.113.1", 4003)));
    Agent a = a();
    assertThat(a.due(0)).map(Datagram::to).hasValue(at("203.0.113.1", 4002));
    Datagram second = a.due(Agent.PACE).orElseThrow();
    assertThat(second.to()).isEqualTo(at("203.0.113.1", 4003));
    answer(a, second, credentialsOfB.password(), second.to(), Agent.PACE);
    assertThat(nominations(a, Agent.PACE, 250_000_000L)).as("a better one may come").isEmpty();
    assertThat(nominations(a, 260_000_000L, 1_000_000_000L))
        .contains(at("203.0.113.1", 4003))
        .doesNotContain(at("203.0.113.1", 4002));
  }

  private static Set<InetSocketAddress> nominations(Agent agent, long from, long to) {
    Set<InetSocketAddress> nominated = new HashSet<>();
    for (long at = from; at < to; at += TICK) {
      agent
          .due(at)
          .filter(out -> message(out.bytes()).nominates())
          .ifPresent(out -> nominated.add(out.to()));
    }
    return nominated;
  }

  private static StunMessage message(byte[] bytes) {
    return StunMessage.parse(bytes)
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  private static void answer(
      Agent agent, Datagram check, String password, InetSocketAddress from, long now) {
    StunWriter success =
        new StunWriter(StunMessage.Kind.SUCCESS, message(check.bytes()).transaction())
            .mapped(at("198.51.100.1", 4001));
    assertThat(agent.received(from, success.integrity(password).fingerprint().bytes(), now))
        .isEmpty();
  }

  private StunWriter request(String username) {
    return new StunWriter(StunMessage.Kind.REQUEST, TransactionId.random(random))
        .username(username);
  }

  /** Forged in each way, nothing of it is answered, and no check goes there. */
  @Test
  void whatIsNotTheOtherEndsDoesNothing() {
    candidatesOfA.add(host(0, at("198.51.100.1", 4001)));
    Agent b = b();
    String name = credentialsOfB.fragment() + ":" + credentialsOfA.fragment();
    String password = credentialsOfB.password();
    InetSocketAddress from = at("192.0.2.66", 6666);
    List<byte[]> forged =
        List.of(
            request(name).priority(9).role(true, 1).useCandidate().fingerprint().bytes(),
            request(name).priority(9).role(true, 1).integrity("x").fingerprint().bytes(),
            request(name)
                .priority(9)
                .role(true, 1)
                .integrity(credentialsOfA.password())
                .fingerprint()
                .bytes(),
            request("other:" + credentialsOfA.fragment())
                .priority(9)
                .role(true, 1)
                .integrity(password)
                .fingerprint()
                .bytes(),
            request(name).priority(9).role(true, 1).integrity(password).bytes(),
            request(name).priority(9).integrity(password).fingerprint().bytes(),
            request(name).priority(9).role(false, 1).integrity(password).fingerprint().bytes(),
            request(name).role(true, 1).integrity(password).fingerprint().bytes(),
            new byte[] {0, 1, 0, 0},
            new byte[0]);
    for (byte[] each : forged) {
      assertThat(b.received(from, each, 0)).isEmpty();
    }
    for (long at = 0; at < END; at += TICK) {
      assertThat(b.due(at).map(Datagram::to)).isNotEqualTo(Optional.of(from));
    }
    assertThat(b.nominated()).isEmpty();
  }

  @Test
  void anAnswerCountsOnlyWithItsPasswordFromWhereItWasAsked() {
    candidatesOfB.add(host(0, at("203.0.113.1", 4002)));
    Agent a = a();
    Datagram check = a.due(0).orElseThrow();
    answer(a, check, "x", check.to(), 0);
    answer(a, check, credentialsOfB.password(), at("203.0.113.1", 4009), 0);
    answer(a, check, credentialsOfA.password(), check.to(), 0);
    assertThat(a.heard()).isFalse();
    assertThat(nominations(a, TICK, END)).isEmpty();
    Agent again = a();
    Datagram asked = again.due(0).orElseThrow();
    answer(again, asked, credentialsOfB.password(), asked.to(), 0);
    assertThat(nominations(again, TICK, END)).containsExactly(asked.to());
  }

  @Test
  void aCheckThatIsSentAgainFromElsewhereDoesNothing() {
    candidatesOfA.add(host(0, at("198.51.100.1", 4001)));
    Agent b = b();
    byte[] recorded =
        request(credentialsOfB.fragment() + ":" + credentialsOfA.fragment())
            .priority(9)
            .role(true, 1)
            .useCandidate()
            .integrity(credentialsOfB.password())
            .fingerprint()
            .bytes();
    assertThat(b.received(at("198.51.100.1", 4001), recorded, 0)).isPresent();
    assertThat(b.received(at("192.0.2.66", 6666), recorded, 0)).isEmpty();
    assertThat(b.received(at("198.51.100.1", 4001), recorded, 0)).as("repeated").isPresent();
    for (long at = 0; at < END; at += TICK) {
      assertThat(b.due(at).map(Datagram::to)).isNotEqualTo(Optional.of(at("192.0.2.66", 6666)));
    }
    // In another attempt the passwords are others.
    assertThat(
            new Agent(
                    false,
                    Credentials.random(random),
                    new Description(credentialsOfA, CERTIFICATE, candidatesOfA),
                    random)
                .received(at("198.51.100.1", 4001), recorded, 0))
        .isEmpty();
  }

  /** A peer that names, and nominates, somebody else's addresses. */
  @Test
  void aThirdPartyGetsFewChecksAndNothingElse() {
    for (int i = 0; i < Description.CANDIDATES; i++) {
      candidatesOfA.add(host(i, at("192.0.2.66", 1000 + i)));
    }
    Agent b = b();
    String name = credentialsOfB.fragment() + ":" + credentialsOfA.fragment();
    int sent = 0;
    int bytes = 0;
    long last = Long.MIN_VALUE;
    for (long at = 0; at < 10 * END; at += TICK) {
      // It nominates an address whose owner it is not, again and again.
      byte[] nominates =
          request(name)
              .priority(9)
              .role(true, 1)
              .useCandidate()
              .integrity(credentialsOfB.password())
              .fingerprint()
              .bytes();
      var _ = b.received(at("192.0.2.66", 1000), nominates, at);
      Optional<Datagram> due = b.due(at);
      if (due.isPresent()) {
        assertThat(at - Math.max(last, -END)).isGreaterThanOrEqualTo(Agent.PACE);
        last = at;
        sent++;
        bytes += due.get().bytes().length;
      }
    }
    assertThat(sent).isLessThanOrEqualTo(Agent.CHECKS);
    assertThat(bytes).isLessThan(20_000);
    assertThat(b.nominated()).as("it never answered").isEmpty();
  }

  @Test
  void anyBytesAreTakenWithoutFault() {
    candidatesOfA.add(host(0, at("198.51.100.1", 4001)));
    Agent b = b();
    byte[] good =
        request(credentialsOfB.fragment() + ":" + credentialsOfA.fragment())
            .priority(9)
            .role(true, 1)
            .integrity(credentialsOfB.password())
            .fingerprint()
            .bytes();
    int answered = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      answered += b.received(at("192.0.2.66", 6666), bytes, 0).isPresent() ? 1 : 0;
      assertThat(StunMessage.parse(bytes)).isInstanceOf(Parsed.class);
    }
    assertThat(answered).isZero();
  }
}
