// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * counted from 0; so is each file of a {@link #write}.
 */
public final class MemoryStorage implements LogStorage {
  /** What happens at the chosen operation. */
  public enum Fault {
    /** It throws, and nothing of it is on the disk. */
    FAILS,
    /** It throws, but all of it is on the disk. */
    FAILS_BUT_PERSISTS,
    /** It throws, and half of an appended frame is on the disk (of a file: nothing). */
    FAILS_HALFWAY,
    /** The power is cut before it: it and everything after it fails without a trace. */
    POWER_CUT_BEFORE,
    /** The power is cut in the middle of it. */
    POWER_CUT_HALFWAY,
    /** The power is cut right after it reached the disk: it throws too. */
    POWER_CUT_AFTER
  }

  private final Map<String, byte[]> disk;
  private final int faultAt;
  private final Fault fault;
  private int operations;
  private boolean off;

  /** An empty one that does not fail. */
  public MemoryStorage() {
    this(new TreeMap<>(), -1, Fault.FAILS);
  }

  private MemoryStorage(Map<String, byte[]> disk, int faultAt, Fault fault) {
    this.disk = disk;
    this.faultAt = faultAt;
    this.fault = fault;
  }

  /** The same disk after the power is back. */
  public synchronized MemoryStorage restarted() {
    return new MemoryStorage(new TreeMap<>(disk), -1, Fault.FAILS);
  }

  /** The same disk, which will fail at one operation. */
  public synchronized MemoryStorage failing(int at, Fault how) {
    return new MemoryStorage(new TreeMap<>(disk), at, how);
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

  private interface Change {
    void run(boolean half);
  }

  private void operate(Change change) throws IOException {
    if (off) {
      throw new IOException("the power is off");
    }
    if (operations++ != faultAt) {
      change.run(false);
      return;
    }
    switch (fault) {
      case FAILS -> {}
      case FAILS_BUT_PERSISTS -> change.run(false);
      case FAILS_HALFWAY -> change.run(true);
      case POWER_CUT_BEFORE -> off = true;
      case POWER_CUT_HALFWAY -> {
        change.run(true);
        off = true;
      }
      case POWER_CUT_AFTER -> {
        change.run(false);
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
          half -> {
            if (!half) {
              disk.put(each.getKey(), bytes(each.getValue()));
            }
          });
    }
  }

  @Override
  public synchronized void append(String name, ByteBuffer buffer) throws IOException {
    byte[] bytes = bytes(List.of(buffer));
    operate(
        half -> {
          ByteArrayOutputStream file = new ByteArrayOutputStream();
          file.writeBytes(disk.getOrDefault(name, new byte[0]));
          file.write(bytes, 0, half ? bytes.length / 2 : bytes.length);
          disk.put(name, file.toByteArray());
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
        half -> {
          if (!half) {
            disk.computeIfPresent(name, (_, bytes) -> Arrays.copyOf(bytes, (int) length));
          }
        });
  }

  @Override
  public synchronized void delete(List<String> names) throws IOException {
    for (String name : names) {
      operate(
          half -> {
            if (!half) {
              disk.remove(name);
            }
          });
    }
  }

  @Override
  public void close() {}
}
