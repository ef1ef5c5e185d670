// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.log.LogStorage;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A witness: it cosigns a checkpoint of a log it knows only if that continues the last one it
 * cosigned (docs/formats/witness.md). What it cosigned is durable before the cosignature is given
 * out, and all it remembers is in its files. Safe for use by many threads; those that ask for one
 * log wait for each other.
 */
public final class Witness {
  /** What a request is answered with. */
  public sealed interface Answer {
    /**
     * 200: cosigned.
     *
     * @param lines a line for each key
     */
    record Cosigned(List<SignatureLine> lines) implements Answer {
      /** Copies the lines. */
      public Cosigned {
        lines = List.copyOf(lines);
      }
    }

    /**
     * 409: another size was cosigned last.
     *
     * @param size that size
     */
    record Conflict(long size) implements Answer {}

    /**
     * Anything else: nothing was cosigned.
     *
     * @param status of HTTP
     * @param why for a person
     */
    record Refused(int status, String why) implements Answer {}
  }

  private static final Digest EMPTY = new MerkleTree().root();

  private final List<NoteSigner> signers;
  private final Map<Origin, Log> logs;
  private final LogStorage files;
  private final InstantSource clock;

  /** One log that is known; its monitor lets one request in at a time. */
  private record Log(List<VerifierKey> keys, String state, String split) {}

  /**
   * A witness.
   *
   * @param signers its keys; each signs
   * @param logs keys of the logs it cosigns; a key's name is its log's origin
   * @param files its folder, which nobody else writes
   */
  public Witness(
      List<NoteSigner> signers, List<VerifierKey> logs, LogStorage files, InstantSource clock) {
    this.signers = List.copyOf(signers);
    this.files = files;
    this.clock = clock;
    Map<Origin, List<VerifierKey>> keys = new LinkedHashMap<>();
    for (VerifierKey key : logs) {
      keys.computeIfAbsent(Origin.of(key.name()), _ -> new ArrayList<>()).add(key);
    }
    this.logs = new LinkedHashMap<>();
    keys.forEach(
        (origin, known) ->
            this.logs.put(
                origin,
                new Log(List.copyOf(known), "state/" + hash(origin), "split/" + hash(origin))));
  }

  /** SHA-256 of an origin in 64 lower-case hexadecimal digits. */
  public static String hash(Origin origin) {
    return Digest.sha256(origin.text()).hex();
  }

  /** The keys that its cosignatures are verified with. */
  public List<VerifierKey> keys() {
    return signers.stream().map(NoteSigner::verifierKey).toList();
  }

  /** Answers a request, however hostile. */
  public Answer add(byte[] request) {
    return switch (AddCheckpoint.parse(request)) {
      case Parsed.Malformed<AddCheckpoint>(String reason) ->
          AddCheckpoint.withoutSignatures(request)
              .<Answer>map(
                  checkpoint ->
                      logs.containsKey(checkpoint.origin())
                          ? new Answer.Refused(403, "invalid signature: " + reason)
                          : new Answer.Refused(404, "unknown log"))
              .orElseGet(() -> new Answer.Refused(400, reason));
      case Parsed.Read<AddCheckpoint>(AddCheckpoint asked) -> add(asked);
    };
  }

  private Answer add(AddCheckpoint asked) {
    Origin origin = asked.checkpoint().checkpoint().origin();
    Log log = logs.get(origin);
    if (log == null) {
      return new Answer.Refused(404, "unknown log");
    }
    if (asked.checkpoint().verify(log.keys) instanceof NoteCheck.Refused refused) {
      return new Answer.Refused(403, "invalid signature: " + refused.why());
    }
    if (asked.oldSize() > asked.checkpoint().checkpoint().size()) {
      return new Answer.Refused(400, "invalid input: the old size is larger than the checkpoint's");
    }
    synchronized (log) {
      try {
        return add(asked, log, state(log));
      } catch (IOException e) {
        return new Answer.Refused(500, "nothing was cosigned: " + e.getMessage());
      }
    }
  }

  private Answer add(AddCheckpoint asked, Log log, Optional<SignedCheckpoint> last)
      throws IOException {
    Checkpoint next = asked.checkpoint().checkpoint();
    if (last.isPresent()) {
      contradiction(last.get(), asked).ifPresent(view -> keep(log, view));
    }
    long size = last.map(signed -> signed.checkpoint().size()).orElse(0L);
    if (asked.oldSize() != size) {
      return new Answer.Conflict(size);
    }
    if (next.size() == 0 && !next.root().equals(EMPTY)) {
      return new Answer.Refused(422, "invalid root: that of the empty tree is another one");
    }
    if (size == 0 ? !asked.proof().isEmpty() : !continues(last.orElseThrow(), asked)) {
      return new Answer.Refused(422, "invalid consistency proof from size " + size);
    }
    List<SignatureLine> lines = new ArrayList<>();
    Instant time = time(last);
    if (time.getEpochSecond() < 1) {
      return new Answer.Refused(500, "nothing was cosigned: the clock of this witness is not set");
    }
    signers.forEach(signer -> lines.add(signer.sign(next, time)));
    files.write(log.state, kept(asked.checkpoint(), log).with(lines).encode());
    return new Answer.Cosigned(lines);
  }

  private static boolean continues(SignedCheckpoint last, AddCheckpoint asked) {
    Checkpoint next = asked.checkpoint().checkpoint();
    return new ConsistencyProof(asked.oldSize(), next.size(), asked.proof())
        .proves(last.checkpoint().root(), next.root());
  }

  /** Proof that the log showed two histories, if the request holds one. */
  private static Optional<SplitView> contradiction(SignedCheckpoint last, AddCheckpoint asked) {
    Checkpoint known = last.checkpoint();
    Checkpoint next = asked.checkpoint().checkpoint();
    if (known.size() != asked.oldSize() || known.size() == next.size()) {
      return SplitView.of(last, asked.checkpoint());
    }
    ConsistencyProof proof = new ConsistencyProof(known.size(), next.size(), asked.proof());
    return proof
        .oldRoot(next.root())
        .flatMap(root -> SplitView.of(last, asked.checkpoint(), root, proof));
  }

  private void keep(Log log, SplitView view) {
    try {
      if (files.read(log.split).isEmpty()) {
        files.write(log.split, view.encode());
      }
    } catch (IOException e) {
      // It will be shown again; cosigned is nothing either way.
    }
  }

  /** The time of a cosignature: never before the last one's. */
  private Instant time(Optional<SignedCheckpoint> last) {
    Instant now = clock.instant();
    if (last.isPresent() && last.get().verify(keys()) instanceof NoteCheck.Accepted accepted) {
      for (NoteCheck.Signed signed : accepted.signatures()) {
        Instant before = signed.time().orElse(now);
        now = before.isAfter(now) ? before : now;
      }
    }
    return now;
  }

  /** The checkpoint with the log's own signatures alone: what others wrote under it is not kept. */
  private static SignedCheckpoint kept(SignedCheckpoint signed, Log log) {
    List<SignatureLine> own =
        signed.note().signatures().stream()
            .filter(
                line ->
                    log.keys.stream()
                        .anyMatch(
                            key ->
                                key.name().equals(line.name()) && key.keyId().equals(line.keyId())))
            .distinct()
            .toList();
    return signed.checkpoint().signed(own.getFirst()).with(own);
  }

  private Optional<SignedCheckpoint> state(Log log) throws IOException {
    Optional<byte[]> bytes = files.read(log.state);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    return switch (SignedCheckpoint.parse(bytes.get())) {
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed)
          when signed.verify(log.keys) instanceof NoteCheck.Accepted
              && Origin.of(log.keys.getFirst().name()).equals(signed.checkpoint().origin()) ->
          Optional.of(signed);
      case Parsed.Read<SignedCheckpoint> _ ->
          throw new IOException(log.state + " is not signed by the log: put back a copy of it");
      case Parsed.Malformed<SignedCheckpoint>(String reason) ->
          throw new IOException(log.state + " is damaged (" + reason + "): put back a copy of it");
    };
  }

  /**
   * The last checkpoint that it cosigned, with its cosignatures.
   *
   * @param hash {@link #hash} of the origin
   * @throws IOException if its file can't be read or is damaged
   */
  public Optional<SignedCheckpoint> checkpoint(String hash) throws IOException {
    for (Map.Entry<Origin, Log> each : logs.entrySet()) {
      if (hash(each.getKey()).equals(hash)) {
        return state(each.getValue());
      }
    }
    return Optional.empty();
  }

  /** The first split view of a log that it saw. */
  public Optional<SplitView> split(Origin origin) throws IOException {
    Log log = logs.get(origin);
    Optional<byte[]> bytes = log == null ? Optional.empty() : files.read(log.split);
    return bytes.flatMap(
        file ->
            SplitView.decode(file) instanceof Parsed.Read<SplitView>(SplitView view)
                ? Optional.of(view)
                : Optional.empty());
  }
}
