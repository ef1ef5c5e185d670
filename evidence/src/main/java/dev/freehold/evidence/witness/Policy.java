// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Parsed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which logs count, and how many of which witnesses must have cosigned (C2SP tlog-policy;
 * docs/formats/policy.md).
 *
 * @param logs the logs that count; none where that is known from elsewhere
 * @param witnesses all that are named
 * @param quorum what must have witnessed a checkpoint
 */
public record Policy(List<KnownLog> logs, List<KnownWitness> witnesses, Quorum quorum) {
  /**
   * A log that counts.
   *
   * @param key its name is the log's origin
   * @param urlOrNull where it can be reached, not read here
   */
  public record KnownLog(VerifierKey key, @Nullable String urlOrNull) {}

  /**
   * A witness.
   *
   * @param name within the policy
   * @param key verifies its cosignatures
   * @param urlOrNull its submission prefix, not read here
   */
  public record KnownWitness(String name, VerifierKey key, @Nullable String urlOrNull) {}

  /** What can witness a checkpoint. */
  public sealed interface Quorum {
    /** Nothing is demanded. */
    record None() implements Quorum {}

    /**
     * A witness.
     *
     * @param witness it
     */
    record One(KnownWitness witness) implements Quorum {}

    /**
     * A group.
     *
     * @param name within the policy
     * @param threshold how many of its members
     * @param members witnesses and groups
     */
    record Group(String name, int threshold, List<Quorum> members) implements Quorum {
      /**
       * Copies the members.
       *
       * @throws IllegalArgumentException unless 1 <= threshold <= members
       */
      public Group {
        members = List.copyOf(members);
        if (threshold < 1 || threshold > members.size()) {
          throw new IllegalArgumentException("a group's threshold lies between 1 and its members");
        }
      }
    }
  }

  /** What the policy says of a checkpoint. */
  public sealed interface Judgement {
    /**
     * It does not count, whoever cosigns it.
     *
     * @param why for a person
     */
    record Refused(String why) implements Judgement {}

    /**
     * A log that counts signed it; these witnesses cosigned it.
     *
     * @param met whether they are enough
     * @param cosigned with the time that each put in
     * @param missing those that did not
     */
    record Counted(
        boolean met, Map<KnownWitness, Optional<Instant>> cosigned, List<KnownWitness> missing)
        implements Judgement {
      /** Copies both. */
      public Counted {
        cosigned = new LinkedHashMap<>(cosigned);
        missing = List.copyOf(missing);
      }
    }
  }

  /** Copies the lists. */
  public Policy {
    logs = List.copyOf(logs);
    witnesses = List.copyOf(witnesses);
  }

  /** Reads a policy. */
  public static Parsed<Policy> parse(byte[] bytes) {
    return new PolicyParser().parse(bytes);
  }

  /**
   * Judges a checkpoint.
   *
   * @param introduced keys of logs that count where the policy names none
   */
  public Judgement judge(SignedCheckpoint signed, Collection<VerifierKey> introduced) {
    Origin origin = signed.checkpoint().origin();
    List<VerifierKey> own = new ArrayList<>();
    Collection<VerifierKey> counting =
        logs.isEmpty() ? introduced : logs.stream().map(KnownLog::key).toList();
    counting.stream().filter(key -> Origin.of(key.name()).equals(origin)).forEach(own::add);
    if (own.isEmpty()) {
      return new Judgement.Refused("the policy names no log '" + origin + "'");
    }
    if (signed.verify(own) instanceof NoteCheck.Refused refused) {
      return new Judgement.Refused("not the log's: " + refused.why());
    }
    Map<KnownWitness, Optional<Instant>> cosigned = new LinkedHashMap<>();
    List<KnownWitness> missing = new ArrayList<>();
    for (KnownWitness witness : witnesses) {
      switch (signed.verify(List.of(witness.key))) {
        case NoteCheck.Accepted accepted ->
            cosigned.put(witness, accepted.signatures().getFirst().time());
        case NoteCheck.Refused(NoteCheck.Reason reason, String why) -> {
          if (reason == NoteCheck.Reason.BAD_SIGNATURE) {
            return new Judgement.Refused("witness " + witness.name + ": " + why);
          }
          missing.add(witness);
        }
      }
    }
    return new Judgement.Counted(met(quorum, cosigned), cosigned, missing);
  }

  private static boolean met(Quorum quorum, Map<KnownWitness, Optional<Instant>> cosigned) {
    return switch (quorum) {
      case Quorum.None _ -> true;
      case Quorum.One(KnownWitness witness) -> cosigned.containsKey(witness);
      case Quorum.Group(String _, int threshold, List<Quorum> members) ->
          members.stream().filter(member -> met(member, cosigned)).count() >= threshold;
    };
  }
}
