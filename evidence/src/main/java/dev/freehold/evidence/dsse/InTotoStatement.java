// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A statement about things, named by their digests (in-toto attestation framework, statement v1;
 * docs/formats/dsse.md).
 *
 * @param subjects at least one
 * @param predicateType what the predicate means
 * @param predicate what is said
 */
public record InTotoStatement(List<Subject> subjects, String predicateType, Json.Obj predicate) {
  /** The type of payload in an envelope. */
  public static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";

  /** The type of the statement. */
  public static final String TYPE = "https://in-toto.io/Statement/v1";

  /**
   * A thing.
   *
   * @param name not empty
   * @param digests from the algorithm's name to hexadecimal digits, at least one
   */
  public record Subject(String name, Map<String, String> digests) {
    /**
     * Checks name and digests.
     *
     * @throws IllegalArgumentException if one of them is not sound
     */
    public Subject {
      digests = Map.copyOf(digests);
      if (name.isEmpty() || digests.isEmpty()) {
        throw new IllegalArgumentException("a subject has a name and a digest");
      }
      digests.forEach(
          (algorithm, hex) -> {
            if (algorithm.isEmpty() || !hex.matches("([0-9a-f]{2})+")) {
              throw new IllegalArgumentException(
                  "the digest of a subject is not lower-case hexadecimal");
            }
          });
    }

    /** A thing with its SHA-256. */
    public static Subject of(String name, Digest digest) {
      return new Subject(name, Map.of("sha256", digest.hex()));
    }

    /** The SHA-256, where it is given and one. */
    public Optional<Digest> sha256() {
      return Optional.ofNullable(digests.get("sha256"))
          .filter(hex -> hex.length() == 2 * Digest.BYTES)
          .map(Digest::ofHex);
    }
  }

  /**
   * Checks that there are subjects and a type.
   *
   * @throws IllegalArgumentException if there are not
   */
  public InTotoStatement {
    subjects = List.copyOf(subjects);
    if (subjects.isEmpty() || predicateType.isEmpty()) {
      throw new IllegalArgumentException("a statement has a subject and a predicate type");
    }
  }

  /** Reads the statement in an envelope. */
  public static Parsed<InTotoStatement> of(Envelope envelope) {
    if (!envelope.payloadType().equals(PAYLOAD_TYPE)) {
      return new Parsed.Malformed<>(
          "the payload is of type \"" + envelope.payloadType() + "\", not " + PAYLOAD_TYPE);
    }
    return decode(envelope.payload());
  }

  /** Reads a statement. */
  public static Parsed<InTotoStatement> decode(byte[] bytes) {
    try {
      Members members = new Members("the statement", Members.parse(bytes, Envelope.LIMIT));
      if (!members.string("_type").equals(TYPE)) {
        throw new Members.MalformedException(
            "the statement is of type \"" + members.string("_type") + "\", not " + TYPE);
      }
      List<Subject> subjects = new ArrayList<>();
      for (Json item : members.array("subject").items()) {
        // Other members of a resource descriptor may stand beside these two.
        Members subject = new Members("a subject", item);
        Map<String, String> digests = new TreeMap<>();
        for (Map.Entry<String, Json> digest : subject.members("digest").members().entrySet()) {
          if (!(digest.getValue() instanceof Json.Str(String hex))) {
            throw new Members.MalformedException("the digest of a subject is not a string");
          }
          digests.put(digest.getKey(), hex);
        }
        subjects.add(new Subject(subject.string("name"), digests));
      }
      String predicateType = members.string("predicateType");
      Json.Obj predicate = members.members("predicate");
      members.end();
      return new Parsed.Read<>(new InTotoStatement(subjects, predicateType, predicate));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  /** The payload for an envelope: canonical JSON. */
  public byte[] encode() {
    List<Json> items = new ArrayList<>();
    for (Subject subject : subjects) {
      Json.Builder digests = Json.object();
      new TreeMap<>(subject.digests()).forEach(digests::put);
      items.add(Json.object().put("digest", digests.build()).put("name", subject.name()).build());
    }
    return CanonicalJson.bytes(
        Json.object()
            .put("_type", TYPE)
            .put("predicate", predicate)
            .put("predicateType", predicateType)
            .put("subject", Json.array(items))
            .build());
  }
}
