// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A disk in memory that fails when told to. Each call that changes something is one operation,
 * counted from 0; so is each file of a {@link #write}, {@link #show} or {@link #flush}. What was
 * shown and not flushed, or deleted, is open until the power was cut: see {@link #states}.
 */
public class MemoryStorage implements LogStorage {
  /** What happens at the chosen operation. */
  public enum Fault {
    /** It throws, and nothing of it is on the disk. */
    FAILS,
    /** It throws, but all of it is on the disk. */
    FAILS_BUT_PERSISTS,
    /** It throws, and half of an appended frame is on the disk (of a file: nothing). */
    FAILS_HALFWAY,
    /** It throws, and the second half of an appended frame is on the disk, and not the first. */
    FAILS_OUT_OF_ORDER,
    /** The power is cut before it: it and everything after it fails without a trace. */
    POWER_CUT_BEFORE,
    /** The power is cut in the middle of it. */
    POWER_CUT_HALFWAY,
    /** The power is cut in the middle of it, when the second half is on the disk. */
    POWER_CUT_OUT_OF_ORDER,
    /** The power is cut right after it reached the disk: it throws too. */
    POWER_CUT_AFTER
  }

  /** Zeros behind what is appended: room for some small frames. */
  private static final int AHEAD = 2_000;

  /**
   * What a file was that a power cut may change: first what is certain, and then each change; empty
   * where it was missing.
   */
  private record Loose(List<Optional<byte[]>> versions, boolean lost) {
    Loose and(Optional<byte[]> version) {
      List<Optional<byte[]>> more = new ArrayList<>(versions);
      more.add(version);
      return new Loose(more, false);
    }
  }

  private final Map<String, byte[]> disk;
  private final Map<String, Loose> loose;

  /** Every checkpoint that anybody could see. */
  private final List<byte[]> checkpoints;

  /** Where what was appended to a file ends. */
  private final Map<String, Integer> ends = new HashMap<>();

  private final int faultAt;
  private final Fault fault;
  private int operations;
  private boolean off;

  /** An empty one that does not fail. */
  public MemoryStorage() {
    this(new TreeMap<>(), new TreeMap<>(), new ArrayList<>(), -1, Fault.FAILS);
  }

  private MemoryStorage(
      Map<String, byte[]> disk,
      Map<String, Loose> loose,
      List<byte[]> checkpoints,
      int faultAt,
      Fault fault) {
    this.disk = disk;
    this.loose = loose;
    this.checkpoints = checkpoints;
    this.faultAt = faultAt;
    this.fault = fault;
  }

  /** The same disk for another process. */
  public synchronized MemoryStorage restarted() {
    return failing(-1, Fault.FAILS);
  }

  /** The same disk, which will fail at one operation. */
  public synchronized MemoryStorage failing(int at, Fault how) {
    return new MemoryStorage(
        new TreeMap<>(disk), new TreeMap<>(loose), new ArrayList<>(checkpoints), at, how);
  }

  /** How many states a power cut may leave each file in that it may change. */
  public synchronized Map<String, Integer> states() {
    Map<String, Integer> states = new TreeMap<>();
    loose.forEach((name, each) -> states.put(name, states(each).size()));
    return states;
  }

  /** The new one, the old one, and then others: torn, zeros, empty, missing, those between. */
  private static List<Optional<byte[]>> states(Loose file) {
    List<Optional<byte[]>> versions = file.versions;
    List<Optional<byte[]>> states =
        new ArrayList<>(List.of(versions.getLast(), versions.getFirst()));
    versions.stream()
        .skip(1)
        .flatMap(Optional::stream)
        .reduce((_, later) -> later)
        .ifPresent(
            shown -> {
              states.add(Optional.of(Arrays.copyOf(shown, shown.length / 2)));
              states.add(Optional.of(new byte[shown.length]));
              states.add(Optional.of(new byte[0]));
              if (versions.getFirst().isPresent()) {
                states.add(Optional.empty());
              }
            });
    states.addAll(versions.subList(1, Math.max(1, versions.size() - 1)));
    return states;
  }

  /**
   * The disk after a power cut.
   *
   * @param chosen the state that each file of {@link #states} is in
   */
  public synchronized MemoryStorage powerCut(Map<String, Integer> chosen) {
    MemoryStorage after = restarted();
    loose.forEach(
        (name, each) -> {
          Optional<byte[]> left = states(each).get(Objects.requireNonNull(chosen.get(name)));
          after.disk.remove(name);
          left.ifPresent(file -> after.disk.put(name, file));
        });
    after.loose.clear();
    return after;
  }

  /** Every checkpoint that anybody could see, ever. */
  public synchronized List<byte[]> checkpoints() {
    return List.copyOf(checkpoints);
  }

  /** How many operations there were. */
  public synchronized int operations() {
    return operations;
  }

  /** All that is on the disk. */
  public synchronized Map<String, byte[]> files() {
    return new HashMap<>(disk);
  }

  /** A file that is there. */
  public synchronized byte[] file(String name) {
    return Objects.requireNonNull(disk.get(name), name).clone();
  }

  /** Puts a file there behind everybody's back. */
  public synchronized void put(String name, byte[] bytes) {
    disk.put(name, bytes);
  }

  /** Takes a file away behind everybody's back. */
  public synchronized void remove(String name) {
    disk.remove(name);
  }

  /** How much of a change reaches the disk. */
  private enum Part {
    ALL,
    FIRST_HALF,
    SECOND_HALF
  }

  private interface Change {
    void run(Part part);
  }

  private void operate(Change change) throws IOException {
    if (off) {
      throw new IOException("the power is off");
    }
    if (operations++ != faultAt) {
      change.run(Part.ALL);
      return;
    }
    switch (fault) {
      case FAILS -> {}
      case FAILS_BUT_PERSISTS -> change.run(Part.ALL);
      case FAILS_HALFWAY -> change.run(Part.FIRST_HALF);
      case FAILS_OUT_OF_ORDER -> change.run(Part.SECOND_HALF);
      case POWER_CUT_BEFORE -> off = true;
      case POWER_CUT_HALFWAY -> {
        change.run(Part.FIRST_HALF);
        off = true;
      }
      case POWER_CUT_OUT_OF_ORDER -> {
        change.run(Part.SECOND_HALF);
        off = true;
      }
      case POWER_CUT_AFTER -> {
        change.run(Part.ALL);
        off = true;
      }
    }
    throw new IOException("No space left on device");
  }

  @Override
  public synchronized Optional<byte[]> read(String name) throws IOException {
    if (off) {
      throw new IOException("the power is off");
    }
    return Optional.ofNullable(disk.get(name)).map(byte[]::clone);
  }

  @Override
  public synchronized List<String> list(String folder) {
    List<String> names = new ArrayList<>();
    for (String name : disk.keySet()) {
      if (name.startsWith(folder + "/") && name.indexOf('/', folder.length() + 1) < 0) {
        names.add(name.substring(folder.length() + 1));
      }
    }
    return names;
  }

  @Override
  public synchronized void write(Map<String, List<ByteBuffer>> files) throws IOException {
    for (Map.Entry<String, List<ByteBuffer>> each : files.entrySet()) {
      operate(
          part -> {
            if (part == Part.ALL) {
              disk.put(each.getKey(), bytes(each.getValue()));
              loose.remove(each.getKey());
            }
          });
    }
  }

  @Override
  public synchronized void show(Map<String, List<ByteBuffer>> files) throws IOException {
    for (Map.Entry<String, List<ByteBuffer>> each : files.entrySet()) {
      byte[] file = bytes(each.getValue());
      operate(
          part -> {
            if (part == Part.ALL) {
              change(each.getKey(), Optional.of(file));
              if (each.getKey().equals("checkpoint")) {
                checkpoints.add(file);
              }
            }
          });
    }
  }

  /** Changes a file for all who read, and perhaps on the disk. */
  private void change(String name, Optional<byte[]> file) {
    Optional<byte[]> before = Optional.ofNullable(disk.remove(name));
    loose.put(name, loose.getOrDefault(name, new Loose(List.of(before), false)).and(file));
    file.ifPresent(bytes -> disk.put(name, bytes));
  }

  @Override
  public synchronized void flush(List<String> names) throws IOException {
    for (String name : names) {
      if (!disk.containsKey(name)) {
        throw new NoSuchFileException(name);
      }
      try {
        operate(
            part -> {
              Loose file = loose.get(name);
              if (part == Part.ALL && file != null && !file.lost) {
                loose.remove(name);
              }
            });
      } catch (IOException e) {
        // As Linux does it: the next flush says that all is well, and it isn't.
        loose.computeIfPresent(name, (_, file) -> new Loose(file.versions, true));
        throw e;
      }
    }
  }

  @Override
  public synchronized void append(String name, ByteBuffer buffer, boolean few) throws IOException {
    byte[] bytes = bytes(List.of(buffer));
    int at = ends.getOrDefault(name, disk.getOrDefault(name, new byte[0]).length);
    ends.put(name, at + bytes.length);
    operate(
        part -> {
          byte[] before = disk.getOrDefault(name, new byte[0]);
          int half = bytes.length / 2;
          int from = part == Part.SECOND_HALF ? half : 0;
          int to = part == Part.FIRST_HALF ? half : bytes.length;
          int length = at + to;
          if (few && at + bytes.length > before.length) {
            length = at + bytes.length + AHEAD;
          }
          byte[] file = Arrays.copyOf(before, Math.max(before.length, length));
          System.arraycopy(bytes, from, file, at + from, to - from);
          disk.put(name, file);
          loose.remove(name);
        });
  }

  private static byte[] bytes(List<ByteBuffer> buffers) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuffer buffer : buffers) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  @Override
  public synchronized void truncate(String name, long length) throws IOException {
    operate(
        part -> {
          if (part == Part.ALL) {
            disk.computeIfPresent(name, (_, bytes) -> Arrays.copyOf(bytes, (int) length));
            ends.remove(name);
          }
        });
  }

  @Override
  public synchronized void delete(List<String> names) throws IOException {
    for (String name : names) {
      operate(
          part -> {
            if (part == Part.ALL && disk.containsKey(name)) {
              change(name, Optional.empty());
              ends.remove(name);
            }
          });
    }
  }

  @Override
  public void close() {}
}
