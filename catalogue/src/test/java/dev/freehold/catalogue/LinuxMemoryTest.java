// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxMemoryTest {
  @TempDir private Path root;

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @BeforeEach
  void eightGigabytes() throws IOException {
    write("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\n");
  }

  private long available() {
    return LinuxMemory.available(root).orElseThrow();
  }

  @Test
  void withoutGroupsTheMachineDecides() {
    assertThat(available()).isEqualTo(8_000_000L * 1024);
  }

  @Test
  void theTightestOfTheGroupsAroundAProcessDecidesAndWhatIsCachedCountsAsFree() throws IOException {
    write("proc/self/cgroup", "0::/user.slice/freehold.service\n");
    write("sys/fs/cgroup/user.slice/memory.max", "4000000000\n");
    write("sys/fs/cgroup/user.slice/memory.current", "500000000\n");
    assertThat(available()).isEqualTo(3_500_000_000L);
    write("sys/fs/cgroup/user.slice/freehold.service/memory.max", "1000000000\n");
    write("sys/fs/cgroup/user.slice/freehold.service/memory.current", "900000000\n");
    write(
        "sys/fs/cgroup/user.slice/freehold.service/memory.stat",
        "anon 1\ninactive_file 300000000\n");
    assertThat(available()).isEqualTo(400_000_000L);
    write("sys/fs/cgroup/user.slice/freehold.service/memory.max", "max\n");
    assertThat(available()).isEqualTo(3_500_000_000L);
  }

  @Test
  void aContainerSeesItsOwnGroupAtTheTop() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/memory.max", "2000000000\n");
    write("sys/fs/cgroup/memory.current", "2500000000\n");
    assertThat(available()).isZero();
  }

  @Test
  void whatCannotBeReadLimitsNothing() throws IOException {
    write("proc/self/cgroup", "1:memory:/old\n0::/../../elsewhere\n");
    write("sys/fs/cgroup/memory.max", "much\n");
    assertThat(available()).isEqualTo(8_000_000L * 1024);
    write("proc/meminfo", "MemTotal: 16000000 kB\n");
    assertThat(LinuxMemory.available(root)).isEmpty();
  }
}
