// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Network namespaces around one in the middle: each reaches that one, and no other. Where the
 * system allows none, all is this host.
 */
@NullMarked
final class Hosts implements AutoCloseable {
  private static final String MIDDLE = "10.77.0.1";

  private final String prefix = "fh" + ProcessHandle.current().pid() + "-";
  private final List<String> made = new ArrayList<>();

  private Hosts() {}

  /** Makes so many. */
  static Hosts make(int count) throws IOException, InterruptedException {
    Hosts hosts = new Hosts();
    boolean whole = hosts.add("hub") && hosts.ip("hub", "addr", "add", MIDDLE + "/32", "dev", "lo");
    for (int i = 1; whole && i <= count; i++) {
      String host = "n" + i;
      String at = "10.77." + i + ".";
      whole =
          hosts.add(host)
              && run(
                  "ip",
                  "link",
                  "add",
                  "v" + i,
                  "netns",
                  hosts.prefix + "hub",
                  "type",
                  "veth",
                  "peer",
                  "name",
                  "eth0",
                  "netns",
                  hosts.prefix + host)
              && hosts.ip("hub", "addr", "add", at + "1/24", "dev", "v" + i)
              && hosts.ip("hub", "link", "set", "v" + i, "up")
              && hosts.ip(host, "addr", "add", at + "2/24", "dev", "eth0")
              && hosts.ip(host, "link", "set", "eth0", "up")
              && hosts.ip(host, "route", "add", "default", "via", at + "1");
    }
    if (!whole) {
      hosts.close();
    }
    return hosts;
  }

  private boolean add(String name) throws IOException, InterruptedException {
    if (!run("ip", "netns", "add", prefix + name)) {
      return false;
    }
    made.add(prefix + name);
    return ip(name, "link", "set", "lo", "up");
  }

  private boolean ip(String host, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", prefix + host));
    command.addAll(List.of(words));
    return run(command.toArray(new String[0]));
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      // There is no such program.
      return false;
    }
  }

  /** Whether they are apart. */
  boolean apart() {
    return !made.isEmpty();
  }

  /** The address of the one in the middle. */
  String middle() {
    return apart() ? MIDDLE : "127.0.0.1";
  }

  /** What runs a command in the middle. */
  List<String> inTheMiddle() {
    return before("hub");
  }

  /** What runs a command on host 1, 2 and so on. */
  List<String> on(int host) {
    return before("n" + host);
  }

  private List<String> before(String name) {
    return apart() ? List.of("ip", "netns", "exec", prefix + name) : List.of();
  }

  @Override
  public void close() throws IOException {
    try {
      for (String name : made) {
        run("ip", "netns", "del", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    made.clear();
  }
}
