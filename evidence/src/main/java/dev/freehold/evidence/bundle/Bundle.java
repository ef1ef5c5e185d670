// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.StrictBase64;
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
 * Entries of logs that tell of one answer, with their proofs, and the transcript where whoever
 * exported them wanted it along (docs/formats/bundle.md). Whether anything of it holds is not
 * checked here.
 *
 * @param entries in the order of the walk: mandates, tokens, the receipt, verdicts
 * @param stamps time stamps of the entries' checkpoints
 * @param anchors where these checkpoints, or others of their logs, are said to be anchored
 * @param transcriptOrNull the transcript, or null
 */
public record Bundle(
    List<ProvenEntry> entries,
    List<StampedCheckpoint> stamps,
    List<AnchorProof> anchors,
    @Nullable Transcript transcriptOrNull) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-bundle/1";

  /** The longest bundle in bytes. */
  public static final int LIMIT = 24 << 20;

  private static final int MOST_ENTRIES = 64;
  private static final int MOST_STAMPS = 16;
  private static final int MOST_ANCHORS = 16;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there is no entry, or too many of something
   */
  public Bundle {
    entries = List.copyOf(entries);
    stamps = List.copyOf(stamps);
    anchors = List.copyOf(anchors);
    if (entries.isEmpty()
        || entries.size() > MOST_ENTRIES
        || stamps.size() > MOST_STAMPS
        || anchors.size() > MOST_ANCHORS) {
      throw new IllegalArgumentException(
          "a bundle has 1 to %d entries, up to %d time stamps and up to %d anchors, not %d, %d and %d"
              .formatted(
                  MOST_ENTRIES,
                  MOST_STAMPS,
                  MOST_ANCHORS,
                  entries.size(),
                  stamps.size(),
                  anchors.size()));
    }
  }

  /** A bundle without anchors. */
  public Bundle(
      List<ProvenEntry> entries,
      List<StampedCheckpoint> stamps,
      @Nullable Transcript transcriptOrNull) {
    this(entries, stamps, List.of(), transcriptOrNull);
  }

  /** The transcript, where it goes along. */
  public Optional<Transcript> transcript() {
    return Optional.ofNullable(transcriptOrNull);
  }

  /** The one encoding. */
  public byte[] encode() {
    List<Json> proven = new ArrayList<>();
    for (ProvenEntry each : entries) {
      proven.add(
          Json.object()
              .put("entry", each.entry().toJson())
              .put("proof", new String(each.proof().encode(), StandardCharsets.UTF_8))
              .build());
    }
    Json.Builder out = Json.object().put("entries", Json.array(proven)).put("format", FORMAT);
    if (!anchors.isEmpty()) {
      List<Json> proofs = new ArrayList<>();
      anchors.forEach(anchor -> proofs.add(anchor.toJson()));
      out.put("anchors", Json.array(proofs));
    }
    if (!stamps.isEmpty()) {
      List<Json> tokens = new ArrayList<>();
      for (StampedCheckpoint stamp : stamps) {
        tokens.add(
            Json.object()
                .put("checkpoint", stamp.checkpoint().toString())
                .put("token", StrictBase64.encode(stamp.token()))
                .build());
      }
      out.put("timestamps", Json.array(tokens));
    }
    if (transcriptOrNull != null) {
      out.put("transcript", transcriptOrNull.toJson());
    }
    return CanonicalJson.bytes(out.build());
  }

  /** Reads the one encoding. */
  public static Parsed<Bundle> decode(byte[] bytes) {
    try {
      Members members = new Members("the bundle", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      List<ProvenEntry> entries = new ArrayList<>();
      for (Json each : members.array("entries").items()) {
        entries.add(entry(new Members("an element of \"entries\"", each)));
      }
      List<StampedCheckpoint> stamps = new ArrayList<>();
      if (members.has("timestamps")) {
        for (Json each : members.array("timestamps").items()) {
          stamps.add(stamp(new Members("an element of \"timestamps\"", each)));
        }
      }
      List<AnchorProof> anchors = new ArrayList<>();
      if (members.has("anchors")) {
        for (Json each : members.array("anchors").items()) {
          anchors.add(read(AnchorProof.read(each)));
        }
      }
      Transcript transcript =
          members.has("transcript")
              ? read(Transcript.decode(CanonicalJson.bytes(members.members("transcript"))))
              : null;
      members.end();
      Bundle bundle = made(entries, stamps, anchors, transcript);
      Members.requireSame(bundle.encode(), bytes);
      return new Parsed.Read<>(bundle);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Bundle made(
      List<ProvenEntry> entries,
      List<StampedCheckpoint> stamps,
      List<AnchorProof> anchors,
      @Nullable Transcript transcript)
      throws MalformedException {
    try {
      return new Bundle(entries, stamps, anchors, transcript);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static ProvenEntry entry(Members members) throws MalformedException {
    Entry entry = read(Entry.decode(CanonicalJson.bytes(members.members("entry"))));
    TlogProof proof =
        read(TlogProof.parse(members.string("proof").getBytes(StandardCharsets.UTF_8)));
    members.end();
    return new ProvenEntry(entry, proof);
  }

  private static StampedCheckpoint stamp(Members members) throws MalformedException {
    Digest checkpoint = members.digest("checkpoint");
    Optional<byte[]> token = StrictBase64.decode(members.string("token"));
    members.end();
    return new StampedCheckpoint(
        checkpoint,
        token.orElseThrow(() -> new MalformedException("a token is not strict base64")));
  }

  private static <T> T read(Parsed<T> parsed) throws MalformedException {
    return switch (parsed) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) -> throw new MalformedException(reason);
    };
  }
}
