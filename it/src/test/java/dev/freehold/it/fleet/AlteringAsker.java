// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Kind;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.link.sealed.AskerEnd;
import dev.freehold.link.sealed.JobId;
import dev.freehold.link.sealed.RunnerKey;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/**
 * A member that sends sealed jobs: whole, altered in a byte here and there, cut, and the same one
 * twice. Words: a home with its config, the model's digest, an invite. It prints what came back, by
 * the code of the answer.
 */
@NullMarked
final class AlteringAsker {
  private static final byte KEY = 1;
  private static final byte JOB = 2;
  private static final int EVERY = 31;

  private AlteringAsker() {}

  public static void main(String[] words) throws Exception {
    Path home = Path.of(words[0]);
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    SigningKey key = SigningKey.generate(random);
    Presence presence =
        new Presence(
            new Timestamp(clock.instant()),
            "none",
            0,
            0,
            1,
            0,
            0,
            0,
            "no_work",
            List.of(),
            List.of());
    FleetNode fleet =
        FleetNode.open(
            ConfigurationFile.read(home, home).fleet(), home, key, () -> presence, clock, random);
    if (!(Invite.parse(words[2]) instanceof Parsed.Read<Invite>(Invite invite))
        || !(fleet.join(invite) instanceof Pairing.Result.Joined(var runner, var _))) {
      throw new IllegalArgumentException("it can't join");
    }
    RunnerKey sealedTo;
    try (LinkBytes stream = open(fleet, runner.member().node())) {
      stream.output().write(KEY);
      stream.output().flush();
      if (stream.input().read() != KEY) {
        throw new IllegalStateException("there is no key");
      }
      sealedTo = RunnerKey.decode(stream.input().readNBytes(RunnerKey.BYTES)).orElseThrow();
    }
    JobOrder order =
        new JobOrder(
            Kind.COMPLETION,
            Digest.ofHex(words[1]),
            Nonce.random(random),
            1,
            "{\"model\":\"x\",\"prompt\":\"ab\",\"max_tokens\":2}");
    Map<String, Integer> came = new TreeMap<>();
    byte[] whole = sealed(sealedTo, order, key, random);
    count(came, answer(fleet, runner.member().node(), whole));
    count(came, answer(fleet, runner.member().node(), whole));
    byte[] cut = sealed(sealedTo, order, key, random);
    count(came, answer(fleet, runner.member().node(), Arrays.copyOf(cut, cut.length - 1)));
    for (int at = 1; at < whole.length; at += EVERY) {
      byte[] altered = sealed(sealedTo, order, key, random);
      altered[at] ^= 1;
      count(came, answer(fleet, runner.member().node(), altered));
    }
    Json.Builder told = Json.object();
    came.forEach(told::put);
    System.out.println(told.build().write());
    fleet.close();
    System.exit(0);
  }

  private static void count(Map<String, Integer> came, byte[] answer) {
    String what =
        answer.length == 0
            ? "nothing"
            : answer[0] == JobServer.REFUSED ? "refused" : answer[0] == JOB ? "taken" : "other";
    came.merge(what, 1, Integer::sum);
  }

  private static LinkBytes open(FleetNode fleet, NodeId node) throws IOException {
    return new LinkBytes(fleet.stream(node, JobServer.PROTOCOL));
  }

  private static byte[] sealed(RunnerKey to, JobOrder order, SigningKey key, SecureRandom random) {
    AskerEnd end = AskerEnd.named(to, JobId.random(random), key, random);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(JOB);
    out.writeBytes(end.opening());
    out.writeBytes(end.request().finish(order.encode()));
    return out.toByteArray();
  }

  /** Its first two bytes. */
  private static byte[] answer(FleetNode fleet, NodeId node, byte[] job) throws IOException {
    var stream = fleet.stream(node, JobServer.PROTOCOL);
    try (stream) {
      stream.write(job);
      stream.end();
      return stream.input().readNBytes(2);
    }
  }
}
