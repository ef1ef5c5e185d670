// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Decimal;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.AddCheckpoint;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks one witness about one log; used by one thread at a time. */
final class WitnessClient {
  private static final String TYPE = "text/plain; charset=utf-8";
  private static final int ROUNDS = 3;

  private final URI prefix;
  private final List<VerifierKey> keys;
  private final WatchedLog log;
  private final Courier courier;

  /** The size that it cosigned last, as far as is known. */
  private long known;

  /** It did not cosign. */
  static final class Unwilling extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Optional<SplitView> view;

    Unwilling(String why, Optional<SplitView> view) {
      super(why);
      this.view = view;
    }

    /** Proof that this log's key signed two histories, where the refusal led to one. */
    Optional<SplitView> view() {
      return view;
    }
  }

  WitnessClient(String url, List<VerifierKey> keys, WatchedLog log, Courier courier) {
    this.prefix = URI.create(url.endsWith("/") ? url : url + "/");
    this.keys = List.copyOf(keys);
    this.log = log;
    this.courier = courier;
  }

  /** Its verified cosignatures of a published checkpoint. */
  List<SignatureLine> cosign(SignedCheckpoint checkpoint)
      throws IOException, LogException, InterruptedException, Unwilling {
    Checkpoint wanted = checkpoint.checkpoint();
    LogReader reader = new LogReader(log.files(), checkpoint);
    for (int round = 0; round < ROUNDS; round++) {
      if (known > wanted.size()) {
        long ahead = known;
        known = 0;
        throw new Unwilling(
            "it has cosigned %d entries of this log, which has %d: the log went back, or its key is used elsewhere"
                .formatted(ahead, wanted.size()),
            Optional.empty());
      }
      ConsistencyProof proof = reader.consistency(known, wanted.size());
      Courier.Reply reply =
          courier.post(
              prefix.resolve("add-checkpoint"), TYPE, AddCheckpoint.of(proof, checkpoint).encode());
      switch (reply.status()) {
        case 200 -> {
          List<SignatureLine> lines = verified(reply.body(), checkpoint);
          known = wanted.size();
          return lines;
        }
        case 409 -> known = size(reply.body());
        case 422 -> throw disputed(checkpoint, reader);
        default ->
            throw new IOException("it answered " + reply.status() + ": " + line(reply.body()));
      }
    }
    throw new IOException("it names another size each time it is asked");
  }

  private static long size(byte[] body) throws IOException {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    return Decimal.parse(text.endsWith("\n") ? text.substring(0, text.length() - 1) : "")
        .orElseThrow(() -> new IOException("it answered 409 without a size"));
  }

  /** The lines of the keys that are known; one of them that is false makes all worthless. */
  private List<SignatureLine> verified(byte[] body, SignedCheckpoint checkpoint)
      throws IOException {
    List<SignatureLine> lines = new ArrayList<>();
    for (String text : new String(body, StandardCharsets.UTF_8).split("\n", -1)) {
      if (SignatureLine.parse(text) instanceof Parsed.Read<SignatureLine>(SignatureLine line)
          && keys.stream()
              .anyMatch(k -> k.name().equals(line.name()) && k.keyId().equals(line.keyId()))) {
        lines.add(line);
      }
    }
    if (lines.isEmpty()
        || !(checkpoint.checkpoint().signed(lines.getFirst()).with(lines).verify(keys)
            instanceof NoteCheck.Accepted)) {
      throw new IOException("its answer holds no cosignature by the key that the policy names");
    }
    return lines;
  }

  /** It holds that this tree does not continue what it saw: what did it see? */
  private Unwilling disputed(SignedCheckpoint ours, LogReader reader)
      throws IOException, LogException, InterruptedException {
    known = 0;
    String why = "it has cosigned another history of this log";
    Courier.Reply reply =
        courier.get(prefix.resolve(Witness.hash(ours.checkpoint().origin()) + "/checkpoint"));
    if (reply.status() != 200
        || !(SignedCheckpoint.parse(reply.body())
            instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint theirs))
        || !(theirs.verify(List.of(log.key())) instanceof NoteCheck.Accepted)) {
      return new Unwilling(why + ", but does not show it", Optional.empty());
    }
    long size = theirs.checkpoint().size();
    if (size >= 1 && size < reader.size()) {
      Digest root = reader.root(size);
      return new Unwilling(
          why, SplitView.of(theirs, ours, root, reader.consistency(size, reader.size())));
    }
    return new Unwilling(why, SplitView.of(theirs, ours));
  }

  private static String line(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    return text.lines().findFirst().map(l -> l.substring(0, Math.min(200, l.length()))).orElse("");
  }
}
