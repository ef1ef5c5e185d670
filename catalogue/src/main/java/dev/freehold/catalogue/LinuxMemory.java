// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Memory that can still be had. Linux tells it in /proc/meminfo (what is only cached counts as
 * free), and what a container or a service may take in its control groups (version 2); elsewhere
 * the platform's own notion of free memory is used, which is lower.
 */
final class LinuxMemory {
  private LinuxMemory() {}

  /**
   * In bytes.
   *
   * @param system the platform's notion, asked only where the files aren't there: it takes 15 ms
   */
  static long available(Supplier<OperatingSystemMXBean> system) {
    return available(Path.of("/")).orElseGet(() -> system.get().getFreeMemorySize());
  }

  /** Empty where these files aren't there. */
  static OptionalLong available(Path root) {
    try {
      OptionalLong all = number(root.resolve("proc/meminfo"), "MemAvailable:");
      return all.isEmpty()
          ? all
          : OptionalLong.of(Math.min(all.getAsLong() * 1024, ofGroups(root)));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** What this process's group and those around it still allow. */
  private static long ofGroups(Path root) {
    long least = Long.MAX_VALUE;
    Path top = root.resolve("sys/fs/cgroup");
    @Nullable Path group = group(root, top);
    while (group != null && group.startsWith(top)) {
      try {
        String most = Files.readString(group.resolve("memory.max")).strip();
        if (!most.equals("max")) {
          long taken = Long.parseLong(Files.readString(group.resolve("memory.current")).strip());
          // What is only cached is given back before anything is refused.
          long cached = number(group.resolve("memory.stat"), "inactive_file ").orElse(0);
          least = Math.min(least, Math.max(0, Long.parseLong(most) - taken + cached));
        }
      } catch (IOException | NumberFormatException e) {
        // This group limits no memory.
      }
      group = group.getParent();
    }
    return least;
  }

  private static Path group(Path root, Path top) {
    try {
      for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
        if (line.startsWith("0::/")) {
          return top.resolve(line.substring("0::/".length())).normalize();
        }
      }
    } catch (IOException e) {
      return top;
    }
    return top;
  }

  private static OptionalLong number(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return OptionalLong.of(
            Long.parseLong(line.substring(name.length()).replaceAll("[^0-9]", "")));
      }
    }
    return OptionalLong.empty();
  }
}
