// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chain and the tree of one agent's tokens (docs/formats/token.md): the standard's own rules,
 * and the digest of the previous token. Not safe for use by several threads at once.
 */
public final class AgentChain {
  private static final String GENESIS = Digest.sha256("poc-genesis").hex();

  private final MerkleTree tree = new MerkleTree();
  private String head = GENESIS;

  /** Of what the last token's signature covers. */
  private @Nullable Digest previous;

  /** Of the whole last token; unknown of one that was just written. */
  private @Nullable Digest whole;

  private @Nullable String agent;

  /** A chain without steps. */
  public AgentChain() {}

  /**
   * Where a step stands.
   *
   * @param stepIndex counts from 0
   * @param chainHead the chain's head with it
   * @param merkleRoot the tree's root with it
   */
  public record Link(long stepIndex, TaggedDigest chainHead, TaggedDigest merkleRoot) {
    /** Number of leaves under the root. */
    public long treeSize() {
      return stepIndex + 1;
    }
  }

  /** Number of steps. */
  public long steps() {
    return tree.size();
  }

  /** The chain's head. */
  public TaggedDigest head() {
    return new TaggedDigest(TaggedDigest.Algorithm.SHA_256, head);
  }

  /** The tree's root. */
  public TaggedDigest root() {
    return TaggedDigest.of(tree.root());
  }

  /** The digest of what the last token's signature covers; empty where there is none. */
  public Optional<Digest> previous() {
    return Optional.ofNullable(previous);
  }

  /**
   * The digest of the whole last token that was {@linkplain #accept accepted}; empty where there is
   * none, and after one that was {@linkplain #close written}.
   */
  public Optional<Digest> last() {
    return Optional.ofNullable(whole);
  }

  /** Adds a step; {@link #close} has to follow with the token that was made of it. */
  public Link link(TaggedDigest snapshot, Decision decision) {
    return link(snapshot.hex(), decision);
  }

  /** The last step's token, by the digest of what its signature covers. */
  public void close(Digest body) {
    previous = body;
    whole = null;
  }

  /** Adds the step of a token, if it is the next one; else says why not, and stays as it was. */
  public Optional<ChainFault> accept(Token token) {
    Optional<ChainFault> fault = fault(token);
    if (fault.isEmpty()) {
      link(token.snapshot().hex(), token.decision());
      previous = token.bodyDigest();
      whole = token.digest();
      agent = token.agent();
    }
    return fault;
  }

  /** Why a token does not stand here, whatever it says: of somebody else, too early or too late. */
  public Optional<ChainFault> misplaced(Token token) {
    if (agent != null && !agent.equals(token.agent())) {
      return fault(ChainFault.Kind.OTHER_AGENT, "the token is of " + token.agent());
    }
    if (token.stepIndex() != steps()) {
      return fault(
          ChainFault.Kind.GAP, "step " + steps() + " is due, step " + token.stepIndex() + " came");
    }
    Optional<String> before = token.extension("freehold_previous");
    if (before.isPresent() && !names(before.get(), previous) && !names(before.get(), whole)) {
      return fault(
          ChainFault.Kind.PREVIOUS, "it was made after another token than the one before it");
    }
    return Optional.empty();
  }

  private static boolean names(String text, @Nullable Digest token) {
    return token != null && TaggedDigest.of(token).toString().equals(text);
  }

  private Optional<ChainFault> fault(Token token) {
    Optional<ChainFault> misplaced = misplaced(token);
    if (misplaced.isPresent()) {
      return misplaced;
    }
    String snapshot = token.snapshot().hex();
    String due = next(head, snapshot, token.decision());
    if (!token.chainHead().equals(new TaggedDigest(TaggedDigest.Algorithm.SHA_256, due))) {
      return fault(ChainFault.Kind.CHAIN_HEAD, "chain_head does not continue the chain");
    }
    MerkleTree after = tree.copy();
    after.add(leaf(snapshot, token.decision()));
    if (token.treeSize() != after.size()
        || !token.merkleRoot().equals(TaggedDigest.of(after.root()))) {
      return fault(
          ChainFault.Kind.MERKLE_ROOT, "merkle_root is not the root over the steps up to it");
    }
    return Optional.empty();
  }

  private Optional<ChainFault> fault(ChainFault.Kind kind, String reason) {
    return Optional.of(new ChainFault(kind, steps(), reason));
  }

  private Link link(String snapshot, Decision decision) {
    head = next(head, snapshot, decision);
    tree.add(leaf(snapshot, decision));
    return new Link(tree.size() - 1, head(), root());
  }

  private static String next(String head, String snapshot, Decision decision) {
    return Digest.sha256((head + snapshot + decision.name()).getBytes(StandardCharsets.ISO_8859_1))
        .hex();
  }

  private static byte[] leaf(String snapshot, Decision decision) {
    return ("{\"snapshot\":\"" + snapshot + "\",\"verdict\":\"" + decision.name() + "\"}")
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
