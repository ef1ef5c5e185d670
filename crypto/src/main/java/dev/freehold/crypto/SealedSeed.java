// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The seed of a key under a passphrase: {@code freehold-key/2} of docs/formats/key-file.md.
 * Argon2id (RFC 9106) makes the key, AES-256-GCM seals.
 */
final class SealedSeed {
  static final String FORMAT = "freehold-key/2";

  private static final int TAG_BITS = 128;
  private static final int SALT_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int SEALED_BYTES = SigningKey.SEED_BYTES + TAG_BITS / 8;

  /**
   * How hard guessing is made.
   *
   * @param memory in KiB
   */
  record Cost(int memory, int passes, int lanes) {
    static final Cost WRITTEN = new Cost(65_536, 3, 4);

    Cost {
      require(lanes >= 1 && lanes <= 16, "lanes", lanes, "1 to 16");
      require(passes >= 1 && passes <= 16, "passes", passes, "1 to 16");
      require(
          memory >= 8 * lanes && memory <= 1 << 20, "memory", memory, 8 * lanes + " to 1048576");
    }

    private static void require(boolean holds, String name, int value, String range) {
      if (!holds) {
        throw new IllegalArgumentException(name + " is " + value + ", it goes from " + range);
      }
    }
  }

  private final NodeId node;
  private final Cost cost;
  private final byte[] salt;
  private final byte[] nonce;
  private final byte[] sealed;

  private SealedSeed(NodeId node, Cost cost, byte[] salt, byte[] nonce, byte[] sealed) {
    this.node = node;
    this.cost = cost;
    this.salt = salt;
    this.nonce = nonce;
    this.sealed = sealed;
  }

  static SealedSeed seal(SigningKey key, Passphrase passphrase, Cost cost, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    SealedSeed open = new SealedSeed(key.nodeId(), cost, salt, nonce, new byte[0]);
    byte[] seed = key.seed();
    try {
      byte[] sealed = open.cipher(Cipher.ENCRYPT_MODE, passphrase).doFinal(seed);
      return new SealedSeed(key.nodeId(), cost, salt, nonce, sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks AES-256-GCM", e);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  NodeId node() {
    return node;
  }

  /** The key, where the passphrase is the one and no byte was changed. */
  Optional<SigningKey> open(Passphrase passphrase) {
    byte[] seed;
    try {
      seed = cipher(Cipher.DECRYPT_MODE, passphrase).doFinal(sealed);
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks AES-256-GCM", e);
    }
    try {
      return Optional.of(SigningKey.ofSeed(seed)).filter(key -> key.nodeId().equals(node));
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  private Cipher cipher(int mode, Passphrase passphrase) throws GeneralSecurityException {
    byte[] key = derive(passphrase, cost, salt);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD(CanonicalJson.bytes(head().build()));
      return cipher;
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] derive(Passphrase passphrase, Cost cost, byte[] salt) {
    byte[] secret = passphrase.bytes();
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(cost.memory())
              .withIterations(cost.passes())
              .withParallelism(cost.lanes())
              .withSalt(salt)
              .build());
      byte[] key = new byte[32];
      generator.generateBytes(secret, key);
      return key;
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private Json.Builder head() {
    HexFormat hex = HexFormat.of();
    return Json.object()
        .put("cipher", "aes-256-gcm")
        .put("format", FORMAT)
        .put("kdf", "argon2id")
        .put("kind", "ed25519")
        .put("lanes", cost.lanes())
        .put("memory", cost.memory())
        .put("node", node.toString())
        .put("nonce", hex.formatHex(nonce))
        .put("passes", cost.passes())
        .put("salt", hex.formatHex(salt));
  }

  Json.Obj toJson() {
    return head().put("sealed", HexFormat.of().formatHex(sealed)).build();
  }

  /** Reads all members; that they are the one encoding the caller checks. */
  static SealedSeed read(Json.Obj object) throws Members.MalformedException {
    Members members = new Members("it", object);
    word(members, "format", FORMAT);
    word(members, "cipher", "aes-256-gcm");
    word(members, "kdf", "argon2id");
    word(members, "kind", "ed25519");
    Cost cost;
    try {
      cost =
          new Cost(
              members.count("memory", 0), members.count("passes", 0), members.count("lanes", 0));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    String name = members.string("node");
    SealedSeed seed =
        new SealedSeed(
            NodeId.parse(name)
                .orElseThrow(() -> new Members.MalformedException("'" + name + "' names no node")),
            cost,
            hex(members, "salt", SALT_BYTES),
            hex(members, "nonce", NONCE_BYTES),
            hex(members, "sealed", SEALED_BYTES));
    members.end();
    return seed;
  }

  private static void word(Members members, String name, String due)
      throws Members.MalformedException {
    if (!members.string(name).equals(due)) {
      throw new Members.MalformedException(
          "its " + name + " is '" + members.string(name) + "', not " + due);
    }
  }

  private static byte[] hex(Members members, String name, int bytes)
      throws Members.MalformedException {
    String text = members.string(name);
    if (!text.matches("[0-9a-f]{" + 2 * bytes + "}")) {
      throw new Members.MalformedException(
          "its " + name + " is not " + 2 * bytes + " lower-case hexadecimal digits");
    }
    return HexFormat.of().parseHex(text);
  }
}
