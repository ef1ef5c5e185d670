// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.gateway;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a step of the gateway can't do without, in bare loops on one thread: {@code bench/run
 * gateway.Floor FOLDER ROUNDS}. Three signatures; each digest that the standard, the chain and the
 * log ask for, once; and the bytes of journal and bundles, given to the disk in groups. Nothing is
 * written as JSON, and no thread waits for another: whatever a step takes beyond this is ours.
 */
public final class Floor {
  private static final ThreadMXBean OWN = ManagementFactory.getThreadMXBean();
  private static final int STEPS = 10_000;
  private static final int RECORDS = 3;

  /** Of a token as it is signed, as it stands in the log, and of its entry. */
  private static final int UNSIGNED = 1_740;

  private static final int TOKEN = 1_880;
  private static final int ENTRY = 2_030;

  /** What a step's head in the chain is over, and its leaf there. */
  private static final int HEAD = 133;

  private static final int LEAF = 98;

  private static final int FRAME_STEPS = 50;
  private static final int BUNDLE = 256;

  /** Steps of the history before: their roots are as deep as those of a gateway that has worked. */
  private static final int BEFORE = 100_000;

  private Floor() {}

  private interface Part {
    void step(int step) throws IOException;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).resolve("floor-" + System.nanoTime());
    Files.createDirectories(folder);
    int rounds = Integer.parseInt(arguments[1]);
    SigningKey key = SigningKey.generate(new SecureRandom());
    System.out.println(
        "signs with " + key.prepare() + (key.prepareMany() ? ", and eight at once" : ""));
    byte[] record = new byte[TOKEN];
    ByteBuffer entries = ByteBuffer.allocateDirect(FRAME_STEPS * RECORDS * ENTRY);
    MerkleTree chain = new MerkleTree();
    MerkleTree log = new MerkleTree();
    for (int i = 0; i < BEFORE; i++) {
      chain.add(new byte[98]);
    }
    for (int round = 0; round <= rounds; round++) {
      double signatures = measure(step -> sign(key, record, step));
      double own = measure(step -> chain(chain, record, step));
      double leaves = measure(step -> log(log, entries, step));
      Path file = folder.resolve("written-" + round);
      double written;
      try (FileChannel journal = open(file);
          FileChannel bundles = open(folder.resolve("b" + round))) {
        ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_STEPS * RECORDS * ENTRY);
        ByteBuffer bundle = ByteBuffer.allocateDirect(BUNDLE * ENTRY);
        written = measure(step -> write(step, journal, frame, bundles, bundle));
      }
      System.out.printf(
          Locale.ROOT,
          "%-10s signatures %.1f us, digests of the chain %.1f, leaves and nodes of the log %.1f,"
              + " written and flushed %.1f: %.1f us of a core a step%n",
          round == 0 ? "warming up" : "round " + round,
          signatures,
          own,
          leaves,
          written,
          signatures + own + leaves + written);
    }
  }

  private static double measure(Part part) throws IOException {
    long begun = OWN.getCurrentThreadCpuTime();
    for (int step = 0; step < STEPS; step++) {
      part.step(step);
    }
    return (OWN.getCurrentThreadCpuTime() - begun) / 1e3 / STEPS;
  }

  /** In frames of some steps, as a gateway under load signs. */
  private static void sign(SigningKey key, byte[] record, int step) {
    if (step % FRAME_STEPS != 0) {
      return;
    }
    List<byte[]> messages = new ArrayList<>();
    for (int i = 0; i < FRAME_STEPS * RECORDS; i++) {
      record[(step + i) % UNSIGNED]++;
      messages.add(Arrays.copyOf(record, UNSIGNED));
    }
    key.signAll(messages);
  }

  /**
   * The contents (what was asked, once when judged and once when given out, and what came back),
   * the path, the snapshot; and of each record the head, the leaf and the root, and its own digest.
   */
  private static void chain(MerkleTree chain, byte[] record, int step) {
    for (int length : new int[] {616, 616, 916, 90, 400}) {
      record[step % length]++;
      Digest.sha256(Arrays.copyOf(record, length));
    }
    for (int i = 0; i < RECORDS; i++) {
      record[i]++;
      chain.grow(record, UNSIGNED, Arrays.copyOf(record, HEAD + LEAF), HEAD, LEAF);
    }
  }

  /** In frames of some steps. */
  private static void log(MerkleTree log, ByteBuffer entries, int step) {
    if (step % FRAME_STEPS != 0) {
      return;
    }
    long[] places = new long[2 * FRAME_STEPS * RECORDS];
    for (int i = 0; i < places.length / 2; i++) {
      int at = i * ENTRY;
      places[2 * i] = at;
      places[2 * i + 1] = ENTRY;
      entries.putInt(at, step + i);
    }
    MerkleTree.leaves(entries, places).forEach(log::addHash);
  }

  /** In frames of some steps, and again in bundles of 256 entries. */
  private static void write(
      int step, FileChannel journal, ByteBuffer frame, FileChannel bundles, ByteBuffer bundle)
      throws IOException {
    if (step % FRAME_STEPS == 0) {
      write(journal, frame);
    }
    if (step * RECORDS % BUNDLE < RECORDS) {
      write(bundles, bundle);
    }
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
    bytes.clear();
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    file.force(false);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }
}
