// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory that can still be had. Linux tells it in /proc/meminfo (what is only cached counts as
 * free); elsewhere the platform's own notion of free memory is used, which is lower.
 */
final class LinuxMemory {
  private LinuxMemory() {}

  static long available(OperatingSystemMXBean system) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      return system.getFreeMemorySize();
    }
    return system.getFreeMemorySize();
  }
}
