// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Network namespaces around one in the middle: each reaches that one, and no other. The system's
 * administrator makes them by name; anybody else within a user namespace, where the system lets
 * them. Where it allows neither, all is this host.
 */
@NullMarked
final class Hosts implements AutoCloseable {
  private static final String MIDDLE = "10.77.0.1";
  private static final String HUB = "hub";
  private static final int TRIES = 50;

  private final String prefix = "fh" + ProcessHandle.current().pid() + "-";
  private final Map<String, List<String>> before = new HashMap<>();
  private final List<Process> holders = new ArrayList<>();
  private final Set<Path> seen = new HashSet<>();
  private final boolean named;

  private Hosts(boolean named) {
    this.named = named;
  }

  /** Makes so many. */
  static Hosts make(int count) throws IOException, InterruptedException {
    Hosts hosts = new Hosts(true);
    if (!hosts.whole(count)) {
      hosts.close();
      hosts = new Hosts(false);
      if (!hosts.whole(count)) {
        hosts.close();
      }
    }
    return hosts;
  }

  private boolean whole(int count) throws IOException, InterruptedException {
    boolean whole = add(HUB) && in(HUB, "ip addr add " + MIDDLE + "/32 dev lo");
    for (int i = 1; whole && i <= count; i++) {
      String host = "n" + i;
      String at = "10.77." + i + ".";
      whole =
          add(host)
              && in(HUB, "ip link add v" + i + " type veth peer name eth0 netns " + place(host))
              && in(HUB, "ip addr add " + at + "1/24 dev v" + i)
              && in(HUB, "ip link set v" + i + " up")
              && in(host, "ip addr add " + at + "2/24 dev eth0")
              && in(host, "ip link set eth0 up")
              && in(host, "ip route add default via " + at + "1");
    }
    return whole;
  }

  private boolean add(String name) throws IOException, InterruptedException {
    if (named) {
      if (!run(List.of("ip", "netns", "add", prefix + name))) {
        return false;
      }
      before.put(name, List.of("ip", "netns", "exec", prefix + name));
    } else {
      hold(name);
    }
    return (named || isThere()) && in(name, "ip link set lo up");
  }

  /** Waits until the newest holder has a namespace of its own. */
  private boolean isThere() throws IOException, InterruptedException {
    Process holder = holders.getLast();
    Path link = Path.of("/proc", Long.toString(holder.pid()), "ns", "net");
    for (int i = 0; i < TRIES && holder.isAlive(); i++) {
      if (seen.isEmpty()) {
        seen.add(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
      }
      if (seen.add(Files.readSymbolicLink(link))) {
        return true;
      }
      Thread.sleep(20);
    }
    return false;
  }

  /** A namespace lives as long as a process that is in it. */
  private void hold(String name) throws IOException {
    List<String> command = new ArrayList<>(before.getOrDefault(HUB, List.of()));
    command.addAll(List.of("unshare", before.isEmpty() ? "-Urn" : "-n", "cat"));
    try {
      Process holder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      holders.add(holder);
      before.put(
          name,
          List.of(
              "nsenter", "--preserve-credentials", "-U", "-n", "-t", Long.toString(holder.pid())));
    } catch (IOException e) {
      // There is no such program: what follows fails.
      before.put(name, List.of("false"));
      holders.add(new ProcessBuilder("false").start());
    }
  }

  private String place(String name) {
    return named ? prefix + name : Long.toString(holders.getLast().pid());
  }

  private boolean in(String host, String words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before(host));
    command.addAll(List.of(words.split(" ", -1)));
    return run(command);
  }

  private static boolean run(List<String> command) throws IOException, InterruptedException {
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
    return !before.isEmpty();
  }

  /** The address of the one in the middle. */
  String middle() {
    return apart() ? MIDDLE : "127.0.0.1";
  }

  /** What runs a command in the middle. */
  List<String> inTheMiddle() {
    return before(HUB);
  }

  /** What runs a command on host 1, 2 and so on. */
  List<String> on(int host) {
    return before("n" + host);
  }

  private List<String> before(String name) {
    return before.getOrDefault(name, List.of());
  }

  @Override
  public void close() throws IOException {
    try {
      for (String name : before.keySet()) {
        if (named) {
          run(List.of("ip", "netns", "del", prefix + name));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    before.clear();
    holders.forEach(Process::destroy);
  }
}
