// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.hpke.EncapsulationKey;
import java.util.Arrays;
import java.util.Optional;

/**
 * The key to which jobs for a node are sealed, signed by that node (docs/formats/sealed-job.md).
 * One that was decoded has been checked: it is the node's own.
 */
public final class RunnerKey {
  /** Length of the encoded key. */
  public static final int BYTES =
      1 + VerifyingKey.BYTES + Request.KEM.publicKeyBytes() + Signature.BYTES;

  private static final int SIGNED_BYTES = BYTES - Signature.BYTES;
  private static final byte[] PURPOSE = Request.ascii("freehold sealed-job/1 runner key");

  private final NodeId runner;
  private final EncapsulationKey key;
  private final byte[] encoded;

  private RunnerKey(NodeId runner, EncapsulationKey key, byte[] encoded) {
    this.runner = runner;
    this.key = key;
    this.encoded = encoded;
  }

  static RunnerKey sign(SigningKey runner, EncapsulationKey key) {
    byte[] signed =
        Request.join(new byte[] {Request.VERSION}, runner.verifyingKey().bytes(), key.bytes());
    byte[] signature = runner.sign(Request.join(PURPOSE, signed)).bytes();
    return new RunnerKey(runner.nodeId(), key, Request.join(signed, signature));
  }

  /**
   * Checks a foreign key. Empty where it is of another length or version, its parts are no keys, or
   * the signature is not that of the node it names.
   */
  public static Optional<RunnerKey> decode(byte[] bytes) {
    if (bytes.length != BYTES || bytes[0] != Request.VERSION) {
      return Optional.empty();
    }
    Optional<VerifyingKey> runner =
        VerifyingKey.decode(Arrays.copyOfRange(bytes, 1, 1 + VerifyingKey.BYTES));
    byte[] signed = Arrays.copyOf(bytes, SIGNED_BYTES);
    Signature signature = Signature.of(Arrays.copyOfRange(bytes, SIGNED_BYTES, BYTES));
    return runner
        .filter(node -> node.verify(Request.join(PURPOSE, signed), signature))
        .flatMap(
            node ->
                EncapsulationKey.decode(
                        Request.KEM,
                        Arrays.copyOfRange(signed, 1 + VerifyingKey.BYTES, SIGNED_BYTES))
                    .map(key -> new RunnerKey(NodeId.of(node), key, bytes.clone())));
  }

  /** The node that runs what is sealed to this key. */
  public NodeId runner() {
    return runner;
  }

  /** A copy of the encoded key: what {@link #decode} reads. */
  public byte[] bytes() {
    return encoded.clone();
  }

  EncapsulationKey key() {
    return key;
  }
}
