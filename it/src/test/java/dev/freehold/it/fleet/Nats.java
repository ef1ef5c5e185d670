// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/**
 * Two homes with a router each, and the world between the routers, all of them network namespaces.
 * Both homes have the same private addresses; their routers let nothing in that nobody inside has
 * asked for.
 */
@NullMarked
final class Nats implements AutoCloseable {
  private static final String WORLD = "10.78.0.1";
  private static final Pattern COUNTED =
      Pattern.compile("-p udp -c ([0-9]+) [0-9]+$", Pattern.MULTILINE);

  private final String prefix = "fn" + ProcessHandle.current().pid() + "-";
  private final List<String> made = new ArrayList<>();
  private final boolean whole;

  /**
   * Makes them.
   *
   * @param symmetric whether each router gives a connection a port that is drawn for it, so that
   *     the address that one partner sees is good for nobody else
   */
  Nats(boolean symmetric) throws IOException, InterruptedException {
    this.whole =
        add("world")
            && in("world", "ip addr add " + WORLD + "/32 dev lo")
            && in("world", "sysctl -qw net.ipv4.ip_forward=1")
            && home(1, symmetric)
            && home(2, symmetric);
  }

  private boolean home(int i, boolean symmetric) throws IOException, InterruptedException {
    String router = "router" + i;
    String host = "host" + i;
    return add(router)
        && add(host)
        && in("world", "ip link add w" + i + " type veth peer name wan netns " + prefix + router)
        && in("world", "ip addr add 10.78." + i + ".1/24 dev w" + i)
        && in("world", "ip link set w" + i + " up")
        && in(router, "ip addr add 10.78." + i + ".2/24 dev wan")
        && in(router, "ip link set wan up")
        && in(router, "ip route add default via 10.78." + i + ".1")
        && in(router, "ip link add lan type veth peer name eth0 netns " + prefix + host)
        && in(router, "ip addr add 192.168.7.1/24 dev lan")
        && in(router, "ip link set lan up")
        && in(host, "ip addr add 192.168.7.2/24 dev eth0")
        && in(host, "ip link set eth0 up")
        && in(host, "ip route add default via 192.168.7.1")
        && in(router, "sysctl -qw net.ipv4.ip_forward=1")
        && in(
            router,
            "iptables -t nat -A POSTROUTING -o wan -j MASQUERADE"
                + (symmetric ? " --random-fully" : ""))
        && in(router, "iptables -A INPUT -i wan -m conntrack --ctstate NEW,INVALID -j DROP")
        && in(router, "iptables -A FORWARD -i wan -m conntrack --ctstate NEW,INVALID -j DROP")
        && in(router, "iptables -A FORWARD -p udp");
  }

  /** Whether they are all there: this takes root, iproute2 and iptables. */
  boolean whole() {
    return whole;
  }

  /** The address of the world's host. */
  String world() {
    return WORLD;
  }

  /** What runs a command there. */
  List<String> inTheWorld() {
    return before("world");
  }

  /** What runs a command on the host in home 1 or 2. */
  List<String> at(int home) {
    return before("host" + home);
  }

  /** From now on the router of home 1 lets no UDP through. */
  void cutUdp() throws IOException, InterruptedException {
    if (!in("router1", "iptables -I FORWARD -p udp -j DROP")) {
      throw new IOException("the router takes no rule");
    }
  }

  /** How many UDP packets the router of home 1 has let through. */
  long udpPackets() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before("router1"));
    command.addAll(List.of("iptables", "-v", "-S", "FORWARD"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return COUNTED
        .matcher(out)
        .results()
        .mapToLong(rule -> Long.parseLong(rule.group(1)))
        .findFirst()
        .orElseThrow(() -> new IOException("no rule counts UDP: " + out));
  }

  private List<String> before(String name) {
    return List.of("ip", "netns", "exec", prefix + name);
  }

  private boolean add(String name) throws IOException, InterruptedException {
    if (!run(List.of("ip", "netns", "add", prefix + name))) {
      return false;
    }
    made.add(name);
    return in(name, "ip link set lo up");
  }

  private boolean in(String name, String words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before(name));
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

  @Override
  public void close() throws IOException {
    try {
      for (String name : made) {
        run(List.of("ip", "netns", "del", prefix + name));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
