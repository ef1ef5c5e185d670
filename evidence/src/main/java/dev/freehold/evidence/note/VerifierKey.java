// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.crypto.MlDsa44VerifyingKey;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A public key that verifies notes: name, type and key (C2SP signed-note, verifier keys). */
public final class VerifierKey {
  private static final byte[] SUBTREE_LABEL = utf8("subtree/v1\n\0");

  private final KeyName name;
  private final SignatureType type;
  private final byte[] publicKey;
  private final KeyId keyId;
  private final Algorithm algorithm;

  private VerifierKey(KeyName name, SignatureType type, byte[] publicKey, Algorithm algorithm) {
    this.name = name;
    this.type = type;
    this.publicKey = publicKey;
    this.keyId = KeyId.of(name, type, publicKey);
    this.algorithm = algorithm;
  }

  /** The key of a log (type 0x01). */
  public static VerifierKey ed25519(KeyName name, VerifyingKey key) {
    return new VerifierKey(name, SignatureType.ED25519, key.bytes(), new Ed25519(key, false));
  }

  /** The key of a witness (type 0x04). */
  public static VerifierKey ed25519Cosignature(KeyName name, VerifyingKey key) {
    return new VerifierKey(
        name, SignatureType.ED25519_COSIGNATURE, key.bytes(), new Ed25519(key, true));
  }

  /** The key of a witness (type 0x06). */
  public static VerifierKey mlDsa44Cosignature(KeyName name, MlDsa44VerifyingKey key) {
    return new VerifierKey(
        name, SignatureType.ML_DSA_44_COSIGNATURE, key.bytes(), new MlDsa44(name, key));
  }

  /**
   * The key of a certificate log (type 0x05) by its SubjectPublicKeyInfo; only ECDSA with P-256 is
   * supported.
   */
  public static Parsed<VerifierKey> rfc6962(KeyName name, byte[] subjectPublicKeyInfo) {
    try {
      PublicKey key =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(subjectPublicKeyInfo));
      AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
      curve.init(new ECGenParameterSpec("secp256r1"));
      ECParameterSpec p256 = curve.getParameterSpec(ECParameterSpec.class);
      if (!(key instanceof ECPublicKey point)
          || !point.getParams().getCurve().equals(p256.getCurve())
          || !onCurve(point.getW(), p256.getCurve())
          || !Arrays.equals(key.getEncoded(), subjectPublicKeyInfo)) {
        return new Parsed.Malformed<>("the key of a certificate log here is one on P-256");
      }
      byte[] logId = Digest.sha256(subjectPublicKeyInfo).bytes();
      return new Parsed.Read<>(
          new VerifierKey(name, SignatureType.RFC6962_TREE_HEAD, logId, new TreeHead(key)));
    } catch (GeneralSecurityException e) {
      return new Parsed.Malformed<>("not the SubjectPublicKeyInfo of a key on P-256");
    }
  }

  private static boolean onCurve(ECPoint point, EllipticCurve curve) {
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    return x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.multiply(y)
                .subtract(x.multiply(x).add(curve.getA()).multiply(x).add(curve.getB()))
                .mod(p)
                .signum()
            == 0;
  }

  /**
   * Reads the one text form, {@code name+id+key}. A key id other than the computed one is refused,
   * as is a type that is not supported; type 0x05 has no text form.
   */
  public static Parsed<VerifierKey> parse(String text) {
    String[] parts = text.split("\\+", 3);
    if (parts.length != 3) {
      return malformed("it has not the form name+id+key");
    }
    KeyName name;
    try {
      name = new KeyName(parts[0]);
    } catch (IllegalArgumentException e) {
      return malformed(String.valueOf(e.getMessage()));
    }
    if (!parts[1].matches("[0-9a-f]{8}")) {
      return malformed("its key id is not 8 lower-case hexadecimal digits");
    }
    Optional<byte[]> bytes = StrictBase64.decode(parts[2]);
    if (bytes.isEmpty() || bytes.get().length == 0) {
      return malformed("its key is not base64");
    }
    byte[] typed = bytes.get();
    byte[] key = Arrays.copyOfRange(typed, 1, typed.length);
    Optional<SignatureType> type = SignatureType.of(typed[0]);
    if (type.isEmpty() || type.get() == SignatureType.RFC6962_TREE_HEAD) {
      return malformed("its signature type %d is not supported".formatted(typed[0] & 0xff));
    }
    return switch (of(name, type.get(), key)) {
      case Parsed.Malformed<VerifierKey> malformed -> malformed;
      case Parsed.Read<VerifierKey>(VerifierKey read) ->
          read.keyId.toString().equals(parts[1])
              ? new Parsed.Read<>(read)
              : malformed(
                  "its key id is %s, but name, type and key give %s"
                      .formatted(parts[1], read.keyId));
    };
  }

  private static Parsed<VerifierKey> of(KeyName name, SignatureType type, byte[] key) {
    Optional<VerifierKey> read =
        switch (type) {
          case ED25519 -> VerifyingKey.decode(key).map(k -> ed25519(name, k));
          case ED25519_COSIGNATURE ->
              VerifyingKey.decode(key).map(k -> ed25519Cosignature(name, k));
          case ML_DSA_44_COSIGNATURE ->
              MlDsa44VerifyingKey.decode(key).map(k -> mlDsa44Cosignature(name, k));
          case RFC6962_TREE_HEAD -> Optional.empty();
        };
    return read.isPresent()
        ? new Parsed.Read<>(read.get())
        : malformed("its public key is not a sound one of its type");
  }

  private static Parsed<VerifierKey> malformed(String why) {
    return new Parsed.Malformed<>("not a verifier key: " + why);
  }

  /** The name of the key. */
  public KeyName name() {
    return name;
  }

  /** Computed from name, type and key. */
  public KeyId keyId() {
    return keyId;
  }

  /** What it verifies. */
  public SignatureType type() {
    return type;
  }

  /** A copy of the public key: of a certificate log its log id. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /**
   * The witness's key that has this name and this Ed25519 key: for files that give a witness's key
   * as one of type 0x01. Empty where it is not an Ed25519 key.
   */
  public Optional<VerifierKey> asCosignatureKey() {
    return algorithm instanceof Ed25519(VerifyingKey key, boolean _)
        ? Optional.of(ed25519Cosignature(name, key))
        : Optional.empty();
  }

  boolean named(SignatureLine line) {
    return line.name().equals(name) && line.keyId().equals(keyId);
  }

  SignatureLine line(byte[] signature) {
    return new SignatureLine(name, keyId, signature);
  }

  /** The signature with its time, if this key made it over this text. */
  Optional<NoteCheck.Signed> verify(String text, SignatureLine line) {
    byte[] bytes = line.signature();
    return switch (algorithm) {
      case Ed25519(VerifyingKey key, boolean timed) when !timed ->
          bytes.length == Signature.BYTES && key.verify(utf8(text), Signature.of(bytes))
              ? signed(null)
              : Optional.empty();
      case Ed25519(VerifyingKey key, boolean _) ->
          timed(
              text,
              bytes,
              Signature.BYTES,
              (checkpoint, time, signature) ->
                  key.verify(message(checkpoint, time), Signature.of(signature)));
      case MlDsa44(KeyName cosigner, MlDsa44VerifyingKey key) ->
          timed(
              text,
              bytes,
              MlDsa44VerifyingKey.SIGNATURE_BYTES,
              (checkpoint, time, signature) ->
                  subtreeMessage(cosigner, checkpoint, time)
                      .filter(message -> key.verify(message, signature))
                      .isPresent());
      case TreeHead(PublicKey key) ->
          checkpoint(text)
              .filter(checkpoint -> treeHead(checkpoint, bytes, key))
              .flatMap(_ -> signed(milliseconds(ByteBuffer.wrap(bytes).getLong())));
    };
  }

  private Optional<NoteCheck.Signed> signed(@Nullable Instant time) {
    return Optional.of(new NoteCheck.Signed(this, time));
  }

  private static @Nullable Instant seconds(long time) {
    // Instants end long before 2^63 seconds: such a time is a signer's nonsense, but signed.
    return time == 0 || time > Instant.MAX.getEpochSecond() ? null : Instant.ofEpochSecond(time);
  }

  private static @Nullable Instant milliseconds(long time) {
    return time < 0 ? null : Instant.ofEpochMilli(time);
  }

  private interface Cosigned {
    boolean by(Checkpoint checkpoint, long time, byte[] signature);
  }

  private Optional<NoteCheck.Signed> timed(String text, byte[] bytes, int length, Cosigned check) {
    Optional<Checkpoint> checkpoint = checkpoint(text);
    if (checkpoint.isEmpty() || bytes.length != 8 + length) {
      return Optional.empty();
    }
    long time = ByteBuffer.wrap(bytes).getLong();
    byte[] signature = Arrays.copyOfRange(bytes, 8, bytes.length);
    return time >= 0 && check.by(checkpoint.get(), time, signature)
        ? signed(seconds(time))
        : Optional.empty();
  }

  private static Optional<Checkpoint> checkpoint(String text) {
    return switch (Checkpoint.parse(text)) {
      case Parsed.Read<Checkpoint>(Checkpoint checkpoint) -> Optional.of(checkpoint);
      case Parsed.Malformed<Checkpoint> _ -> Optional.empty();
    };
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What an Ed25519 cosigner signs. */
  static byte[] message(Checkpoint checkpoint, long time) {
    return utf8("cosignature/v1\ntime " + time + "\n" + checkpoint.text());
  }

  /** What an ML-DSA-44 cosigner signs; empty where a name is too long for it. */
  static Optional<byte[]> subtreeMessage(KeyName cosigner, Checkpoint checkpoint, long time) {
    byte[] name = utf8(cosigner.text());
    byte[] origin = utf8(checkpoint.origin().text());
    if (name.length > 255 || origin.length > 255) {
      return Optional.empty();
    }
    ByteBuffer message =
        ByteBuffer.allocate(SUBTREE_LABEL.length + 2 + name.length + origin.length + 24 + 32);
    message.put(SUBTREE_LABEL);
    message.put((byte) name.length).put(name).putLong(time);
    message.put((byte) origin.length).put(origin);
    message.putLong(0).putLong(checkpoint.size()).put(checkpoint.root().bytes());
    return Optional.of(message.array());
  }

  private static boolean treeHead(Checkpoint checkpoint, byte[] bytes, PublicKey key) {
    // time, SHA-256, ECDSA, length, signature: RFC 6962, section 3.5, and RFC 5246, section 4.7
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (!checkpoint.extensions().isEmpty() || bytes.length < 12) {
      return false;
    }
    long time = in.getLong();
    if (in.get() != 4 || in.get() != 3 || (in.getShort() & 0xffff) != in.remaining()) {
      return false;
    }
    ByteBuffer head = ByteBuffer.allocate(50);
    head.put((byte) 0).put((byte) 1).putLong(time);
    head.putLong(checkpoint.size()).put(checkpoint.root().bytes());
    try {
      java.security.Signature ecdsa = java.security.Signature.getInstance("SHA256withECDSA");
      ecdsa.initVerify(key);
      ecdsa.update(head.array());
      return ecdsa.verify(bytes, 12, bytes.length - 12);
    } catch (java.security.SignatureException e) {
      // Not the DER form of two numbers.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform verifies ECDSA with P-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(publicKey, that.publicKey);
  }

  @Override
  public int hashCode() {
    return keyId.hashCode();
  }

  /** What {@link #parse} reads, where the type has a text form. */
  @Override
  public String toString() {
    byte[] typed = new byte[1 + publicKey.length];
    typed[0] = type.code();
    System.arraycopy(publicKey, 0, typed, 1, publicKey.length);
    return String.join("+", List.of(name.text(), keyId.toString(), StrictBase64.encode(typed)));
  }

  private sealed interface Algorithm {}

  private record Ed25519(VerifyingKey key, boolean timed) implements Algorithm {}

  private record MlDsa44(KeyName cosigner, MlDsa44VerifyingKey key) implements Algorithm {}

  private record TreeHead(PublicKey key) implements Algorithm {}
}
