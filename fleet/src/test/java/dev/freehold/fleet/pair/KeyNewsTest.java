// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.pair.KeyNews.Told;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Only a key itself is heard of what becomes of it. */
@NullMarked
class KeyNewsTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Timestamp FROM = Timestamp.parse("2026-11-29T07:00:00.000Z");
  private static final Duration SOON = Duration.ofSeconds(20);

  private final SigningKey old = SigningKey.generate(RANDOM);
  private final SigningKey next = SigningKey.generate(RANDOM);
  private final SigningKey thief = SigningKey.generate(RANDOM);
  private final List<KeyStatement> taken = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Optional<String>> refusals = new LinkedBlockingQueue<>();
  private Optional<String> wish = Optional.empty();
  private final Links member = listening();

  KeyNewsTest() throws IOException {}

  private static Links listening() throws IOException {
    return Links.start(
        LinkSettings.DEFAULT
            .withLoopback()
            .listeningAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        SigningKey.generate(RANDOM),
        _ -> true,
        RANDOM,
        MonotonicClock.system());
  }

  private final IdentityHashMap<SigningKey, Links> callers = new IdentityHashMap<>();

  @BeforeEach
  void listen() {
    member.serve(
        KeyNews.PROTOCOL,
        stream ->
            refusals.add(
                KeyNews.serve(
                    stream,
                    statement -> {
                      taken.add(statement);
                      return wish;
                    })));
  }

  @AfterEach
  void close() {
    callers.values().forEach(Links::close);
    member.close();
  }

  private Links calling(SigningKey key) throws Exception {
    return Links.start(
        LinkSettings.DEFAULT.withLoopback(), key, _ -> false, RANDOM, MonotonicClock.system());
  }

  /** Each key calls from one place: a second one would have to take over from the first. */
  private Told tell(SigningKey as, KeyStatement statement) throws Exception {
    Links from = callers.get(as);
    if (from == null) {
      from = calling(as);
      callers.put(as, from);
    }
    return KeyNews.tell(from.to(member.address()), statement, SOON);
  }

  private void refused(SigningKey as, KeyStatement statement, String why) throws Exception {
    assertThat(tell(as, statement)).isEqualTo(Told.REFUSED);
    assertThat(Objects.requireNonNull(refusals.poll(20, TimeUnit.SECONDS)).orElseThrow())
        .contains(why);
    assertThat(taken).isEmpty();
  }

  @Test
  void aKeyNamesItsSuccessorOrItsEnd() throws Exception {
    KeyStatement.Succession succession = KeyStatement.Succession.sign(old, next, FROM);
    KeyStatement.End end = KeyStatement.End.sign(old, FROM);
    assertThat(tell(old, succession)).isEqualTo(Told.TAKEN);
    assertThat(tell(old, end)).isEqualTo(Told.TAKEN);
    assertThat(taken).containsExactly(succession, end);
  }

  @Test
  void whatAnotherBringsIsRefusedThoughTheKeySignedIt() throws Exception {
    KeyStatement.Succession succession = KeyStatement.Succession.sign(old, next, FROM);
    refused(thief, succession, "who did not bring it");
    refused(next, succession, "who did not bring it");
    refused(thief, KeyStatement.End.sign(old, FROM), "who did not bring it");
  }

  @Test
  void whatWasForgedIsRefused() throws Exception {
    KeyStatement.Succession good = KeyStatement.Succession.sign(old, next, FROM);
    KeyStatement.Succession others = KeyStatement.Succession.sign(thief, next, FROM);
    refused(
        old,
        new KeyStatement.Succession(
            old.nodeId(), next.nodeId(), FROM, others.signature(), good.nextSignature()),
        "did not sign this succession");
    refused(
        old,
        new KeyStatement.Succession(
            old.nodeId(), thief.nodeId(), FROM, good.signature(), good.nextSignature()),
        "did not sign this succession");
    refused(
        old,
        new KeyStatement.Succession(
            old.nodeId(), next.nodeId(), FROM, good.signature(), others.nextSignature()),
        "did not sign that it follows");
    refused(
        old,
        new KeyStatement.End(old.nodeId(), FROM, KeyStatement.End.sign(thief, FROM).signature()),
        "did not sign this end");
  }

  @Test
  void whatTheMemberDoesNotTakeIsToldToBeRefused() throws Exception {
    wish = Optional.of("no member has the key");
    assertThat(tell(old, KeyStatement.Succession.sign(old, next, FROM))).isEqualTo(Told.REFUSED);
    assertThat(refusals.poll(20, TimeUnit.SECONDS)).isEqualTo(wish);
  }

  @Test
  void whatIsNoStatementIsRefused() throws Exception {
    try (Links calling = calling(old);
        LinkStream stream = calling.to(member.address()).open(KeyNews.PROTOCOL)) {
      Messages messages = stream.messages(1);
      messages.send(new byte[] {'{', '}'});
      assertThat(messages.receive().orElseThrow()).containsExactly(1);
    }
    assertThat(taken).isEmpty();
  }

  @Test
  void aMemberThatIsOffIsNotReached() throws Exception {
    var address = member.address();
    member.close();
    try (Links calling = calling(old)) {
      assertThat(
              KeyNews.tell(
                  calling.to(address), KeyStatement.End.sign(old, FROM), Duration.ofMillis(300)))
          .isEqualTo(Told.NOT_REACHED);
    }
  }
}
