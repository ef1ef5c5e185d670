// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.VerifierKey;
import java.util.Optional;

/**
 * What the log of a node is called, and with which key it is verified: both follow from the node's
 * name, so that whoever knows the node needs nothing else.
 */
public final class NodeLog {
  private static final String PREFIX = "freehold.internal/";
  private static final String METHOD = "did:key:";

  private NodeLog() {}

  /** The name of a node's log and of the key that signs it. */
  public static KeyName keyName(NodeId node) {
    return new KeyName(PREFIX + node.toString().substring(METHOD.length()));
  }

  /** The key that a node's checkpoints are verified with. */
  public static VerifierKey verifierKey(NodeId node) {
    return VerifierKey.ed25519(keyName(node), node.key());
  }

  /** The node whose log has this name, where it is one of a node. */
  public static Optional<NodeId> node(Origin origin) {
    return origin.text().startsWith(PREFIX)
        ? NodeId.parse(METHOD + origin.text().substring(PREFIX.length()))
        : Optional.empty();
  }
}
