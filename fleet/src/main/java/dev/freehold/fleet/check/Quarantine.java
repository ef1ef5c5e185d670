// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The machines that get no jobs, in two folders of one (docs/formats/job.md). What was convicted is
 * set aside at once; when {@link #convict} returns true that is on the disk, with its evidence. Any
 * thread may call.
 */
public final class Quarantine {
  /** The folder of the records. */
  public static final String RECORDS = "quarantine";

  /** The folder of what shows it. */
  public static final String EVIDENCE = "evidence";

  private static final String ENDING = ".json";

  /** Makes a file whole and durably, or not at all; tests have one that fails. */
  interface Writer {
    void create(Path file, byte[] bytes) throws IOException;
  }

  private final Path folder;
  private final InstantSource clock;
  private final Writer files;
  private final BiConsumer<QuarantineRecord, Optional<String>> told;
  private final Map<NodeId, QuarantineRecord> records = new ConcurrentHashMap<>();

  Quarantine(
      Path folder,
      InstantSource clock,
      Writer files,
      BiConsumer<QuarantineRecord, Optional<String>> told)
      throws IOException {
    this.folder = folder;
    this.clock = clock;
    this.files = files;
    this.told = told;
    Files.createDirectories(folder.resolve(EVIDENCE));
    Files.createDirectories(folder.resolve(RECORDS));
    load();
  }

  /**
   * Opens the quarantine that is kept in a folder, which only its owner should be able to read.
   *
   * @param told of each machine that is set aside, with what went wrong in keeping that
   * @throws IOException if a record can't be read; nothing is changed then
   */
  public static Quarantine open(
      Path folder,
      InstantSource clock,
      SecureRandom random,
      BiConsumer<QuarantineRecord, Optional<String>> told)
      throws IOException {
    return new Quarantine(
        folder, clock, (file, bytes) -> PrivateFile.create(file, bytes, random), told);
  }

  private void load() throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(folder.resolve(RECORDS), "*" + ENDING)) {
      for (Path file : found) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
          bytes = in.readNBytes(QuarantineRecord.LIMIT + 1);
        }
        switch (QuarantineRecord.decode(bytes)) {
          case Parsed.Malformed<QuarantineRecord>(String reason) ->
              throw new IOException(
                  "the quarantine's record "
                      + file
                      + " is damaged ("
                      + reason
                      + "): remove it to let that machine in again");
          case Parsed.Read<QuarantineRecord>(QuarantineRecord record) ->
              records.put(record.machine(), record);
        }
      }
    }
  }

  /** Whether a machine gets no jobs. */
  public boolean holds(NodeId machine) {
    return records.containsKey(machine);
  }

  /** Those that get none, by name. */
  public List<QuarantineRecord> list() {
    List<QuarantineRecord> all = new ArrayList<>(records.values());
    all.sort(Comparator.comparing(record -> record.machine().toString()));
    return all;
  }

  /**
   * Sets a machine aside, at once and whatever the disk does. True where that is kept on the disk,
   * with its evidence.
   */
  public boolean convict(Case found) {
    byte[] evidence = found.evidenceBytes();
    QuarantineRecord record =
        new QuarantineRecord(
            found.machine(),
            new Timestamp(clock.instant()),
            found.reasons(),
            Digest.sha256(evidence));
    boolean first = records.putIfAbsent(found.machine(), record) == null;
    Optional<String> problem = keep(record, evidence, first);
    told.accept(record, problem);
    return problem.isEmpty();
  }

  private Optional<String> keep(QuarantineRecord record, byte[] evidence, boolean first) {
    try {
      // The evidence first: what is set aside is never without it.
      create(evidence(record.evidence()), evidence);
      if (first) {
        create(file(record.machine()), record.encode());
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "it is set aside until this node ends, but that could not be kept: " + e.getMessage());
    }
  }

  private void create(Path file, byte[] bytes) throws IOException {
    try {
      files.create(file, bytes);
    } catch (FileAlreadyExistsException e) {
      // An earlier case says the same.
    }
  }

  /**
   * Lets a machine have jobs again; the evidence stays. False where it was not set aside.
   *
   * @throws IOException if the record can't be removed; the machine stays set aside then
   */
  public boolean release(NodeId machine) throws IOException {
    boolean there = Files.deleteIfExists(file(machine));
    return records.remove(machine) != null || there;
  }

  /** Where the evidence of that digest is kept. */
  public Path evidence(Digest digest) {
    return folder.resolve(EVIDENCE).resolve(digest.hex() + ENDING);
  }

  private Path file(NodeId machine) {
    String name =
        Digest.sha256(machine.toString().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
    return folder.resolve(RECORDS).resolve(name + ENDING);
  }
}
