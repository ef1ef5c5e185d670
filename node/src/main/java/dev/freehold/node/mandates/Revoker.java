// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Signs the end of mandates with the owner's key of this home, and hands it to the gateway. */
public final class Revoker {
  /** The owner's key in FREEHOLD_HOME. */
  public static final String KEY_FILE = "owner.key";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path key;
  private final InstantSource clock;

  /** With the key of a home; it is read when it is needed, and never kept. */
  public Revoker(Path home, InstantSource clock) {
    this.key = home.resolve(KEY_FILE);
    this.clock = clock;
  }

  /** What came of it. */
  public sealed interface Outcome {
    /** The gateway has it, and it is in force. */
    record Done(Revocation revocation) implements Outcome {}

    /** It is signed; the gateway does not have it, and why. */
    record Undelivered(Revocation revocation, String why) implements Outcome {}

    /** It could not be signed, and why. */
    record Unsigned(String why) implements Outcome {}
  }

  /** Whose key it is; empty where there is none that can be read. */
  public Optional<NodeId> owner() {
    try {
      return Optional.of(KeyFile.name(key));
    } catch (IOException | KeyFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Ends a mandate from now on.
   *
   * @param port where the gateway listens on this machine
   */
  public Outcome revoke(Mandate mandate, int port) throws InterruptedException {
    SigningKey owner;
    try {
      owner = KeyFile.load(key, PassphraseSource.none());
    } catch (NoSuchFileException e) {
      return new Outcome.Unsigned("this home has no " + KEY_FILE);
    } catch (IOException | KeyFileException e) {
      return new Outcome.Unsigned(String.valueOf(e.getMessage()));
    }
    if (!mandate.terms().issuer().toString().equals(owner.nodeId().toString())) {
      return new Outcome.Unsigned(
          "it was granted by "
              + mandate.terms().issuer()
              + ", and this home's key is "
              + owner.nodeId());
    }
    Revocation revocation =
        Revocation.sign(mandate.digest(), new Timestamp(clock.instant()), owner);
    return hand(revocation, port)
        .<Outcome>map(why -> new Outcome.Undelivered(revocation, why))
        .orElseGet(() -> new Outcome.Done(revocation));
  }

  private static Optional<String> hand(Revocation revocation, int port)
      throws InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/revocations"))
                  .timeout(PATIENCE)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(revocation.encode()))
                  .build(),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return answer.statusCode() == 200
          ? Optional.empty()
          : Optional.of("what listens there answers " + answer.statusCode());
    } catch (IOException e) {
      return Optional.of("no gateway answers at 127.0.0.1:" + port);
    }
  }
}
