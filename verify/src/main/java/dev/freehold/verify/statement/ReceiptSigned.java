// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.cose.CoseReceipt;
import dev.freehold.evidence.note.SignatureType;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a log signed a COSE receipt: with a key that is known for the log that it names. */
public final class ReceiptSigned {
  /** A name and the key that it stands for; of a key without a name, the name is its digest. */
  private record Known(String name, PublicKeyInfo key) {}

  private final List<Known> known = new ArrayList<>();

  /** The keys that are given. */
  ReceiptSigned(Demands demands, Given given) {
    demands.logs().stream()
        .filter(key -> key.type() == SignatureType.ED25519)
        .flatMap(key -> VerifyingKey.decode(key.publicKey()).stream())
        .forEach(key -> know(NodeId.of(key)));
    given.keys().forEach(key -> known.add(new Known(name(key), key)));
  }

  /** Also the log of this node, if it is the name of one. */
  void know(String node) {
    NodeId.parse(node).ifPresent(this::know);
  }

  private void know(NodeId node) {
    known.add(new Known(node.toString(), PublicKeyInfo.of(node.key())));
  }

  private static String name(PublicKeyInfo key) {
    return key.kind() == PublicKeyInfo.Kind.ED25519
        ? VerifyingKey.decode(rawEd25519(key))
            .map(k -> NodeId.of(k).toString())
            .orElse(key.toString())
        : key.toString();
  }

  /** The 32 bytes at the end of the encoding (RFC 8410). */
  public static byte[] rawEd25519(PublicKeyInfo key) {
    byte[] der = key.der();
    return Arrays.copyOfRange(der, der.length - VerifyingKey.BYTES, der.length);
  }

  /**
   * Adds what can be said of one receipt.
   *
   * @param leaves what may be its leaf, by what that is called
   */
  void check(CoseReceipt receipt, Map<String, byte[]> leaves, Grounds grounds) {
    if (!receipt.provesInclusion()) {
      grounds.missing("a receipt proves that the log grew by appending, not that this is in it");
      return;
    }
    Optional<String> log = receipt.log();
    List<Known> candidates =
        known.stream().filter(k -> log.isEmpty() || k.name().equals(log.get())).toList();
    boolean named = log.isPresent() && !candidates.isEmpty();
    if (!named) {
      candidates = known;
    }
    Check failed = null;
    for (Known candidate : candidates) {
      for (Map.Entry<String, byte[]> leaf : leaves.entrySet()) {
        Check check = receipt.verifyInclusion(leaf.getValue(), candidate.key());
        if (check.holds()) {
          grounds.holds(
              leaf.getKey() + " is in the log of " + candidate.name() + ", which signed the root");
          return;
        }
        failed = failed == null ? check : failed;
      }
    }
    if (failed == null || (log.isPresent() && !named)) {
      grounds.missing(
          "a receipt is of "
              + log.map(name -> "the log " + name).orElse("a log that it does not name")
              + ", whose key is not known here: name it with --log or --key");
    } else {
      grounds.add(failed);
    }
  }
}
