// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.Receipt;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Verdict;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The claim {@link Claim#SIGNED}. */
public final class SignedCheck {
  private SignedCheck() {}

  /**
   * Checks the signature, and that the signer is the expected one where one is expected.
   *
   * @param expected the node that must have signed, or null
   * @param keys what is known of keys
   */
  public static Verdict check(Receipt receipt, @Nullable NodeId expected, KeysBeside keys) {
    NodeId signer = receipt.statement().node();
    Timestamp finished = receipt.statement().finished();
    if (expected != null && !keys.stands(signer, expected, finished)) {
      return Verdict.invalid("it is signed by " + signer + ", not by the expected " + expected);
    }
    if (!receipt.signed()) {
      return Verdict.invalid(
          "the signature does not belong to these bytes and this node: something in the receipt was changed, or "
              + signer
              + " never signed it");
    }
    return keys.judge(signer, finished);
  }

  /** Reads a node's name, or the 64 hexadecimal digits of its public key. */
  public static Optional<NodeId> readNode(String text) {
    if (text.matches("[0-9a-f]{64}")) {
      return VerifyingKey.decode(HexFormat.of().parseHex(text)).map(NodeId::of);
    }
    return NodeId.parse(text);
  }
}
