// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PublicKeyInfoTest {
  private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);
  private static final SecureRandom RANDOM = new SecureRandom();

  private static KeyPair pair(String algorithm, String curve, int bits)
      throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (curve.isEmpty()) {
      generator.initialize(bits);
    } else {
      generator.initialize(new ECGenParameterSpec(curve));
    }
    return generator.generateKeyPair();
  }

  @ParameterizedTest
  @CsvSource({"secp256r1, P256", "secp384r1, P384", "secp521r1, P521"})
  void signsAndVerifiesWithKeysThatOtherLibrariesMade(String curve, PublicKeyInfo.Kind kind)
      throws GeneralSecurityException {
    for (int i = 0; i < 5; i++) {
      KeyPair pair = pair("EC", curve, 0);
      PrivateKeyInfo key =
          PrivateKeyInfo.ofPem(new Pem("PRIVATE KEY", pair.getPrivate().getEncoded()).toString());
      PublicKeyInfo publicKey = PublicKeyInfo.decode(pair.getPublic().getEncoded());
      assertThat(key.publicKey()).isEqualTo(publicKey).hasSameHashCodeAs(publicKey);
      assertThat(publicKey.kind()).isEqualTo(kind);
      assertThat(PublicKeyInfo.ofPem(publicKey.pem())).isEqualTo(publicKey);
      for (HashAlgorithm hash : HashAlgorithm.values()) {
        byte[] signature = key.sign(hash, MESSAGE, RANDOM);
        assertThat(publicKey.verify(hash, MESSAGE, signature)).isTrue();
        assertThat(publicKey.verify(hash, new byte[0], signature)).isFalse();
        assertThat(publicKey.verifyFixed(hash, MESSAGE, signature)).isFalse();
        assertThat(publicKey.verifyEdDsa(MESSAGE, signature)).isFalse();
        byte[] longer = Arrays.copyOf(signature, signature.length + 1);
        assertThat(publicKey.verify(hash, MESSAGE, longer)).isFalse();
        assertThat(publicKey.verify(hash, MESSAGE, new byte[0])).isFalse();
      }
    }
  }

  @Test
  void readsKeysAsOpensslWritesThem() {
    // openssl ecparam -name prime256v1 -genkey -noout, and the same key as PKCS #8.
    PrivateKeyInfo sec1 =
        PrivateKeyInfo.ofPem(
            """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIFfJIHdmQUbodnYMlSDQVKqTw6+wTjBnBdtgkDCFB7TToAoGCCqGSM49
            AwEHoUQDQgAEusWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8gE4v4LcG2
            1WK+D6VKt4BKOmS21yzP7Vvtvu0ou/wRfg==
            -----END EC PRIVATE KEY-----
            """);
    assertThat(sec1.publicKey().kind()).isEqualTo(PublicKeyInfo.Kind.P256);
    assertThat(sec1.publicKey())
        .isEqualTo(
            PublicKeyInfo.ofPoint(
                PublicKeyInfo.Kind.P256,
                HexFormat.of()
                    .parseHex("bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff"),
                HexFormat.of()
                    .parseHex("20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e")));
    SigningKey own = SigningKey.ofSeed(new byte[32]);
    PrivateKeyInfo ed25519 =
        PrivateKeyInfo.ofPem(
            """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            -----END PRIVATE KEY-----
            """);
    assertThat(ed25519.publicKey()).isEqualTo(PublicKeyInfo.of(own.verifyingKey()));
    assertThat(ed25519.sign(HashAlgorithm.SHA_256, MESSAGE, RANDOM))
        .isEqualTo(own.sign(MESSAGE).bytes());
    assertThat(sec1).asString().doesNotContain("57c920");
  }

  @Test
  void verifiesRsaAndRefusesShortModuli() throws GeneralSecurityException {
    KeyPair pair = pair("RSA", "", 2048);
    PublicKeyInfo key = PublicKeyInfo.decode(pair.getPublic().getEncoded());
    java.security.Signature signer = java.security.Signature.getInstance("SHA256withRSA");
    signer.initSign(pair.getPrivate());
    signer.update(MESSAGE);
    byte[] signature = signer.sign();
    assertThat(key.verify(HashAlgorithm.SHA_256, MESSAGE, signature)).isTrue();
    assertThat(key.verify(HashAlgorithm.SHA_384, MESSAGE, signature)).isFalse();
    signature[5] ^= 1;
    assertThat(key.verify(HashAlgorithm.SHA_256, MESSAGE, signature)).isFalse();
    byte[] small = pair("RSA", "", 1024).getPublic().getEncoded();
    assertThatThrownBy(() -> PublicKeyInfo.decode(small)).hasMessageContaining("1024 bits");
  }

  @ParameterizedTest
  @EnumSource(
      value = PublicKeyInfo.Kind.class,
      names = {"P256", "P384", "P521"})
  void refusesPointsThatAreNotOnTheCurve(PublicKeyInfo.Kind kind) throws Exception {
    byte[] zero = new byte[kind.fieldBytes()];
    assertThatThrownBy(() -> PublicKeyInfo.ofPoint(kind, zero, zero))
        .isInstanceOf(IllegalArgumentException.class);
    var curve = CustomNamedCurves.getByOID(PublicKeyInfo.curve(kind));
    byte[] compressed = curve.getG().getEncoded(true);
    AlgorithmIdentifier algorithm =
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, PublicKeyInfo.curve(kind));
    byte[] encoded = new SubjectPublicKeyInfo(algorithm, compressed).getEncoded("DER");
    assertThatThrownBy(() -> PublicKeyInfo.decode(encoded)).hasMessageContaining("compressed");
    byte[] infinity = new SubjectPublicKeyInfo(algorithm, new byte[1]).getEncoded("DER");
    assertThatThrownBy(() -> PublicKeyInfo.decode(infinity))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatIsNotOneKeyInDer() throws Exception {
    byte[] der = PublicKeyInfo.of(SigningKey.ofSeed(new byte[32]).verifyingKey()).der();
    assertThatThrownBy(() -> PublicKeyInfo.decode(Arrays.copyOf(der, der.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PublicKeyInfo.decode(Arrays.copyOf(der, der.length - 1)))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] zeros = der.clone();
    Arrays.fill(zeros, 12, 44, (byte) 0);
    assertThatThrownBy(() -> PublicKeyInfo.decode(zeros)).hasMessageContaining("not sound");
    byte[] other =
        new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(
                    X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256k1),
                new byte[65])
            .getEncoded("DER");
    assertThatThrownBy(() -> PublicKeyInfo.decode(other)).hasMessageContaining("not P-256");
    byte[] unknown =
        new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.3")), new byte[32])
            .getEncoded("DER");
    assertThatThrownBy(() -> PublicKeyInfo.decode(unknown)).hasMessageContaining("not known");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no block at all | no PEM block",
        "-----BEGIN PUBLIC KEY----- | does not end",
        "-----BEGIN PUBLIC KEY-----/!!!/-----END PUBLIC KEY----- | not base64",
        "-----BEGIN CERTIFICATE-----/MAA=/-----END CERTIFICATE----- | begins with CERTIFICATE",
        "-----BEGIN PUBLIC KEY-----/MAA=/-----END PUBLIC KEY----- | not a public key",
      })
  void refusesOtherTextsForTheirReason(String text, String reason) {
    assertThatThrownBy(() -> PublicKeyInfo.ofPem(text.replace('/', '\n')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void refusesPrivateKeysItCannotUse() throws GeneralSecurityException {
    String locked = new Pem("ENCRYPTED PRIVATE KEY", new byte[] {0x30, 0}).toString();
    assertThatThrownBy(() -> PrivateKeyInfo.ofPem(locked)).hasMessageContaining("passphrase");
    String rsa = new Pem("PRIVATE KEY", pair("RSA", "", 2048).getPrivate().getEncoded()).toString();
    assertThatThrownBy(() -> PrivateKeyInfo.ofPem(rsa)).hasMessageContaining("only Ed25519");
    String publicKey = PublicKeyInfo.of(SigningKey.ofSeed(new byte[32]).verifyingKey()).pem();
    assertThatThrownBy(() -> PrivateKeyInfo.ofPem(publicKey))
        .hasMessageContaining("no private key, only PUBLIC KEY");
  }

  @Test
  void neverFailsOtherwiseOnMutatedKeys() throws GeneralSecurityException {
    long seed = 20261125;
    Random random = new Random(seed);
    byte[][] seeds = {
      PublicKeyInfo.of(SigningKey.ofSeed(new byte[32]).verifyingKey()).der(),
      pair("EC", "secp256r1", 0).getPublic().getEncoded(),
      pair("RSA", "", 2048).getPublic().getEncoded(),
      pair("EC", "secp521r1", 0).getPrivate().getEncoded()
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seeds[i % seeds.length].clone();
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        bytes[random.nextInt(Math.min(bytes.length, 60))] = (byte) random.nextInt(256);
      }
      try {
        PublicKeyInfo key = PublicKeyInfo.decode(bytes);
        assertThat(key.der()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        assertThat(key.verify(HashAlgorithm.SHA_256, MESSAGE, new byte[64])).isFalse();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      try {
        PrivateKeyInfo.ofPem(new Pem("PRIVATE KEY", bytes).toString());
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
