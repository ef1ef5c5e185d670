// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.node.files.OwnerFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds {@code FREEHOLD_HOME/lock}, so that one node at a time writes a home. The operating system
 * lets go of it when the process ends in any way; the file then still names the last process.
 */
public final class HomeLock implements AutoCloseable {
  /**
   * The homes that nodes of this process hold. POSIX lets go of a process's lock when the process
   * closes any channel on the file, so a second node here must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path home;
  private final FileChannel channel;

  private HomeLock(Path home, FileChannel channel) {
    this.home = home;
    this.channel = channel;
  }

  /**
   * Takes the lock and writes this process's number into the file.
   *
   * @throws NodeException naming the process that holds it
   */
  public static HomeLock take(Path folder) throws IOException {
    Path home = folder.toRealPath();
    if (!HELD.add(home)) {
      throw taken(home, Long.toString(ProcessHandle.current().pid()));
    }
    boolean held = false;
    try {
      Path file = home.resolve("lock");
      OwnerFiles.file(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          throw taken(home, holder(file));
        }
        // Cut only where it must be: a file system may wait for the disk then.
        channel.truncate(
            channel.write(
                ByteBuffer.wrap(
                    (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII))));
        held = true;
        return new HomeLock(home, channel);
      } finally {
        if (!held) {
          channel.close();
        }
      }
    } finally {
      if (!held) {
        HELD.remove(home);
      }
    }
  }

  private static NodeException taken(Path home, String pid) {
    return new NodeException(
        "another node runs on "
            + home
            + " (process "
            + pid
            + "): stop it first, or give this one a home of its own with FREEHOLD_HOME");
  }

  private static String holder(Path file) {
    try {
      String pid = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return pid.matches("[0-9]{1,19}") ? pid : "unknown";
    } catch (IOException e) {
      return "unknown";
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD.remove(home);
  }
}
