// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.link.stream.StreamCancelled;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stranger that is given up is linked to no longer, until something is wanted of it again. */
class FleetNodeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Protocol ECHO = new Protocol("freehold/test-echo/1");

  @TempDir private Path folder;
  private FleetNode anna;
  private FleetNode bert;

  @BeforeEach
  void open() throws Exception {
    anna = open("anna");
    bert = open("bert");
    anna.serveAnybody(
        ECHO,
        stream -> {
          Messages messages = stream.messages(100);
          for (var said = messages.receive(); said.isPresent(); said = messages.receive()) {
            messages.send(said.get());
          }
        });
  }

  @AfterEach
  void close() {
    anna.close();
    bert.close();
  }

  private FleetNode open(String name) throws Exception {
    Presence presence =
        new Presence(
            new Timestamp(CLOCK.instant()), "x", 0, 0, 1, 0, 0, 0, "x", List.of(), List.of());
    return FleetNode.open(
        FleetSettings.none()
            .with("fleet-name", name)
            .with("link-listen", "127.0.0.1:0")
            .with("link-loopback", "yes"),
        Files.createDirectories(folder.resolve(name)),
        SigningKey.generate(RANDOM),
        () -> presence,
        CLOCK,
        RANDOM);
  }

  private static void echoes(LinkStream stream) throws Exception {
    byte[] said = "there".getBytes(StandardCharsets.UTF_8);
    Messages messages = stream.messages(100);
    messages.send(said);
    assertThat(messages.receive().orElseThrow()).isEqualTo(said);
  }

  @Test
  void itsStreamsEndWhenAStrangerIsGivenUpAndItCanBeCalledAgain() throws Exception {
    LinkStream before = bert.stream(anna.address(), ECHO);
    echoes(before);
    bert.giveUp(anna.id());
    assertThatThrownBy(() -> echoes(before)).isInstanceOf(StreamCancelled.class);
    bert.giveUp(anna.id());
    try (LinkStream again = bert.stream(anna.address(), ECHO)) {
      echoes(again);
    }
  }

  @Test
  void aMemberIsNotGivenUp() throws Exception {
    assertThat(bert.join(anna.invite(Tier.OWN).orElseThrow()))
        .isInstanceOf(Pairing.Result.Joined.class);
    try (LinkStream stream = bert.stream(anna.address(), ECHO)) {
      echoes(stream);
      bert.giveUp(anna.id());
      echoes(stream);
    }
  }
}
