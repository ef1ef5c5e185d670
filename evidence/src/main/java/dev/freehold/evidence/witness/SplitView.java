// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two checkpoints of one log that can't both be true (docs/formats/split-view.md). Whether they
 * can't is {@link #contradicts}' to say, and whether the log's key signed both, {@link #signed}'s.
 *
 * @param first the one of fewer entries, or of the same number and the smaller root
 * @param second the other
 * @param otherOrNull where the sizes differ, why they contradict each other; null where not
 */
public record SplitView(
    SignedCheckpoint first, SignedCheckpoint second, @Nullable OtherStart otherOrNull) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-split-view/1";

  /** The longest file in bytes. */
  public static final int LIMIT = 2_100_000;

  /**
   * With what the second tree really starts.
   *
   * @param root the root over its first entries, as many as the first tree has
   * @param path the consistency proof from that root to the second checkpoint's
   */
  public record OtherStart(Digest root, List<Digest> path) {
    /**
     * Copies the path.
     *
     * @throws IllegalArgumentException if it is longer than any proof
     */
    public OtherStart {
      path = List.copyOf(path);
      if (path.size() > ConsistencyLines.LIMIT) {
        throw new IllegalArgumentException("a consistency proof has up to 63 hashes");
      }
    }
  }

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public SplitView {
    Checkpoint one = first.checkpoint();
    Checkpoint other = second.checkpoint();
    require(one.origin().equals(other.origin()), "the checkpoints are of two logs");
    if (one.size() == other.size()) {
      require(otherOrNull == null, "at the same size two roots say it all");
      require(one.root().compareTo(other.root()) < 0, "the first has the smaller root");
    } else {
      require(one.size() >= 1 && one.size() < other.size(), "the first is the smaller, not empty");
      require(otherOrNull != null, "where the sizes differ, a proof shows the contradiction");
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Two checkpoints of the same size, if they contradict each other. */
  public static Optional<SplitView> of(SignedCheckpoint one, SignedCheckpoint other) {
    Checkpoint a = one.checkpoint();
    Checkpoint b = other.checkpoint();
    if (!a.origin().equals(b.origin()) || a.size() != b.size() || a.root().equals(b.root())) {
      return Optional.empty();
    }
    return Optional.of(
        a.root().compareTo(b.root()) < 0
            ? new SplitView(one, other, null)
            : new SplitView(other, one, null));
  }

  /**
   * A checkpoint and a later one whose tree starts with something else, if the proof says so.
   *
   * @param root the root of the later tree over as many entries as the older has
   * @param proof from that root to the later checkpoint's
   */
  public static Optional<SplitView> of(
      SignedCheckpoint older, SignedCheckpoint later, Digest root, ConsistencyProof proof) {
    Checkpoint a = older.checkpoint();
    Checkpoint b = later.checkpoint();
    if (!a.origin().equals(b.origin())
        || a.size() < 1
        || a.size() >= b.size()
        || proof.oldSize() != a.size()
        || proof.newSize() != b.size()
        || proof.path().size() > ConsistencyLines.LIMIT) {
      return Optional.empty();
    }
    SplitView view = new SplitView(older, later, new OtherStart(root, proof.path()));
    return view.contradicts() ? Optional.of(view) : Optional.empty();
  }

  /** Whether no tree can be the one of both checkpoints. */
  public boolean contradicts() {
    if (otherOrNull == null) {
      return true;
    }
    Checkpoint older = first.checkpoint();
    Checkpoint later = second.checkpoint();
    return !otherOrNull.root.equals(older.root())
        && new ConsistencyProof(older.size(), later.size(), otherOrNull.path)
            .proves(otherOrNull.root, later.root());
  }

  /** Whether this key signed both. */
  public boolean signed(VerifierKey log) {
    return first.verify(List.of(log)) instanceof NoteCheck.Accepted
        && second.verify(List.of(log)) instanceof NoteCheck.Accepted;
  }

  /** Which log. */
  public Origin origin() {
    return first.checkpoint().origin();
  }

  /** The one encoding. */
  public byte[] encode() {
    Json.Builder out =
        Json.object().put("first", text(first)).put("format", FORMAT).put("second", text(second));
    if (otherOrNull != null) {
      List<Json> path = new ArrayList<>();
      otherOrNull.path.forEach(hash -> path.add(Json.of(hash.toString())));
      out.put("consistency", Json.array(path)).put("root", otherOrNull.root.toString());
    }
    return CanonicalJson.bytes(out.build());
  }

  private static String text(SignedCheckpoint checkpoint) {
    return new String(checkpoint.encode(), StandardCharsets.UTF_8);
  }

  /** Reads the one encoding. */
  public static Parsed<SplitView> decode(byte[] bytes) {
    try {
      Members members = new Members("the split view", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      SignedCheckpoint first = checkpoint(members.string("first"));
      SignedCheckpoint second = checkpoint(members.string("second"));
      OtherStart other = null;
      if (members.has("root") || members.has("consistency")) {
        List<Digest> path = new ArrayList<>();
        for (Json hash : members.array("consistency").items()) {
          path.add(hash(hash));
        }
        other = new OtherStart(members.digest("root"), path);
      }
      members.end();
      SplitView view = new SplitView(first, second, other);
      Members.requireSame(view.encode(), bytes);
      return new Parsed.Read<>(view);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Digest hash(Json hash) throws MalformedException {
    if (hash instanceof Json.Str text) {
      return Digest.parse(text.value());
    }
    throw new MalformedException("\"consistency\" is not an array of digests");
  }

  private static SignedCheckpoint checkpoint(String text) throws MalformedException {
    return switch (SignedCheckpoint.parse(text.getBytes(StandardCharsets.UTF_8))) {
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) -> signed;
      case Parsed.Malformed<SignedCheckpoint>(String reason) ->
          throw new MalformedException(reason);
    };
  }
}
