// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import dev.freehold.witness.anchor.AnchorMeans;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.anchor.Anchoring;
import dev.freehold.witness.duty.HttpCourier;
import dev.freehold.witness.duty.LogDuties;
import dev.freehold.witness.duty.Notices;
import dev.freehold.witness.duty.WatchedLog;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What a gateway's log owes to witnesses, time authorities and a chain. */
final class GatewayDuties implements AutoCloseable {
  private final HttpCourier courier = new HttpCourier();
  private final LogDuties duties;
  private final Optional<HttpClient> rpc;

  /** Size of the newest checkpoint that was told of; the publisher's. */
  private long told = -1;

  GatewayDuties(
      GatewayConfiguration configuration, Log log, VerifierKey key, Consumer<String> alarm)
      throws IOException, GatewayException {
    Path home = configuration.folder();
    Path folder = home.resolve(WitnessedFiles.FOLDER);
    Files.createDirectories(folder);
    AnchorSettings anchor = configuration.anchorOrNull();
    this.rpc = anchor == null ? Optional.empty() : Optional.of(AnchorMeans.client());
    boolean started = false;
    try {
      // Before any duty is on its way: a key that can't be read must leave nothing behind.
      AnchorMeans purse = anchor == null ? null : AnchorMeans.open(anchor, rpc.orElseThrow(), home);
      Notices notices = (event, fields) -> alarm.accept(event + " " + fields.write());
      OwnLog own = new OwnLog(log, key, home.resolve("log"));
      this.duties =
          LogDuties.start(
              configuration.duties(),
              own,
              new LogDuties.Means(
                  folder,
                  courier,
                  new SecureRandom(),
                  InstantSource.system(),
                  System::nanoTime,
                  notices));
      if (anchor != null && purse != null) {
        duties.add(Anchoring.start(anchor, purse, own, duties.book(), notices));
      }
      started = true;
    } catch (KeyFileException e) {
      throw new GatewayException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!started) {
        stop();
      }
    }
  }

  private record OwnLog(Log log, VerifierKey key, Path folder) implements WatchedLog {
    @Override
    public TileSource files() {
      return FolderStorage.reading(folder);
    }

    @Override
    public void cosigned(Checkpoint checkpoint, List<SignatureLine> lines) throws LogException {
      log.cosigned(checkpoint, lines);
    }

    @Override
    public void append(EntryKind kind, Json.Obj record) {
      Source source = new Source(key.name() + "#timestamps");
      OptionalLong sequence = log.nextSequence(source);
      if (sequence.isPresent()) {
        // If it fails, the stamp's file or the anchor's intent is there, and the next start logs
        // it.
        CompletableFuture<Long> _ =
            log.append(new Entry(kind, source, sequence.getAsLong(), record));
      }
    }
  }

  void published(SignedCheckpoint checkpoint) {
    if (checkpoint.checkpoint().size() != told) {
      told = checkpoint.checkpoint().size();
      duties.published(checkpoint);
    }
  }

  @Override
  public void close() {
    duties.close();
    stop();
  }

  private void stop() {
    rpc.ifPresent(HttpClient::shutdownNow);
    courier.close();
  }
}
