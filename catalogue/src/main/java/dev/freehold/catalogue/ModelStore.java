// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.crypto.BulkDigest;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * The models of this machine, one file each under the name of its digest: {@code models/HEX.gguf}
 * (or a link to where another program keeps it) and {@code models/HEX.json}, which says what people
 * call it and when its bytes were last checked. A file under its final name is always whole: it is
 * checked first and renamed last. The head of each model, all but its weights, is kept beside them
 * under both digests, {@code heads/HEX-HEX.gguf}, and stays when the model is removed.
 */
public final class ModelStore {
  private static final String FORMAT = "freehold-model/1";
  private final Path folder;
  private final Path heads;
  private final InstantSource clock;

  /** A store under {@code cache/models}; the folder is made when something is first kept. */
  public ModelStore(Path cache, InstantSource clock) {
    this.folder = cache.resolve("models");
    this.heads = cache.resolve("heads");
    this.clock = clock;
  }

  /** Where a model's file lies or would lie. */
  public Path fileOf(Digest digest) {
    return folder.resolve(digest.hex() + ".gguf");
  }

  /** Where an unfinished pull of a model keeps its bytes. */
  Path partOf(String key) {
    return folder.resolve("partial").resolve(key + ".part");
  }

  /** All models here, by name. */
  public List<StoredModel> list() throws IOException {
    List<StoredModel> found = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return found;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.gguf")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        digestOf(name.substring(0, name.length() - ".gguf".length()))
            .flatMap(this::find)
            .ifPresent(found::add);
      }
    }
    // The JVM's archive can't hold the JDK's comparators of a key.
    found.sort(
        (one, other) ->
            one.name().equals(other.name())
                ? one.digest().compareTo(other.digest())
                : one.name().compareTo(other.name()));
    return found;
  }

  /** The model of this digest, if its file is here (a link whose target is gone does not count). */
  public Optional<StoredModel> find(Digest digest) {
    Path file = fileOf(digest);
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Optional<Json.Obj> note = note(digest);
      return Optional.of(
          new StoredModel(
              note.flatMap(n -> text(n, "name")).orElseGet(() -> defaultName(digest)),
              digest,
              file,
              attributes.size(),
              note.flatMap(n -> text(n, "source")).orElse("unknown"),
              note.flatMap(n -> text(n, "added"))
                  .flatMap(ModelStore::instant)
                  .orElse(attributes.lastModifiedTime().toInstant())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The model that goes by this name or digest ({@code sha256:} and 64 digits, or the digits). */
  public Optional<StoredModel> find(String nameOrDigest) throws IOException {
    String wanted = nameOrDigest.toLowerCase(Locale.ROOT);
    Optional<Digest> digest =
        digestOf(wanted.startsWith("sha256:") ? wanted.substring("sha256:".length()) : wanted);
    if (digest.isPresent()) {
      return find(digest.get());
    }
    return list().stream().filter(m -> m.name().equals(wanted)).findFirst();
  }

  /**
   * Makes sure that a model's bytes are those its digest names. A file whose size and time are
   * those of its last check is taken at that check's word; any other is read in full.
   *
   * @throws ModelUnavailable if they are not: the file is damaged and says so
   */
  public void check(StoredModel model, boolean inFull) throws IOException, ModelUnavailable {
    String stamp = stamp(Files.readAttributes(model.file(), BasicFileAttributes.class));
    if (!inFull && unchanged(model)) {
      return;
    }
    Digest found = digest(model.file(), _ -> {});
    if (!found.equals(model.digest())) {
      throw new ModelUnavailable(
          "the file of model "
              + model.name()
              + " is damaged: its bytes have digest "
              + found
              + ", it should be "
              + model.digest()
              + ". Remove it with 'freehold model rm "
              + model.name()
              + "' and pull it again.");
    }
    writeNote(model.digest(), model.name(), model.source(), stamp);
  }

  /** Whether its file is, by size and time, the one whose digest was computed last. */
  private boolean unchanged(StoredModel model) throws IOException {
    String stamp = stamp(Files.readAttributes(model.file(), BasicFileAttributes.class));
    return note(model.digest()).flatMap(n -> text(n, "checked")).equals(Optional.of(stamp));
  }

  /** Takes a finished, checked file into the store by renaming it. */
  StoredModel adopt(Path finished, Digest digest, String name, String source) throws IOException {
    Path file = fileOf(digest);
    Files.createDirectories(folder);
    try (FileChannel channel = FileChannel.open(finished, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    try {
      Files.move(finished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(folder + " and its partial folder lie on different file systems", e);
    }
    return noted(digest, name, source);
  }

  /**
   * Takes in a file that another program or person keeps, by a link: nothing is copied. If the
   * model is here already, it stays as it is. What the catalogue knows keeps its name there, so
   * that it is found by it, whatever another program calls the file.
   *
   * @param otherwise the name of a model that the catalogue doesn't know
   */
  public StoredModel link(Path target, String otherwise, LongConsumer progress)
      throws IOException, ModelUnavailable {
    return link(
        target,
        digest -> Catalogue.shipped().find(digest).map(ModelEntry::name).orElse(otherwise),
        progress);
  }

  /** As above, under a name that a person chose. */
  public StoredModel linkAs(Path target, String chosen, LongConsumer progress)
      throws IOException, ModelUnavailable {
    return link(target, _ -> chosen, progress);
  }

  private StoredModel link(Path target, Function<Digest, String> name, LongConsumer progress)
      throws IOException, ModelUnavailable {
    Path real;
    try {
      real = target.toRealPath();
    } catch (NoSuchFileException e) {
      throw new ModelUnavailable("there is no file " + target, e);
    }
    if (!Files.isRegularFile(real)) {
      throw new ModelUnavailable(target + " is not a file");
    }
    requireGguf(real);
    Digest digest = digest(real, progress);
    Optional<StoredModel> here = find(digest);
    if (here.isPresent()) {
      return here.get();
    }
    Files.createDirectories(folder);
    Files.deleteIfExists(fileOf(digest));
    Files.createSymbolicLink(fileOf(digest), real);
    return noted(digest, name.apply(digest), real.toString());
  }

  /**
   * The head of a model, also of one that was here: what its tokens are can be said without its
   * weights. Empty where none was kept, or it was changed, or the catalogue knows another.
   */
  public Optional<Path> head(Digest model) {
    if (!Files.isDirectory(heads)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(heads, model.hex() + "-*.gguf")) {
      for (Path file : files) {
        if (Files.size(file) <= Gguf.HEAD_LIMIT) {
          Digest found = Digest.sha256(Files.readAllBytes(file));
          if (file.equals(headOf(model, found)) && known(model, found)) {
            return Optional.of(file);
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Path headOf(Digest model, Digest head) {
    return heads.resolve(model.hex() + "-" + head.hex() + ".gguf");
  }

  /** What the catalogue says of a model's head, it has to be. */
  private static boolean known(Digest model, Digest head) {
    return Catalogue.shipped()
        .find(model)
        .map(entry -> entry.text().head().equals(head))
        .orElse(true);
  }

  /** Keeps the head of a model whose bytes are known to be right; without it nothing is lost. */
  private void keepHead(Digest model) {
    try (Gguf file = Gguf.open(fileOf(model))) {
      keepHead(model, file.head());
    } catch (IOException | GgufException e) {
      // What can't be parsed can't be run, and a full disk is noticed by whoever needs it.
    }
  }

  /** Keeps a head that is known to be the model's. */
  void keepHead(Digest model, byte[] head) throws IOException {
    Path kept = headOf(model, Digest.sha256(head));
    if (Files.exists(kept)) {
      return;
    }
    Files.createDirectories(heads);
    Path temporary = Files.createTempFile(heads, model.hex(), ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(head);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(temporary, kept, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Forgets a model, but for its head. A file that is only linked stays where its owner keeps it.
   */
  public void remove(Digest digest) throws IOException {
    Optional<StoredModel> here = find(digest);
    if (here.isPresent() && unchanged(here.get())) {
      keepHead(digest);
    }
    Files.deleteIfExists(fileOf(digest));
    Files.deleteIfExists(noteOf(digest));
  }

  /** True where the store only links to a file that somebody else keeps. */
  public boolean isLink(StoredModel model) {
    return Files.isSymbolicLink(model.file());
  }

  /** The digest of a file, telling the bytes read so far. */
  public static Digest digest(Path file, LongConsumer progress) throws IOException {
    MessageDigest hash = BulkDigest.sha256();
    byte[] buffer = new byte[1 << 20];
    long read = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
        read += n;
        progress.accept(read);
      }
    }
    return Digest.of(hash.digest());
  }

  static void requireGguf(Path file) throws IOException, ModelUnavailable {
    byte[] magic = new byte[4];
    try (InputStream in = Files.newInputStream(file)) {
      int n = in.readNBytes(magic, 0, 4);
      if (n < 4 || magic[0] != 'G' || magic[1] != 'G' || magic[2] != 'U' || magic[3] != 'F') {
        throw new ModelUnavailable(file + " is not a GGUF file (it does not start with GGUF)");
      }
    }
  }

  private StoredModel noted(Digest digest, String name, String source) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(fileOf(digest), BasicFileAttributes.class);
    writeNote(digest, name, source, stamp(attributes));
    keepHead(digest);
    return find(digest).orElseThrow(() -> new IOException(fileOf(digest) + " vanished"));
  }

  private Path noteOf(Digest digest) {
    return folder.resolve(digest.hex() + ".json");
  }

  private Optional<Json.Obj> note(Digest digest) {
    try {
      if (Json.parse(Files.readAllBytes(noteOf(digest))) instanceof Json.Obj note
          && text(note, "format").equals(Optional.of(FORMAT))) {
        return Optional.of(note);
      }
    } catch (IOException | JsonException e) {
      // A missing or spoilt note costs a name and a fresh check of the digest, nothing else.
      return Optional.empty();
    }
    return Optional.empty();
  }

  private void writeNote(Digest digest, String name, String source, String stamp)
      throws IOException {
    Json.Obj note =
        Json.object()
            .put("format", FORMAT)
            .put("name", name.toLowerCase(Locale.ROOT))
            .put("source", source)
            .put("added", note(digest).flatMap(n -> text(n, "added")).orElse(clock.instant() + ""))
            .put("checked", stamp)
            .build();
    Path temporary = Files.createTempFile(folder, digest.hex(), ".tmp");
    Files.writeString(temporary, note.write());
    Files.move(temporary, noteOf(digest), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String stamp(BasicFileAttributes attributes) {
    return attributes.size() + " " + attributes.lastModifiedTime().toInstant();
  }

  private static Optional<String> text(Json.Obj note, String name) {
    return note.get(name).map(v -> v instanceof Json.Str text ? text.value() : "");
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** A file that was put here without a note goes by its name in the catalogue, or its digest. */
  private static String defaultName(Digest digest) {
    return Catalogue.shipped()
        .find(digest)
        .map(ModelEntry::name)
        .orElse(digest.hex().substring(0, 12));
  }

  private static Optional<Digest> digestOf(String hex) {
    try {
      return Optional.of(Digest.ofHex(hex));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
