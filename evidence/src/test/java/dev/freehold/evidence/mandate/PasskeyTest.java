// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Assertions as an authenticator would make them, and as it never would. */
class PasskeyTest {
  private static final String RP = "localhost";
  private static final String ORIGIN = "http://localhost:8402";
  private static final KeyPair P256 = p256();
  private static final Party OWNER = party((ECPublicKey) P256.getPublic());
  private static final Mandate.Terms TERMS =
      new Mandate.Terms(
          Grants.narrow(),
          Grants.UNTIL,
          Grants.party(Grants.AGENT),
          Grants.FROM,
          OWNER,
          Grants.root().terms().nonce(),
          null);

  @Test
  void acceptsWhatAPasskeySigned() {
    assertThat(standing(mandate(client(), authenticator(0x05, 1)), 0))
        .isInstanceOf(MandateChain.Standing.InForce.class);
    assertThat(standing(mandate(client(), authenticator(0x1d, 0)), 0))
        .isInstanceOf(MandateChain.Standing.InForce.class);
    // Browsers may add members after the four.
    String more = client().replace("}", ",\"other_keys_can_be_added_here\":\"do not compare\"}");
    assertThat(standing(mandate(more, authenticator(0x05, 7)), 6))
        .isInstanceOf(MandateChain.Standing.InForce.class);
  }

  @Test
  void anOwnerIsNamedWithWhatIsTrustedOfThePasskey() {
    assertThat(Owner.parse(OWNER.toString())).contains(Owner.of(OWNER));
    assertThat(Owner.parse(OWNER + "," + RP + "," + ORIGIN))
        .contains(new Owner(OWNER, new Owner.Passkey(RP, Set.of(ORIGIN), 0)));
    for (String name : List.of(OWNER.toString(), OWNER + "," + RP + "," + ORIGIN)) {
      assertThat(Owner.parse(name).map(Owner::toString)).contains(name);
    }
    for (String other : List.of("", "did:key:z6", OWNER + ",", OWNER + ",a,b,c", "," + OWNER)) {
      assertThat(Owner.parse(other)).as(other).isEmpty();
    }
  }

  @Test
  void aPublicKeyOfEitherKindNamesItsHolder() throws Exception {
    assertThat(Party.of(PublicKeyInfo.decode(P256.getPublic().getEncoded()))).contains(OWNER);
    Party agent = Grants.party(Grants.AGENT);
    assertThat(Party.of(agent.key())).contains(agent);
    KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
    other.initialize(new ECGenParameterSpec("secp384r1"));
    byte[] der = other.generateKeyPair().getPublic().getEncoded();
    assertThat(Party.of(PublicKeyInfo.decode(der))).isEmpty();
  }

  @Test
  void acceptsAnEd25519Passkey() {
    SigningKey key = Grants.key("passkey");
    Mandate.Terms terms =
        new Mandate.Terms(
            Grants.narrow(),
            Grants.UNTIL,
            Grants.party(Grants.AGENT),
            Grants.FROM,
            Grants.party(key),
            TERMS.nonce(),
            null);
    byte[] client = client(terms.challenge()).getBytes(StandardCharsets.UTF_8);
    byte[] authenticator = authenticator(0x05, 1);
    byte[] signature = key.sign(message(authenticator, client)).bytes();
    Mandate mandate =
        new Mandate(terms, new Proof.Passkey(new Assertion(authenticator, client, signature)));
    Owner owner = new Owner(Grants.party(key), passkey(0));
    assertThat(mandate.signatureFault(owner)).isEmpty();
    // The same key's plain signature is not the person's touch.
    Mandate plain = Mandate.sign(terms, key);
    assertThat(plain.signatureFault(owner).orElseThrow().kind())
        .isEqualTo(MandateFault.Kind.SIGNATURE);
  }

  @Test
  void survivesItsEncoding() {
    Mandate mandate = mandate(client(), authenticator(0x05, 1));
    Mandate read =
        Mandate.decode(mandate.encode())
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
    assertThat(read).isEqualTo(mandate);
    assertThat(standing(read, 0)).isInstanceOf(MandateChain.Standing.InForce.class);
    assertThat(Party.parse(OWNER.toString())).contains(OWNER);
    assertThat(OWNER.toString()).startsWith("did:key:zDn");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"type\":\"webauthn.get\" | \"type\":\"webauthn.create\" | CLIENT_DATA",
        "\"type\":\"webauthn.get\" | \"type\":\"webauthn.get\",\"type\":\"webauthn.get\" | CLIENT_DATA",
        "\"challenge\":\" | \"challenge\":\"A | CHALLENGE",
        "http://localhost:8402 | http://localhost:8403 | ORIGIN",
        "http://localhost:8402 | https://localhost:8402 | ORIGIN",
        "http://localhost:8402 | http://localhost:8402.evil.example | ORIGIN",
        "\"crossOrigin\":false | \"crossOrigin\":true | ORIGIN",
        "\"crossOrigin\":false | \"crossOrigin\":false,\"topOrigin\":\"http://evil.example\" | ORIGIN",
        ",\"crossOrigin\":false |  | ORIGIN",
        "{\"type\" | { \"type\" | CLIENT_DATA",
        "{\"type\" | {\"x\":1,\"type\" | CLIENT_DATA",
        "\"origin\" | \"\\u006frigin\" | CLIENT_DATA",
        "false} | false | CLIENT_DATA",
        "false} | false}x | CLIENT_DATA",
      })
  void refusesOtherClientData(String from, String to, MandateFault.Kind kind) {
    String changed = client().replace(from, to == null ? "" : to);
    assertThat(changed).isNotEqualTo(client());
    assertThat(fault(mandate(changed, authenticator(0x05, 1)), 0)).isEqualTo(kind);
  }

  @Test
  void refusesWhatWasShownForAnotherMandate() {
    Mandate.Terms more =
        new Mandate.Terms(
            Grants.wide(),
            TERMS.expires(),
            TERMS.holder(),
            TERMS.issued(),
            TERMS.issuer(),
            TERMS.nonce(),
            null);
    byte[] client = client().getBytes(StandardCharsets.UTF_8);
    byte[] authenticator = authenticator(0x05, 1);
    Assertion assertion =
        new Assertion(authenticator, client, sign(message(authenticator, client)));
    assertThat(fault(new Mandate(more, new Proof.Passkey(assertion)), 0))
        .isEqualTo(MandateFault.Kind.CHALLENGE);
  }

  @ParameterizedTest
  @CsvSource({
    "0x04, FLAGS",
    "0x01, FLAGS",
    "0x00, FLAGS",
    "0x15, FLAGS",
    "0x45, FLAGS",
    "0x85, FLAGS",
    "0x07, FLAGS",
    "0x25, FLAGS"
  })
  void refusesOtherFlags(String flags, MandateFault.Kind kind) {
    assertThat(fault(mandate(client(), authenticator(Integer.decode(flags), 1)), 0))
        .isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "4, 5", "0, 5", "5, 4294967295"})
  void refusesACounterThatDoesNotGoUp(int counter, long last) {
    assertThat(fault(mandate(client(), authenticator(0x05, counter)), last))
        .isEqualTo(MandateFault.Kind.COUNTER);
  }

  @Test
  void refusesAnotherRelyingPartyAndOtherLengths() {
    byte[] other = authenticator(0x05, 1);
    System.arraycopy(Digest.sha256("evil.example").bytes(), 0, other, 0, 32);
    assertThat(fault(mandate(client(), other), 0)).isEqualTo(MandateFault.Kind.RELYING_PARTY);
    for (int length : new int[] {0, 36, 38}) {
      assertThat(fault(mandate(client(), Arrays.copyOf(authenticator(0x05, 1), length)), 0))
          .isEqualTo(MandateFault.Kind.AUTHENTICATOR_DATA);
    }
    String big = client().replace("}", ",\"x\":\"" + "y".repeat(4096) + "\"}");
    assertThat(fault(mandate(big, authenticator(0x05, 1)), 0))
        .isEqualTo(MandateFault.Kind.CLIENT_DATA);
  }

  @Test
  void refusesSignaturesOfOthersAndOfOtherBytes() throws GeneralSecurityException {
    byte[] client = client().getBytes(StandardCharsets.UTF_8);
    byte[] authenticator = authenticator(0x05, 1);
    byte[] right = sign(message(authenticator, client));
    for (byte[] wrong :
        new byte[][] {
          {},
          new byte[64],
          sign(client),
          Arrays.copyOf(right, right.length - 1),
          Arrays.copyOf(right, right.length + 1),
          flipped(right)
        }) {
      assertThat(fault(mandate(authenticator, client, wrong), 0))
          .isEqualTo(MandateFault.Kind.SIGNATURE);
    }
  }

  @Test
  void nothingKnownOfAPasskeyIsNoTrust() {
    Mandate mandate = mandate(client(), authenticator(0x05, 1));
    assertThat(mandate.signatureFault(Owner.of(OWNER)).orElseThrow().kind())
        .isEqualTo(MandateFault.Kind.PASSKEY_UNKNOWN);
  }

  @Test
  void neverTakesAChangedAssertion() {
    Mandate mandate = mandate(client(), authenticator(0x05, 1));
    byte[] bytes = mandate.encode();
    long seed = 3;
    Random random = new Random(seed);
    Owner owner = new Owner(OWNER, passkey(0));
    for (int i = 0; i < 5_000; i++) {
      byte[] changed = Mutations.of(bytes, random);
      if (!Arrays.equals(changed, bytes)
          && Mandate.decode(changed) instanceof Parsed.Read<Mandate>(Mandate read)) {
        assertThat(read.signatureFault(owner)).as("seed %d, round %d", seed, i).isPresent();
      }
    }
  }

  /** Another way to write the same signature is not taken. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "3006020101020101",
        "30080202000102020001",
        "3006020100020101",
        "3006020181020101",
        "300602010102010100",
        "3081060201010201",
        "3006020101030101",
        "30060201010200"
      })
  void readsIntegersInDerOnly(String hex) {
    byte[] der = HexFormat.of().parseHex(hex);
    assertThat(Assertion.strictDer(der)).isEqualTo(hex.equals("3006020101020101"));
  }

  @Test
  void anIntegerIsBelowTheOrderOfTheCurve() {
    String order = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    String less = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
    assertThat(Assertion.strictDer(HexFormat.of().parseHex("3026020101" + "0221" + order)))
        .isFalse();
    assertThat(Assertion.strictDer(HexFormat.of().parseHex("3026020101" + "0221" + less))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
        "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU216",
        "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU21699",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWq",
        "did:key:zDna0rDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
        "did:web:example",
        "",
        "did:key:z"
      })
  void readsNamesOfKeysOnly(String name) {
    boolean published = name.equals("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169");
    assertThat(Party.parse(name).isPresent()).isEqualTo(published);
    assertThat(Party.parse(name).map(Party::toString))
        .isIn(java.util.Optional.of(name), java.util.Optional.empty());
  }

  private static String client() {
    return client(TERMS.challenge());
  }

  private static String client(Digest challenge) {
    return "{\"type\":\"webauthn.get\",\"challenge\":\""
        + Base64.getUrlEncoder().withoutPadding().encodeToString(challenge.bytes())
        + "\",\"origin\":\""
        + ORIGIN
        + "\",\"crossOrigin\":false}";
  }

  private static byte[] authenticator(int flags, int counter) {
    return ByteBuffer.allocate(37)
        .put(Digest.sha256(RP).bytes())
        .put((byte) flags)
        .putInt(counter)
        .array();
  }

  private static Mandate mandate(String client, byte[] authenticator) {
    byte[] bytes = client.getBytes(StandardCharsets.UTF_8);
    return mandate(authenticator, bytes, sign(message(authenticator, bytes)));
  }

  private static Mandate mandate(byte[] authenticator, byte[] client, byte[] signature) {
    return new Mandate(TERMS, new Proof.Passkey(new Assertion(authenticator, client, signature)));
  }

  private static byte[] message(byte[] authenticator, byte[] client) {
    return ByteBuffer.allocate(authenticator.length + 32)
        .put(authenticator)
        .put(Digest.sha256(client).bytes())
        .array();
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[flipped.length - 1] ^= 1;
    return flipped;
  }

  private static byte[] sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(P256.getPrivate());
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair p256() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Party party(ECPublicKey key) {
    return Party.ofP256(fixed(key.getW().getAffineX()), fixed(key.getW().getAffineY()));
  }

  private static byte[] fixed(BigInteger value) {
    byte[] bytes = new byte[32];
    byte[] signed = value.toByteArray();
    int length = Math.min(32, signed.length);
    System.arraycopy(signed, signed.length - length, bytes, 32 - length, length);
    return bytes;
  }

  private static Owner.Passkey passkey(long counter) {
    return new Owner.Passkey(RP, Set.of(ORIGIN), counter);
  }

  private static MandateChain.Standing standing(Mandate mandate, long counter) {
    return new MandateChain(List.of(mandate))
        .check(
            List.of(new Owner(OWNER, passkey(counter))),
            Grants.party(Grants.AGENT),
            List.of(),
            Grants.NOON);
  }

  private static MandateFault.Kind fault(Mandate mandate, long counter) {
    assertThat(Mandate.decode(mandate.encode())).isInstanceOf(Parsed.Read.class);
    return Grants.fault(standing(mandate, counter));
  }
}
