// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.anchor;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What somebody who asked a chain wrote down of it, so that others need not ask: anchors that it
 * holds (docs/formats/anchor.md). It is signed by nobody: whoever relies on it knows where they
 * have it from.
 *
 * @param chain which chain was asked
 * @param head the number of its newest block then
 * @param asked when
 * @param anchors those that the chain agreed with, each once, all of that chain and no newer than
 *     its head
 */
public record ChainWord(ChainId chain, long head, Timestamp asked, List<LoggedAnchor> anchors) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-chain-anchors/1";

  /** The longest file in bytes. */
  public static final int LIMIT = 1 << 20;

  /** So many anchors at most. */
  public static final int MOST = 1024;

  private static final long SAFE = (1L << 53) - 1;

  /**
   * Copies the anchors.
   *
   * @throws IllegalArgumentException if there are too many, one is of another chain, stands twice,
   *     or lies in a block after the head
   */
  public ChainWord {
    anchors = List.copyOf(anchors);
    if (head < 0 || head > SAFE) {
      throw new IllegalArgumentException("numbers of blocks go from 0 to 2^53 - 1");
    }
    if (anchors.size() > MOST) {
      throw new IllegalArgumentException(
          "there are up to %d anchors, not %d".formatted(MOST, anchors.size()));
    }
    for (LoggedAnchor anchor : anchors) {
      if (!anchor.chain().equals(chain)) {
        throw new IllegalArgumentException(
            "an anchor is of chain " + anchor.chain() + ", and chain " + chain + " was asked");
      }
      if (anchor.block() > head) {
        throw new IllegalArgumentException(
            "an anchor is in block " + anchor.block() + ", and the newest was " + head);
      }
    }
    if (new HashSet<>(anchors).size() != anchors.size()) {
      throw new IllegalArgumentException("an anchor stands twice");
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    List<Json> all = new ArrayList<>();
    anchors.forEach(anchor -> all.add(anchor.toJson()));
    return CanonicalJson.bytes(
        Json.object()
            .put("anchors", Json.array(all))
            .put("asked", asked.toString())
            .put("chain", chain.number())
            .put("format", FORMAT)
            .put("head", head)
            .build());
  }

  /** Reads the one encoding. */
  public static Parsed<ChainWord> decode(byte[] bytes) {
    try {
      Members members = new Members("the chain's word", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      List<LoggedAnchor> anchors = new ArrayList<>();
      for (Json each : members.array("anchors").items()) {
        if (!(each instanceof Json.Obj record)) {
          throw new MalformedException("\"anchors\" is not an array of objects");
        }
        anchors.add(
            switch (LoggedAnchor.read(record)) {
              case Parsed.Read<LoggedAnchor>(LoggedAnchor anchor) -> anchor;
              case Parsed.Malformed<LoggedAnchor>(String reason) ->
                  throw new MalformedException(reason);
            });
      }
      ChainWord word =
          new ChainWord(
              new ChainId(LoggedAnchor.number(members, "chain")),
              LoggedAnchor.number(members, "head"),
              members.typed("asked", Timestamp::parse),
              anchors);
      members.end();
      Members.requireSame(word.encode(), bytes);
      return new Parsed.Read<>(word);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>("not a chain's word: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not a chain's word: " + e.getMessage());
    }
  }
}
