// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.LocalTimestampAuthority;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TimestampTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] CHECKPOINT =
      "freehold.example/log\n2\nqg==\n\n\u2014 freehold.example/log aaaa\n"
          .getBytes(StandardCharsets.UTF_8);
  private static final Instant TIME = Instant.parse("2026-11-25T01:02:03Z");

  private static List<Check> verify(
      byte[] response,
      byte[] message,
      Optional<BigInteger> nonce,
      TimestampAuthority... authorities) {
    return switch (TimestampResponse.decode(response)) {
      case Parsed.Malformed<TimestampResponse>(String reason) ->
          List.of(Check.fails("response", reason));
      case Parsed.Read<TimestampResponse>(TimestampResponse read) ->
          read.verify(message, nonce, List.of(authorities));
    };
  }

  @Test
  void anAuthorityStampsACheckpoint() throws Exception {
    LocalTimestampAuthority local = new LocalTimestampAuthority("local");
    TimestampRequest request = TimestampRequest.of(CHECKPOINT, RANDOM);
    assertThat(request.encode()).hasSizeLessThanOrEqualTo(70);
    for (boolean embedded : new boolean[] {true, false}) {
      byte[] response = local.answer(request.encode(), TIME, embedded);
      List<Check> checks =
          verify(response, CHECKPOINT, Optional.of(request.nonce()), trusted(local));
      assertThat(checks.stream().map(Check::claim))
          .containsExactly("granted", "message", "nonce", "signed", "authority");
      assertThat(Check.allHold(checks)).as("%s", checks).isTrue();
      TimestampResponse read = TimestampResponse.decode(response).orElse(reason -> fail(reason));
      assertThat(read.time()).contains(TIME);
      assertThat(read.encode()).isEqualTo(response);
    }
  }

  @Test
  void rejectsWhatIsNotWhatWasAskedForItsReason() throws Exception {
    LocalTimestampAuthority local = new LocalTimestampAuthority("local");
    LocalTimestampAuthority other = new LocalTimestampAuthority("other");
    TimestampRequest request = TimestampRequest.of(CHECKPOINT, RANDOM);
    byte[] response = local.answer(request.encode(), TIME, true);
    Optional<BigInteger> nonce = Optional.of(request.nonce());
    assertThat(verify(response, new byte[] {1}, nonce, trusted(local)))
        .asString()
        .contains("message: fails: the token is of another message");
    assertThat(verify(response, CHECKPOINT, Optional.of(BigInteger.TEN), trusted(local)))
        .asString()
        .contains("nonce: fails");
    assertThat(verify(response, CHECKPOINT, nonce, trusted(other)))
        .asString()
        .contains("authority: fails: no given authority signed it: other: no path leads");
    assertThat(verify(response, CHECKPOINT, nonce, trustedUntil(local, TIME)))
        .asString()
        .contains("authority: fails")
        .contains("not trusted for the time");
    assertThat(verify(response, CHECKPOINT, nonce))
        .asString()
        .contains("authority: open: no authority is trusted");
    assertThat(verify(local.refuse(request.encode()), CHECKPOINT, nonce, trusted(local)))
        .asString()
        .contains("granted: fails: the authority refused: status 2");
    byte[] bare = local.answer(request.encode(), TIME, false);
    assertThat(verify(bare, CHECKPOINT, nonce, rootOnly(local)))
        .asString()
        .contains("signed: open");
    assertThat(Check.allHold(verify(response, CHECKPOINT, nonce, rootOnly(local)))).isTrue();
    byte[] early = local.answer(request.encode(), Instant.parse("2025-01-01T00:00:00Z"), true);
    assertThat(verify(early, CHECKPOINT, nonce, trusted(local)))
        .asString()
        .contains("signed: fails")
        .contains("authority: fails");
    byte[] longer = Arrays.copyOf(response, response.length + 1);
    assertThat(verify(longer, CHECKPOINT, nonce, trusted(local)))
        .asString()
        .contains("not a timestamp response");
  }

  @Test
  void rejectsASignatureThatWasChanged() throws Exception {
    LocalTimestampAuthority local = new LocalTimestampAuthority("local");
    TimestampRequest request = TimestampRequest.of(CHECKPOINT, RANDOM);
    byte[] response = local.answer(request.encode(), TIME, true);
    response[response.length - 3] ^= 1;
    assertThat(verify(response, CHECKPOINT, Optional.empty(), trusted(local)))
        .asString()
        .contains("signed: fails");
  }

  @Test
  void anAuthorityWithAnotherPurposeCannotEvenSign() {
    // BouncyCastle's generator refuses, as its verifier does.
    assertThatThrownBy(
            () ->
                new LocalTimestampAuthority("code", true, KeyPurposeId.id_kp_codeSigning)
                    .answer(TimestampRequest.of(CHECKPOINT, RANDOM).encode(), TIME, true))
        .hasMessageContaining("ExtendedKeyUsage");
    assertThatThrownBy(
            () ->
                new LocalTimestampAuthority("lax", false, KeyPurposeId.id_kp_timeStamping)
                    .answer(TimestampRequest.of(CHECKPOINT, RANDOM).encode(), TIME, true))
        .hasMessageContaining("critical");
  }

  @Test
  void noncesHaveOneTo64Bits() {
    Digest imprint = Digest.sha256(CHECKPOINT);
    for (BigInteger nonce :
        List.of(BigInteger.ZERO, BigInteger.ONE.negate(), BigInteger.ONE.shiftLeft(64))) {
      assertThatThrownBy(() -> new TimestampRequest(imprint, nonce))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** The five published cases: two accepted, three rejected. */
  @TestFactory
  Stream<DynamicTest> agreesWithThePublishedTimestamps() throws Exception {
    String set = "oms/sigstore-samples/";
    Json.Arr cases = (Json.Arr) Vectors.at(Vectors.json(set + "expectations.json"), "timestamps");
    assertThat(cases.items()).hasSize(5);
    return cases.items().stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    Vectors.text(c, "file")
                        + ((Json.Obj) c).get("trust").map(t -> " with " + t).orElse(""),
                    () -> published(set, (Json.Obj) c)));
  }

  private static void published(String set, Json.Obj vector) throws Exception {
    String trust =
        vector
            .get("trust")
            .map(t -> ((Json.Str) t).value())
            .orElse("trustroot/staging_trusted_root.json");
    List<TimestampAuthority> authorities = authorities(Vectors.json(set + trust));
    List<Check> checks =
        verify(
            Vectors.bytes(set + Vectors.text(vector, "file")),
            Vectors.text(vector, "artifact_text").getBytes(StandardCharsets.UTF_8),
            Optional.empty(),
            authorities.toArray(TimestampAuthority[]::new));
    boolean accepted = Check.allHold(checks);
    assertThat(accepted)
        .as("%s", checks)
        .isEqualTo(Vectors.text(vector, "expect").equals("accept"));
    if (!accepted) {
      String file = Vectors.text(vector, "file");
      String reason =
          file.contains("invalid")
              ? "response: fails: not a timestamp response"
              : file.contains("freetsa")
                  ? "authority: fails: no given authority signed it"
                  : "not trusted for the time";
      assertThat(checks).asString().contains(reason);
    }
  }

  static List<TimestampAuthority> authorities(Json.Obj root) throws Exception {
    List<TimestampAuthority> authorities = new ArrayList<>();
    for (Json authority : ((Json.Arr) Vectors.at(root, "timestampAuthorities")).items()) {
      List<X509Certificate> certificates = new ArrayList<>();
      for (Json item : ((Json.Arr) Vectors.at(authority, "certChain", "certificates")).items()) {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                        new ByteArrayInputStream(
                            Base64.getDecoder().decode(Vectors.text(item, "rawBytes")))));
      }
      Json.Obj span = (Json.Obj) Vectors.at(authority, "validFor");
      authorities.add(
          new TimestampAuthority(
              Vectors.text(authority, "subject", "commonName"),
              certificates,
              Instant.parse(Vectors.text(span, "start")),
              span.get("end").map(end -> Instant.parse(((Json.Str) end).value()))));
    }
    return authorities;
  }

  @Test
  void neverFailsOtherwiseOnMutatedResponses() throws Exception {
    long seed = 20261125;
    Random random = new Random(seed);
    LocalTimestampAuthority local = new LocalTimestampAuthority("local");
    TimestampRequest request = TimestampRequest.of(CHECKPOINT, RANDOM);
    byte[] response = local.answer(request.encode(), TIME, true);
    int read = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = ByteMutations.of(response, random);
      List<Check> checks = verify(bytes, CHECKPOINT, Optional.of(request.nonce()), trusted(local));
      assertThat(checks).as("seed %d, round %d", seed, i).isNotEmpty();
      if (checks.size() > 1) {
        read++;
      }
      if (Check.allHold(checks)) {
        // What is not signed may change; what is said may not.
        assertThat(TimestampResponse.decode(bytes).orElse(reason -> fail(reason)).time())
            .contains(TIME);
      }
    }
    assertThat(read).isGreaterThan(50);
  }

  private static TimestampAuthority trusted(LocalTimestampAuthority authority) {
    return new TimestampAuthority(
        authority.name(),
        authority.certificates(),
        LocalTimestampAuthority.START,
        Optional.empty());
  }

  private static TimestampAuthority trustedUntil(LocalTimestampAuthority authority, Instant end) {
    return new TimestampAuthority(
        authority.name(),
        authority.certificates(),
        LocalTimestampAuthority.START,
        Optional.of(end));
  }

  private static TimestampAuthority rootOnly(LocalTimestampAuthority authority) {
    return new TimestampAuthority(
        authority.name(),
        List.of(authority.certificates().getLast()),
        LocalTimestampAuthority.START,
        Optional.empty());
  }
}
