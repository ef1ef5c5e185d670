// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.witness;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.witness.AddCheckpoint;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.witness.duty.HttpCourier;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * A process that signs two histories with one key. Arguments: a folder, then addresses of
 * witnesses. It writes the histories into {@code one} and {@code other}, asks every witness to
 * cosign both, and prints the statuses that it got.
 */
final class DishonestLog {
  static final SigningKey KEY = SigningKey.ofSeed(Digest.sha256("dishonest").bytes());
  static final int FIRST = 5;
  static final int SECOND = 7;

  private DishonestLog() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    List<String> witnesses = List.of(arguments).subList(1, arguments.length);
    byte[] honest = write(folder.resolve("one"), "what it told one", FIRST, 0);
    byte[] fork = write(folder.resolve("other"), "what it told the other", SECOND, FIRST);
    try (HttpCourier courier = new HttpCourier()) {
      for (byte[] request : List.of(honest, fork)) {
        StringBuilder line = new StringBuilder();
        for (String witness : witnesses) {
          int status =
              courier.post(URI.create(witness + "add-checkpoint"), "text/plain", request).status();
          line.append(line.isEmpty() ? "" : " ").append(status);
        }
        System.out.println(line);
      }
    }
  }

  /** A history of so many entries, the first three of which all histories share. */
  private static byte[] write(Path folder, String face, int size, int old) throws Exception {
    var name = NodeLog.keyName(KEY.nodeId());
    try (Log log =
        Log.open(
            FolderStorage.open(folder),
            Origin.of(name),
            NoteSigner.ed25519(name, KEY),
            InstantSource.system())) {
      for (int i = 0; i < size; i++) {
        log.append(
                new Entry(
                    EntryKind.VERDICT,
                    new Source("told"),
                    i,
                    Json.object().put("told", i < 3 ? "both" : face).build()))
            .join();
      }
      log.publish();
      LogReader reader = log.reader();
      return AddCheckpoint.of(reader.consistency(old, size), reader.signed()).encode();
    }
  }
}
