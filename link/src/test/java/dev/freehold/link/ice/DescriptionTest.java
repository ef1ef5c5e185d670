// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.link.Mutations;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the ends of an attempt tell each other. */
@NullMarked
class DescriptionTest {
  private static final Credentials CREDENTIALS = Credentials.random(new Random(4));
  private static final Digest CERTIFICATE = Digest.sha256(new byte[1]);

  private static Candidate candidate(Candidate.Kind kind, int index, String address)
      throws Exception {
    return Candidate.of(
        kind, index, new DirectAddress(InetAddress.getByName(address), 1000 + index));
  }

  private static Description description() throws Exception {
    return new Description(
        CREDENTIALS,
        CERTIFICATE,
        List.of(
            candidate(Candidate.Kind.HOST, 0, "192.168.1.7"),
            candidate(Candidate.Kind.HOST, 1, "2001:db8::7"),
            candidate(Candidate.Kind.REFLEXIVE, 2, "203.0.113.9")));
  }

  private static void refused(byte[] bytes, String why) {
    assertThat(Description.parse(bytes))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, refusal -> assertThat(refusal.reason()).contains(why));
  }

  @Test
  void readsWhatItWrites() throws Exception {
    assertThat(Description.parse(description().bytes()))
        .isEqualTo(new Parsed.Read<>(description()));
    Description none = new Description(CREDENTIALS, CERTIFICATE, List.of());
    assertThat(Description.parse(none.bytes())).isEqualTo(new Parsed.Read<>(none));
    assertThat(none.bytes()).hasSize(66);
  }

  @Test
  void hostCandidatesComeBeforeReflexiveOnes() throws Exception {
    assertThat(description().candidates().stream().map(Candidate::priority))
        .isSortedAccordingTo(Collections.reverseOrder());
  }

  @Test
  void refusesWhatIsNone() throws Exception {
    byte[] good = description().bytes();
    refused(new byte[0], "version");
    byte[] version = good.clone();
    version[0] = 2;
    refused(version, "version");
    refused(Arrays.copyOf(good, good.length + 1), "ends after");
    refused(Arrays.copyOf(good, good.length - 1), "no such address");
    byte[] character = good.clone();
    character[3] = ' ';
    refused(character, "ice-chars");
    byte[] kind = good.clone();
    kind[66] = 3;
    refused(kind, "host or reflexive");
    byte[] priority = good.clone();
    priority[67] = (byte) 0x80;
    refused(priority, "priority");
    byte[] family = good.clone();
    family[71] = 5;
    refused(family, "no such address");
    byte[] count = good.clone();
    count[65] = 13;
    refused(count, "at most");
    byte[] multicast = good.clone();
    multicast[72] = (byte) 224;
    refused(multicast, "nobody can connect");
    byte[] port = good.clone();
    port[76] = 0;
    port[77] = 0;
    refused(port, "port");
  }

  @Test
  void peerReflexiveCandidatesAreNeverTold() throws Exception {
    Candidate learnt = candidate(Candidate.Kind.PEER_REFLEXIVE, 0, "192.0.2.1");
    assertThatThrownBy(() -> new Description(CREDENTIALS, CERTIFICATE, List.of(learnt)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new Description(
                    CREDENTIALS,
                    CERTIFICATE,
                    Collections.nCopies(13, candidate(Candidate.Kind.HOST, 0, "192.0.2.1"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPasswordStaysOutOfLogs() throws Exception {
    assertThat(description().toString()).doesNotContain(CREDENTIALS.password());
  }

  @Test
  void anyBytesAreOneDescriptionOrRefused() throws Exception {
    byte[][] seeds = {
      description().bytes(), new Description(CREDENTIALS, CERTIFICATE, List.of()).bytes()
    };
    int read =
        Mutations.run(
            5,
            40_000,
            seeds,
            bytes ->
                Description.parse(bytes) instanceof Parsed.Read<Description>(Description told)
                    ? told.bytes()
                    : null);
    assertThat(read).isBetween(1000, 39_000);
  }
}
