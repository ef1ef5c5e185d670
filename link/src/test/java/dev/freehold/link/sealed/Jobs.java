// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.SigningKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One runner, one asker, and what they need in every test. */
final class Jobs {
  static final SecureRandom RANDOM = new SecureRandom();
  static final SigningKey RUNNER = SigningKey.ofSeed(new byte[32]);
  static final SigningKey ASKER = SigningKey.ofSeed(seed(1));
  static final SigningKey STRANGER = SigningKey.ofSeed(seed(2));
  static final long LIMIT = 1 << 20;

  final RunnerKeys keys = new RunnerKeys(RUNNER, RANDOM, 100, System::nanoTime);
  final AskerEnd asker = AskerEnd.named(keys.current(), JobId.random(RANDOM), ASKER, RANDOM);

  Acceptance accept(byte[] opening) {
    return keys.accept(opening, Senders.anyone(), LIMIT);
  }

  RunnerEnd accepted() {
    return accepted(accept(asker.opening()));
  }

  static RunnerEnd accepted(Acceptance acceptance) {
    return ((Acceptance.Accepted) acceptance).end();
  }

  FrameOpener answer(RunnerEnd runner) {
    return ((AnswerEnd.Opening) asker.answer(runner.opening(), LIMIT)).frames();
  }

  /** The contents joined; empty where anything was refused. */
  static Optional<byte[]> contents(List<Opened> opened) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Opened one : opened) {
      switch (one) {
        case Refused _ -> {
          return Optional.empty();
        }
        case Opened.Content content -> all.writeBytes(content.bytes());
      }
    }
    return Optional.of(all.toByteArray());
  }

  /** What a list's last entry refuses. */
  static Refusal refusal(List<Opened> opened) {
    return ((Refused) opened.getLast()).why();
  }

  /** Whole frames of a stream of them. */
  static List<byte[]> frames(byte[] stream) {
    List<byte[]> frames = new ArrayList<>();
    for (int at = 0; at < stream.length; at += Frame.bytes(stream[at])) {
      frames.add(Arrays.copyOfRange(stream, at, at + Frame.bytes(stream[at])));
    }
    return frames;
  }

  static byte[] flip(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 1;
    return changed;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] seed(int first) {
    byte[] seed = new byte[32];
    seed[0] = (byte) first;
    return seed;
  }
}
