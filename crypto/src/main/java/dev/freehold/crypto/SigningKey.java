// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * An Ed25519 private key (RFC 8032): a seed of 32 bytes. Signatures are deterministic, so every
 * implementation gives the same bytes. Safe for use by many threads.
 */
public final class SigningKey {
  /** Length of the seed in bytes. */
  public static final int SEED_BYTES = 32;

  /** From so many on, eight at once are faster than one by one. */
  private static final int MANY = 3;

  private final byte[] seed;
  private final VerifyingKey verifyingKey;
  private final NodeId nodeId;
  private final Ed25519Signer signer;

  /** Signs many at once; none before {@link #prepareMany}, and where the machine has none. */
  private volatile @Nullable Ed25519Lanes lanes;

  private SigningKey(byte[] seed) {
    this.seed = seed;
    byte[] publicKey = publicKey(seed);
    this.verifyingKey = new VerifyingKey(publicKey);
    this.nodeId = NodeId.of(verifyingKey);
    this.signer = new Ed25519Signer(seed, publicKey);
  }

  /**
   * By the JDK where it takes the seed from the generator's random bytes, as all known ones do:
   * BouncyCastle's classes, in a signed jar, take 60 ms to load.
   */
  private static byte[] publicKey(byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519", "SunEC");
      generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
      KeyPair pair = generator.generateKeyPair();
      if (pair.getPrivate() instanceof EdECPrivateKey made
          && Arrays.equals(seed, made.getBytes().orElse(new byte[0]))) {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - VerifyingKey.BYTES, encoded.length);
      }
    } catch (GeneralSecurityException e) {
      // Another JDK: BouncyCastle computes it.
    }
    byte[] publicKey = new byte[VerifyingKey.BYTES];
    Ed25519.generatePublicKey(seed, 0, publicKey, 0);
    return publicKey;
  }

  /** Gives what it was given. */
  private static final class Given extends SecureRandom {
    @Serial private static final long serialVersionUID = 1L;
    private final transient byte[] seed;

    Given(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, Math.min(seed.length, bytes.length));
    }
  }

  /**
   * The key of a seed.
   *
   * @throws IllegalArgumentException if the seed has not exactly 32 bytes
   */
  public static SigningKey ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, this has " + seed.length);
    }
    return new SigningKey(seed.clone());
  }

  /** A fresh key. */
  public static SigningKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new SigningKey(seed);
  }

  /** Signs a message. */
  public Signature sign(byte[] message) {
    return sign(message, message.length);
  }

  /** Signs the first bytes of an array, for those who write many messages into the same room. */
  public Signature sign(byte[] room, int length) {
    return Signature.of(signer.sign(room, length));
  }

  /**
   * Signs messages, each as {@link #sign(byte[])} does; faster than one by one where there are
   * three or more, after {@link #prepareMany}.
   *
   * @return the signatures, in the order of the messages
   */
  public List<Signature> signAll(List<byte[]> messages) {
    Ed25519Lanes together = lanes;
    if (together != null && messages.size() >= MANY) {
      return together.sign(messages);
    }
    List<Signature> signatures = new ArrayList<>(messages.size());
    for (byte[] message : messages) {
      signatures.add(sign(message));
    }
    return signatures;
  }

  /**
   * Signs texts, each by itself, and writes its signature into it; as fast as {@link #signAll}. If
   * two threads sign the same text, both write the same.
   */
  public void signTexts(List<SignedText> texts) {
    Ed25519Lanes together = lanes;
    if (together != null && texts.size() >= MANY) {
      together.signTexts(texts);
      return;
    }
    for (SignedText text : texts) {
      text.write(sign(text.message()).bytes(), 0);
    }
  }

  /**
   * Loads what signs many messages at once, and digests two, where processor and compiler allow it:
   * for a thread that can wait some seconds, since it may have to be built first. Returns whether
   * it is there.
   */
  public boolean prepareMany() {
    lanes = Ed25519Lanes.load(seed, verifyingKey.bytes()).orElse(null);
    return lanes != null;
  }

  /**
   * Loads the fastest library now instead of at the first signature (about 0.2 s, where there is
   * one); meant for a thread that has nothing else to do. Returns the library's name.
   */
  public String prepare() {
    return signer.prepare();
  }

  /** The public half. */
  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** The name under which others know the holder of this key. */
  public NodeId nodeId() {
    return nodeId;
  }

  /**
   * An ML-DSA-44 key that follows from this one, so that one file holds both: its seed is SHA-256
   * over the purpose, a line feed and this key's seed.
   */
  public MlDsa44SigningKey companion(String purpose) {
    byte[] label = (purpose + "\n").getBytes(StandardCharsets.UTF_8);
    return MlDsa44SigningKey.ofSeed(Digest.sha256(label, seed).bytes());
  }

  byte[] seed() {
    return seed.clone();
  }

  /** The public half only: a private key is never printed. */
  @Override
  public String toString() {
    return "signing key of " + nodeId();
  }
}
