// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Grounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who signed a checkpoint or another note. A node's log needs no introduction, since its name holds
 * its key; every other key has to be named with {@code --log}.
 */
final class NoteSigned {
  private NoteSigned() {}

  /** The key of a log: the one that was named, or the one in the log's name. */
  static Optional<VerifierKey> logKey(Origin origin, Demands demands) {
    return demands.logs().stream()
        .filter(key -> key.name().text().equals(origin.text()))
        .findFirst()
        .or(() -> NodeLog.node(origin).map(NodeLog::verifierKey));
  }

  /** Whether the log of this name signed the checkpoint. */
  static Grounds checkpoint(SignedCheckpoint signed, Demands demands) {
    Grounds grounds = new Grounds();
    Origin origin = signed.checkpoint().origin();
    Optional<VerifierKey> key = logKey(origin, demands);
    if (key.isEmpty()) {
      grounds.missing(
          "the checkpoint is of the log '"
              + origin
              + "', whose key is not known here: name it with --log");
      return grounds;
    }
    expected(Optional.of(origin), demands, grounds);
    List<VerifierKey> known = new ArrayList<>(demands.logs());
    known.add(key.get());
    switch (signed.verify(known)) {
      case NoteCheck.Refused(NoteCheck.Reason reason, String why) ->
          grounds.against(
              reason == NoteCheck.Reason.BAD_SIGNATURE
                  ? why
                  : "the key of the log " + origin + " did not sign it");
      case NoteCheck.Accepted accepted -> {
        if (accepted.by(key.get())) {
          grounds.holds("by the log " + origin + others(signed.note(), accepted, key.get()));
        } else {
          grounds.against("the key of the log " + origin + " did not sign it");
        }
      }
    }
    return grounds;
  }

  /** Whether keys that are known signed the note. */
  static Grounds note(Note note, Demands demands) {
    Grounds grounds = new Grounds();
    List<VerifierKey> known = new ArrayList<>(demands.logs());
    for (SignatureLine line : note.signatures()) {
      NodeLog.node(new Origin(line.name().text())).map(NodeLog::verifierKey).ifPresent(known::add);
    }
    switch (note.verify(known)) {
      case NoteCheck.Refused(NoteCheck.Reason reason, String why) -> {
        if (reason == NoteCheck.Reason.BAD_SIGNATURE) {
          grounds.against(why);
        } else {
          grounds.missing(
              "signed by "
                  + String.join(", ", note.signatures().stream().map(l -> l.name().text()).toList())
                  + ", of which no key is known here: name it with --log");
        }
      }
      case NoteCheck.Accepted accepted -> {
        VerifierKey first = accepted.signatures().getFirst().key();
        expected(Optional.of(new Origin(first.name().text())), demands, grounds);
        grounds.holds("by " + first.name() + others(note, accepted, first));
      }
    }
    return grounds;
  }

  private static void expected(Optional<Origin> origin, Demands demands, Grounds grounds) {
    Optional<NodeId> node = origin.flatMap(NodeLog::node);
    if (demands.node().isPresent() && !demands.node().equals(node)) {
      grounds.against(
          "it is of "
              + origin.map(Origin::text).orElse("nobody")
              + ", not of the expected "
              + demands.node().get());
    }
  }

  private static String others(Note note, NoteCheck.Accepted accepted, VerifierKey first) {
    StringBuilder text = new StringBuilder();
    for (NoteCheck.Signed signed : accepted.signatures()) {
      if (!signed.key().equals(first)) {
        text.append(", cosigned by ").append(signed.key().name());
        signed.time().ifPresent(time -> text.append(" at ").append(time));
      }
    }
    List<String> unchecked =
        note.signatures().stream()
            .filter(
                line ->
                    accepted.signatures().stream()
                        .noneMatch(
                            s ->
                                s.key().name().equals(line.name())
                                    && s.key().keyId().equals(line.keyId())))
            .map(line -> line.name().text())
            .toList();
    if (!unchecked.isEmpty()) {
      text.append(" (not checked, since their keys are not given with --log: ")
          .append(String.join(", ", unchecked))
          .append(')');
    }
    return text.toString();
  }
}
