// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.gateway.http.GatewayServer;
import dev.freehold.gateway.http.HttpUpstream;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A running gateway. */
public final class Gateway implements AutoCloseable {
  /** The gateway's key, in its folder. */
  public static final String KEY_FILE = "gateway.key";

  private static final Duration PUBLISHING = Duration.ofMillis(500);
  private static final String LOOPBACK = "127.0.0.1";

  /** Nothing else in the folder is anybody's business. */
  private static final Pattern PUBLISHED =
      Pattern.compile(
          "checkpoint|tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:/x[0-9]{3}){0,5}/[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?");

  private final NodeId id;
  private final Log log;
  private final HttpUpstream upstream;
  private final GatewayServer server;
  private final GatewayDuties duties;
  private final Thread publisher;
  private final CountDownLatch closing = new CountDownLatch(1);

  private Gateway(
      NodeId id,
      Log log,
      HttpUpstream upstream,
      GatewayServer server,
      GatewayDuties duties,
      Consumer<String> alarm) {
    this.id = id;
    this.log = log;
    this.upstream = upstream;
    this.server = server;
    this.duties = duties;
    this.publisher =
        Thread.ofPlatform().daemon().name("gateway-publish").unstarted(() -> publish(alarm));
  }

  /** The name of the gateway whose key lies in a folder; a key is made where there is none. */
  public static NodeId identity(Path folder) throws IOException, GatewayException {
    Path file = folder.resolve(KEY_FILE);
    try {
      return Files.exists(file)
          ? KeyFile.name(file)
          : key(folder, PassphraseSource.none()).nodeId();
    } catch (KeyFileException e) {
      throw new GatewayException(String.valueOf(e.getMessage()), e);
    }
  }

  private static SigningKey key(Path folder, PassphraseSource passphrases)
      throws IOException, GatewayException {
    Files.createDirectories(folder);
    try {
      return KeyFile.loadOrCreate(folder.resolve(KEY_FILE), passphrases, new SecureRandom());
    } catch (KeyFileException e) {
      throw new GatewayException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Starts a gateway whose key is not sealed.
   *
   * @throws GatewayException as {@link #start(GatewayConfiguration, PassphraseSource)} does
   */
  public static Gateway start(GatewayConfiguration configuration)
      throws IOException, GatewayException {
    return start(configuration, PassphraseSource.none());
  }

  /**
   * Opens the log, continues what it holds, adopts the mandates and serves.
   *
   * @param passphrases asked where its key is sealed
   * @throws GatewayException if the log is not this gateway's, or no mandate is in force
   */
  public static Gateway start(GatewayConfiguration configuration, PassphraseSource passphrases)
      throws IOException, GatewayException {
    Path folder = configuration.folder();
    SigningKey key = key(folder, passphrases);
    key.prepare();
    // May have to be built first: until then records are signed one by one.
    Thread.ofPlatform().daemon().name("gateway-signatures").start(key::prepareMany);
    String name = key.nodeId().toString();
    KeyName logName = NodeLog.keyName(key.nodeId());
    InstantSource clock = InstantSource.system();
    Path logFolder = folder.resolve("log");
    Consumer<String> alarm = alarm(folder, configuration.alarm());
    Log log;
    try {
      log =
          Log.open(
              FolderStorage.open(logFolder),
              Origin.of(logName),
              NoteSigner.ed25519(logName, key),
              clock);
    } catch (LogException e) {
      throw new GatewayException(String.valueOf(e.getMessage()), e);
    }
    boolean started = false;
    try {
      Source source = new Source(name);
      if (log.nextSequence(source).isEmpty()) {
        throw new GatewayException(
            "the log of this gateway has ended ('freehold log end'): use another folder");
      }
      TaggedDigest bill =
          TaggedDigest.of(
              Digest.sha256(
                  "gateway "
                      + configuration.measurement()
                      + "\nupstream "
                      + configuration.upstream()
                      + "\n"));
      Interceptor interceptor =
          new Interceptor(
              key,
              configuration.owners(),
              new LogRecords(log, source),
              bill,
              configuration.measurement(),
              clock,
              new SecureRandom(),
              alarm);
      Resumption.resume(log, source, interceptor);
      adopt(configuration, interceptor);
      HttpUpstream upstream =
          new HttpUpstream(configuration.upstream(), configuration.upstreamKeyOrNull());
      TileSource files = FolderStorage.reading(logFolder);
      GatewayServer server =
          GatewayServer.start(
              new GatewayServer.Setup(
                  LOOPBACK,
                  configuration.port(),
                  configuration.holdRelease(),
                  path -> PUBLISHED.matcher(path).matches() ? files.read(path) : Optional.empty()),
              interceptor,
              upstream);
      GatewayDuties duties =
          new GatewayDuties(configuration, log, NodeLog.verifierKey(key.nodeId()), alarm);
      Gateway gateway = new Gateway(key.nodeId(), log, upstream, server, duties, alarm);
      gateway.publisher.start();
      started = true;
      return gateway;
    } catch (LogException e) {
      throw new GatewayException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!started) {
        close(log);
      }
    }
  }

  private static void adopt(GatewayConfiguration configuration, Interceptor interceptor)
      throws IOException, GatewayException {
    String refused = "";
    for (Path file : configuration.mandates()) {
      MandateChain chain =
          switch (MandateChain.decode(Files.readAllBytes(file))) {
            case dev.freehold.record.Parsed.Read<MandateChain>(MandateChain read) -> read;
            case dev.freehold.record.Parsed.Malformed<MandateChain>(String reason) ->
                throw new GatewayException(file + " holds no mandates: " + reason);
          };
      Interceptor.Adopted adopted = interceptor.adopt(chain);
      if (adopted.unrecorded().isPresent()) {
        throw new GatewayException(adopted.unrecorded().get());
      }
      if (adopted.standing() instanceof MandateChain.Standing.Refused(var fault, int at)) {
        refused =
            file + ": mandate " + at + " of the chain does not count: " + fault.reason() + ". ";
      }
    }
    if (!interceptor.mandated()) {
      throw new GatewayException(
          refused
              + "The gateway has no mandate that is in force. Its owner signs one with"
              + " 'freehold mandate sign', for the holder "
              + identity(configuration.folder()));
    }
  }

  /** Tells a person, and writes it where it stays, beside the log and not in it. */
  private static Consumer<String> alarm(Path folder, Consumer<String> person) {
    Path file = folder.resolve("failures");
    return why -> {
      String line = InstantSource.system().instant() + " " + why.replace('\n', ' ') + "\n";
      try {
        Files.writeString(
            file,
            line,
            StandardCharsets.UTF_8,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND,
            StandardOpenOption.DSYNC);
      } catch (IOException e) {
        person.accept("neither the log nor " + file + " can be written: " + e.getMessage());
      }
      person.accept(why);
    };
  }

  private void publish(Consumer<String> alarm) {
    boolean failing = false;
    boolean last = false;
    while (!last) {
      try {
        last = closing.await(PUBLISHING.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        last = true;
      }
      try {
        if (log.sizeDurable() > 0) {
          duties.published(log.publish());
        }
        failing = false;
      } catch (LogException e) {
        if (!failing) {
          alarm.accept(String.valueOf(e.getMessage()));
        }
        failing = true;
      }
    }
  }

  /** Its name. */
  public NodeId id() {
    return id;
  }

  /** The port that is bound. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
    upstream.close();
    closing.countDown();
    try {
      publisher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    duties.close();
    close(log);
  }

  private static void close(Log log) {
    try {
      log.close();
    } catch (LogException e) {
      // What is durable stays durable; there is nothing left to do with the files.
    }
  }
}
