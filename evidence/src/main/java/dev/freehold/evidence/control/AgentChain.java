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

  private static final byte[] NOTHING = {};

  private final MerkleTree tree = new MerkleTree();
  private String head = GENESIS;

  /** Of what the last token's signature covers; of the one before it while that is in the room. */
  private @Nullable Digest previous;

  /** Begins with what the last token's signature covers, until that is digested. */
  private byte[] room = NOTHING;

  /** Length of that; 0 where it is digested. */
  private int length;

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
    if (length > 0) {
      closed(Digest.sha256(room, length));
    }
    return Optional.ofNullable(previous);
  }

  private void closed(Digest body) {
    previous = body;
    room = NOTHING;
    length = 0;
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

  /**
   * The last step's token, by what its signature covers: it is digested together with the next
   * step.
   *
   * @param text begins with it; not copied, and to be left as it is until the next step is linked
   * @param bytes its length
   */
  public void close(byte[] text, int bytes) {
    room = text;
    length = bytes;
    whole = null;
  }

  /** Adds the step of a token, if it is the next one; else says why not, and stays as it was. */
  public Optional<ChainFault> accept(Token token) {
    Optional<ChainFault> fault = fault(token);
    if (fault.isEmpty()) {
      link(token.snapshot().hex(), token.decision());
      closed(token.bodyDigest());
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
    if (before.isPresent()
        && !names(before.get(), previous().orElse(null))
        && !names(before.get(), whole)) {
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
    Texts texts = Texts.of(head, token.snapshot().hex(), token.decision());
    MerkleTree after = tree.copy();
    MerkleTree.Grown grown = texts.grow(after, NOTHING, 0);
    if (!token.chainHead().equals(TaggedDigest.of(grown.text()))) {
      return fault(ChainFault.Kind.CHAIN_HEAD, "chain_head does not continue the chain");
    }
    if (token.treeSize() != after.size()
        || !token.merkleRoot().equals(TaggedDigest.of(grown.root()))) {
      return fault(
          ChainFault.Kind.MERKLE_ROOT, "merkle_root is not the root over the steps up to it");
    }
    return Optional.empty();
  }

  private Optional<ChainFault> fault(ChainFault.Kind kind, String reason) {
    return Optional.of(new ChainFault(kind, steps(), reason));
  }

  private Link link(String snapshot, Decision decision) {
    int pending = length;
    MerkleTree.Grown grown = Texts.of(head, snapshot, decision).grow(tree, room, pending);
    if (pending > 0) {
      closed(grown.room());
    }
    TaggedDigest next = TaggedDigest.of(grown.text());
    head = next.hex();
    return new Link(tree.size() - 1, next, TaggedDigest.of(grown.root()));
  }

  /**
   * What a step is digested from.
   *
   * @param bytes what its head is over, and its leaf behind it
   * @param text length of the first
   */
  @SuppressWarnings("ArrayRecordComponent") // never leaves the class
  private record Texts(byte[] bytes, int text) {
    static Texts of(String head, String snapshot, Decision decision) {
      String verdict = decision.name();
      String both =
          head
              + snapshot
              + verdict
              + "{\"snapshot\":\""
              + snapshot
              + "\",\"verdict\":\""
              + verdict
              + "\"}";
      int text = head.length() + snapshot.length() + verdict.length();
      return new Texts(both.getBytes(StandardCharsets.ISO_8859_1), text);
    }

    MerkleTree.Grown grow(MerkleTree tree, byte[] room, int length) {
      return tree.grow(room, length, bytes, text, bytes.length - text);
    }
  }
}
