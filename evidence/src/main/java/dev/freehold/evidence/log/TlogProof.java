// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.InclusionProof;
import dev.freehold.evidence.note.Decimal;
import dev.freehold.evidence.note.HeadLines;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.StrictBase64;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A proof that something was logged, to be checked offline (C2SP tlog-proof;
 * docs/formats/proof.md). It says nothing about who signed the checkpoint: {@code Policy} of {@code
 * evidence.witness} does.
 */
public final class TlogProof {
  /** Its first line. */
  public static final String FORMAT = "c2sp.org/tlog-proof@v1";

  private static final int PATH_LIMIT = 63;
  private static final int EXTRA_LIMIT = 1 << 20;

  private final byte @Nullable [] extra;
  private final InclusionProof inclusion;
  private final SignedCheckpoint checkpoint;

  private TlogProof(
      byte @Nullable [] extra, InclusionProof inclusion, SignedCheckpoint checkpoint) {
    this.extra = extra;
    this.inclusion = inclusion;
    this.checkpoint = checkpoint;
  }

  /**
   * A proof without extra data.
   *
   * @throws IllegalArgumentException if the two are of different sizes, or the path is too long
   */
  public static TlogProof of(InclusionProof inclusion, SignedCheckpoint checkpoint) {
    if (inclusion.size() != checkpoint.checkpoint().size()
        || inclusion.index() < 0
        || inclusion.path().size() > PATH_LIMIT) {
      throw new IllegalArgumentException("the proof is not one for this checkpoint");
    }
    return new TlogProof(null, inclusion, checkpoint);
  }

  /**
   * A copy with extra data, which no signature covers.
   *
   * @throws IllegalArgumentException if there is none, or more than 1 MiB
   */
  public TlogProof withExtra(byte[] data) {
    if (data.length == 0 || data.length > EXTRA_LIMIT) {
      throw new IllegalArgumentException("extra data has 1 byte to 1 MiB");
    }
    return new TlogProof(data.clone(), inclusion, checkpoint);
  }

  /** Reads the one encoding. */
  public static Parsed<TlogProof> parse(byte[] bytes) {
    Optional<Integer> empty = HeadLines.end(bytes);
    if (empty.isEmpty()) {
      return malformed("no empty line ends its path");
    }
    Optional<List<String>> head = HeadLines.read(bytes, empty.get());
    if (head.isEmpty()) {
      return malformed("what is before the checkpoint is not ASCII");
    }
    List<String> lines = head.get();
    if (!lines.getFirst().equals(FORMAT)) {
      return malformed("its first line is not " + FORMAT);
    }
    int at = 1;
    byte @Nullable [] extra = null;
    if (at < lines.size() && lines.get(at).startsWith("extra ")) {
      Optional<byte[]> read = StrictBase64.decode(lines.get(at).substring(6));
      if (read.isEmpty() || read.get().length == 0 || read.get().length > EXTRA_LIMIT) {
        return malformed("its extra data is not base64 of 1 byte to 1 MiB");
      }
      extra = read.get();
      at++;
    }
    Optional<Long> index =
        at < lines.size() && lines.get(at).startsWith("index ")
            ? Decimal.parse(lines.get(at).substring(6))
            : Optional.empty();
    if (index.isEmpty()) {
      return malformed("it lacks a line of the form 'index N'");
    }
    List<Digest> path = new ArrayList<>();
    for (String line : lines.subList(at + 1, lines.size())) {
      Optional<Digest> hash = StrictBase64.hash(line);
      if (hash.isEmpty() || path.size() == PATH_LIMIT) {
        return malformed("its path is not up to 63 lines of base64 of 32 bytes");
      }
      path.add(hash.get());
    }
    byte @Nullable [] kept = extra;
    return switch (SignedCheckpoint.parse(
        Arrays.copyOfRange(bytes, empty.get() + 2, bytes.length))) {
      case Parsed.Malformed<SignedCheckpoint>(String reason) -> malformed(reason);
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) ->
          new Parsed.Read<>(
              new TlogProof(
                  kept, new InclusionProof(index.get(), signed.checkpoint().size(), path), signed));
    };
  }

  private static Parsed<TlogProof> malformed(String why) {
    return new Parsed.Malformed<>("not a " + FORMAT + ": " + why);
  }

  /** The one encoding. */
  public byte[] encode() {
    StringBuilder head = new StringBuilder(FORMAT).append('\n');
    if (extra != null) {
      head.append("extra ").append(StrictBase64.encode(extra)).append('\n');
    }
    head.append("index ").append(inclusion.index()).append('\n');
    inclusion.path().forEach(hash -> head.append(StrictBase64.encode(hash)).append('\n'));
    head.append('\n');
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(checkpoint.encode());
    return out.toByteArray();
  }

  /** Whether an entry with this leaf hash stands where the proof says, under the checkpoint. */
  public boolean proves(Digest leafHash) {
    return inclusion.proves(leafHash, checkpoint.checkpoint().root());
  }

  /** Where the entry stands. */
  public InclusionProof inclusion() {
    return inclusion;
  }

  /** The checkpoint; not yet believed. */
  public SignedCheckpoint checkpoint() {
    return checkpoint;
  }

  /** A copy of the extra data, which nobody vouches for. */
  public Optional<byte[]> extra() {
    return extra == null ? Optional.empty() : Optional.of(extra.clone());
  }
}
