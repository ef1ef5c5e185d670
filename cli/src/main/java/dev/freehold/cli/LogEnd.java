// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.SourceEnd;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.node.Node;
import dev.freehold.node.evidence.EvidenceLog;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Timestamp;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold log end}. */
@Command(
    name = "end",
    description = {
      "End a log for good: its last entry, signed, says that nothing follows. The node, or the"
          + " gateway, must be stopped, and never starts on this home again."
    })
final class LogEnd extends Verb {
  @Option(names = "--gateway", description = "The log of this home's gateway, not the node's.")
  private boolean gateway;

  @Option(names = "--for-good", required = true, description = "Yes, for good.")
  @SuppressWarnings("unused")
  private boolean sure;

  @Override
  int run() throws Exception {
    Path home = gateway ? places.home().resolve(GatewayVerb.FOLDER) : places.home();
    SigningKey key = key(home.resolve(gateway ? "gateway.key" : Node.KEY_FILE));
    if (!gateway) {
      requireAllLogged();
    }
    KeyName name = NodeLog.keyName(key.nodeId());
    InstantSource clock = InstantSource.system();
    Source source = new Source(key.nodeId().toString());
    try (Log log =
        Log.open(
            FolderStorage.open(home.resolve(EvidenceLog.FOLDER)),
            Origin.of(name),
            NoteSigner.ed25519(name, key),
            clock)) {
      OptionalLong next = log.nextSequence(source);
      if (next.isEmpty()) {
        throw new Failure("the log of " + source + " has ended already");
      }
      SourceEnd end = SourceEnd.sign(next.getAsLong(), new Timestamp(clock.instant()), key);
      log.append(EntryKind.END, source, next.getAsLong(), end.encode()).get();
      log.publish();
      if (json) {
        screen.json(end.toJson());
      } else {
        screen.line("Ended " + source + " after " + end.entries() + " entries");
      }
      return OK;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new Failure(String.valueOf(cause.getMessage()));
    }
  }

  private SigningKey key(Path file) throws Exception {
    try {
      return KeyFile.load(file, Passphrases.of(places));
    } catch (KeyFileException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private void requireAllLogged() throws Failure {
    Optional<ReceiptStore> store = ReceiptStore.openIfThere(places.home());
    if (store.isEmpty()) {
      return;
    }
    try (ReceiptStore open = store.get()) {
      if (!open.unlogged(1).isEmpty() || !open.unloggedRecords(1).isEmpty()) {
        throw new Failure(
            "not all receipts and verdicts are logged yet: let 'freehold up' run once more, and"
                + " stop it");
      }
    }
  }
}
