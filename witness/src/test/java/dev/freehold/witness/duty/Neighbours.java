// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.LocalTimestampAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Witnesses and time authorities that are reached without a network, and can be down or stuck. */
final class Neighbours implements Courier {
  private final Map<String, Witness> witnesses = new LinkedHashMap<>();
  private final Map<String, LocalTimestampAuthority> authorities = new LinkedHashMap<>();
  private final Set<String> down = ConcurrentHashMap.newKeySet();
  private final Set<String> stuck = ConcurrentHashMap.newKeySet();
  private final CountDownLatch released = new CountDownLatch(1);
  volatile Instant authoritysTime = Instant.parse("2026-11-29T12:00:00Z");

  /** A witness in a folder of its own. */
  void witness(String name, VerifierKey log, Path folder) throws Exception {
    witnesses.put(
        name,
        new Witness(
            List.of(signer(name)),
            List.of(log),
            FolderStorage.open(folder.resolve(name)),
            InstantSource.system()));
  }

  void authority(String name) throws Exception {
    authorities.put(name, new LocalTimestampAuthority(name));
  }

  void down(String name) {
    down.add(name);
  }

  void up(String name) {
    down.remove(name);
  }

  void stuck(String name) {
    stuck.add(name);
  }

  void release() {
    stuck.clear();
    released.countDown();
  }

  static NoteSigner signer(String name) {
    return NoteSigner.cosigner(
        new KeyName("example.com/" + name), SigningKey.ofSeed(Digest.sha256(name).bytes()));
  }

  /** All witnesses, so many of which are demanded. */
  Policy policy(int quorum) {
    StringBuilder text = new StringBuilder();
    witnesses
        .keySet()
        .forEach(
            name ->
                text.append(
                    "witness %s %s http://%s/\n"
                        .formatted(name, signer(name).verifierKey(), name)));
    text.append(
        "group g %d %s\nquorum g\n".formatted(quorum, String.join(" ", witnesses.keySet())));
    return read(Policy.parse(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  TimestampPolicy times(int quorum) {
    Map<String, String> urls = new LinkedHashMap<>();
    authorities.keySet().forEach(name -> urls.put(name, "http://" + name + "/stamp"));
    return new TimestampPolicy(
        authorities.values().stream()
            .map(
                a ->
                    new TimestampAuthority(
                        a.name(),
                        a.certificates(),
                        LocalTimestampAuthority.START,
                        Optional.empty()))
            .toList(),
        urls,
        quorum);
  }

  private void reach(String name) throws IOException, InterruptedException {
    if (stuck.contains(name)) {
      released.await();
    }
    if (down.contains(name)) {
      throw new IOException("connection refused");
    }
  }

  @Override
  public Reply post(URI to, String type, byte[] body) throws IOException, InterruptedException {
    String host = to.getHost();
    reach(host);
    LocalTimestampAuthority authority = authorities.get(host);
    if (authority != null) {
      try {
        return new Reply(200, authority.answer(body, authoritysTime, true));
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    return switch (known(host).add(body)) {
      case Witness.Answer.Cosigned(List<SignatureLine> lines) -> {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        yield new Reply(200, text.toString().getBytes(StandardCharsets.UTF_8));
      }
      case Witness.Answer.Conflict(long size) ->
          new Reply(409, (size + "\n").getBytes(StandardCharsets.UTF_8));
      case Witness.Answer.Refused(int status, String why) ->
          new Reply(status, why.getBytes(StandardCharsets.UTF_8));
    };
  }

  @Override
  public Reply get(URI from) throws IOException, InterruptedException {
    reach(from.getHost());
    String hash = from.getPath().substring(1, 65);
    return known(from.getHost())
        .checkpoint(hash)
        .map(signed -> new Reply(200, signed.encode()))
        .orElse(new Reply(404, new byte[0]));
  }

  private Witness known(String name) {
    return Objects.requireNonNull(witnesses.get(name), name);
  }

  static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }
}
