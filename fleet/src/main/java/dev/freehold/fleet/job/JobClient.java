// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.ByteStream;
import dev.freehold.link.sealed.RunnerKey;
import dev.freehold.link.sealed.Ticket;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Has other machines run jobs, sealed to them (docs/formats/job.md). Any thread may call. */
public final class JobClient {
  /** Tickets that are kept at most, one of each runner. */
  private static final int TICKETS = 64;

  private static final Duration SWEEP = Duration.ofMinutes(1);

  private final SigningKey asker;
  private final JobPeers peers;
  private final SecureRandom random;
  private final Map<NodeId, RunnerKey> keys = new ConcurrentHashMap<>();

  /** Runners that take resumed jobs. */
  private final Set<NodeId> resuming = ConcurrentHashMap.newKeySet();

  /** Owned by its own monitor; the one that was kept first comes first. */
  private final Map<NodeId, Ticket> tickets = new LinkedHashMap<>();

  /** Owned by the monitor of the tickets. */
  private boolean sweeping;

  /**
   * Asks over streams of {@code peers}.
   *
   * @param asker names itself to the machines that run its jobs, and to nobody else
   */
  public JobClient(SigningKey asker, JobPeers peers, SecureRandom random) {
    this.asker = asker;
    this.peers = peers;
    this.random = random;
  }

  /** Begins; returns at once. Whatever goes wrong is the attempt's to tell. */
  public Attempt begin(NodeId runner, JobOrder order) {
    RemoteAttempt attempt = new RemoteAttempt(this, runner, order);
    attempt.start();
    return attempt;
  }

  SigningKey asker() {
    return asker;
  }

  SecureRandom random() {
    return random;
  }

  ByteStream open(NodeId runner) throws IOException {
    return peers.open(runner);
  }

  /** The key of a runner that was learnt before, or its present one. */
  RunnerKey key(NodeId runner) throws IOException {
    RunnerKey known = keys.get(runner);
    return known == null ? freshKey(runner) : known;
  }

  RunnerKey freshKey(NodeId runner) throws IOException {
    try (ByteStream stream = peers.open(runner)) {
      stream.output().write(JobServer.KEY);
      stream.output().flush();
      int first = stream.input().read();
      byte[] bytes = stream.input().readNBytes(RunnerKey.BYTES);
      Optional<RunnerKey> key = RunnerKey.decode(bytes).filter(one -> one.runner().equals(runner));
      if (first != JobServer.KEY || key.isEmpty()) {
        throw new IOException("what came is no key that " + runner + " signed");
      }
      if (stream.input().read() == JobServer.RESUMES) {
        resuming.add(runner);
      } else {
        resuming.remove(runner);
      }
      keys.put(runner, key.get());
      return key.get();
    }
  }

  /** For the next job to this runner. */
  Optional<Ticket> ticket(NodeId runner) {
    synchronized (tickets) {
      return Optional.ofNullable(tickets.get(runner));
    }
  }

  /** A runner has taken the job that this ticket comes of. */
  void keep(Ticket ticket) {
    if (resuming.contains(ticket.runner())) {
      synchronized (tickets) {
        tickets.remove(ticket.runner());
        tickets.put(ticket.runner(), ticket);
        if (tickets.size() > TICKETS) {
          tickets.remove(tickets.keySet().iterator().next());
        }
        if (!sweeping) {
          sweeping = true;
          Thread.ofVirtual().name("tickets").start(this::sweep);
        }
      }
    }
  }

  /** A secret whose time is over doesn't stay because nobody asks for anything. */
  private void sweep() {
    try {
      do {
        Thread.sleep(SWEEP);
      } while (!swept(System.nanoTime()));
    } catch (InterruptedException e) {
      // Nobody else knows this thread.
      Thread.currentThread().interrupt();
    }
  }

  /** Forgets the tickets that are over; whether none is left. */
  boolean swept(long now) {
    synchronized (tickets) {
      tickets.values().removeIf(one -> one.over(now));
      sweeping = !tickets.isEmpty();
      return tickets.isEmpty();
    }
  }

  void forget(Ticket ticket) {
    synchronized (tickets) {
      tickets.remove(ticket.runner(), ticket);
    }
  }
}
