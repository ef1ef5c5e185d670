// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.AddCheckpoint;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Courier;
import dev.freehold.witness.duty.HttpCourier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WitnessServerTest {
  private static final KeyName LOG = new KeyName("freehold.example/log");
  private static final NoteSigner.Ed25519 SIGNER =
      NoteSigner.ed25519(LOG, SigningKey.ofSeed(new byte[32]));

  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private Witness witness;

  @SuppressWarnings("NullAway.Init")
  private WitnessServer server;

  private final HttpCourier courier = new HttpCourier();
  private URI base = URI.create("http://127.0.0.1/");

  @BeforeEach
  void start() throws Exception {
    witness =
        new Witness(
            WitnessFolder.signers(folder, null, PassphraseSource.none()),
            List.of(SIGNER.verifierKey()),
            FolderStorage.open(folder),
            InstantSource.system());
    server = WitnessServer.start("127.0.0.1", 0, witness);
    base = URI.create("http://127.0.0.1:" + server.port() + "/");
  }

  @AfterEach
  void stop() {
    courier.close();
    server.close();
  }

  private static SignedCheckpoint checkpoint(String entry) {
    MerkleTree tree = new MerkleTree();
    tree.add(entry.getBytes(StandardCharsets.UTF_8));
    Checkpoint checkpoint = new Checkpoint(Origin.of(LOG), 1, tree.root());
    return checkpoint.signed(SIGNER.sign(checkpoint, Instant.EPOCH));
  }

  private Courier.Reply add(byte[] body) throws Exception {
    return courier.post(base.resolve("add-checkpoint"), "text/plain", body);
  }

  @Test
  void cosignsOverHttpAndShowsIt() throws Exception {
    SignedCheckpoint signed = checkpoint("a");
    Courier.Reply reply = add(new AddCheckpoint(0, List.of(), signed).encode());
    assertThat(reply.status()).isEqualTo(200);
    String text = new String(reply.body(), StandardCharsets.UTF_8);
    assertThat(text.lines()).hasSize(2);
    byte[] whole =
        (new String(signed.encode(), StandardCharsets.UTF_8) + text)
            .getBytes(StandardCharsets.UTF_8);
    SignedCheckpoint cosigned = read(SignedCheckpoint.parse(whole));
    for (VerifierKey key : witness.keys()) {
      assertThat(cosigned.verify(List.of(key))).isInstanceOf(NoteCheck.Accepted.class);
    }
    Courier.Reply shown =
        courier.get(base.resolve(Digest.sha256(LOG.text()).hex() + "/checkpoint"));
    assertThat(shown.body()).isEqualTo(whole);
    assertThat(courier.get(base.resolve("0".repeat(64) + "/checkpoint")).status()).isEqualTo(404);
    assertThat(courier.get(base.resolve("add-checkpoint")).status()).isEqualTo(404);
  }

  @Test
  void namesTheSizeInItsOwnTypeAtAConflict() throws Exception {
    add(new AddCheckpoint(0, List.of(), checkpoint("a")).encode());
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(base.resolve("add-checkpoint"))
                  .POST(
                      HttpRequest.BodyPublishers.ofByteArray(
                          new AddCheckpoint(0, List.of(), checkpoint("a")).encode()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(409);
      assertThat(response.body()).isEqualTo("1\n");
      assertThat(response.headers().firstValue("Content-Type")).hasValue("text/x.tlog.size");
    }
  }

  @Test
  void whatIsTooLongOrNothingIsRefusedAndTheNextIsServed() throws Exception {
    assertThat(add(new byte[0]).status()).isEqualTo(400);
    try {
      assertThat(add(new byte[AddCheckpoint.LIMIT + 100_000]).status()).isEqualTo(400);
    } catch (IOException e) {
      // The connection was closed while the rest was still being sent: refused as well.
      assertThat(e).isNotNull();
    }
    assertThat(add(new AddCheckpoint(0, List.of(), checkpoint("a")).encode()).status())
        .isEqualTo(200);
  }

  @Test
  void manyThatSendSlowlyDoNotKeepOthersOut() throws Exception {
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      socket
          .getOutputStream()
          .write(
              "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\nold"
                  .getBytes(StandardCharsets.US_ASCII));
      slow.add(socket);
    }
    Thread.sleep(300);
    assertThat(add(new AddCheckpoint(0, List.of(), checkpoint("a")).encode()).status())
        .isEqualTo(200);
    for (Socket socket : slow) {
      socket.close();
    }
  }

  @Test
  void requestsAtOnceOverHttpGiveOneHistory() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      byte[] body = new AddCheckpoint(0, List.of(), checkpoint("face" + i)).encode();
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      int status = add(body).status();
                      synchronized (statuses) {
                        statuses.add(status);
                      }
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(statuses).hasSize(12).containsOnlyOnce(200);
    assertThat(statuses.stream().filter(s -> s == 409)).hasSize(11);
    assertThat(witness.split(Origin.of(LOG))).isPresent();
  }

  @Test
  void itsKeysAndNameStayTheSame() throws Exception {
    assertThat(
            WitnessFolder.signers(folder, null, PassphraseSource.none()).stream()
                .map(NoteSigner::verifierKey))
        .isEqualTo(witness.keys());
    assertThat(witness.keys().getFirst().name().text())
        .startsWith("freehold.internal/witness/z6Mk");
    assertThat(
            WitnessFolder.signers(folder, "example.com/w", PassphraseSource.none())
                .getFirst()
                .verifierKey()
                .name())
        .isEqualTo(new KeyName("example.com/w"));
    assertThatThrownBy(() -> WitnessFolder.signers(folder, "a b", PassphraseSource.none()))
        .isInstanceOf(WitnessException.class);
  }

  @Test
  void readsTheLogsItCosigns() throws Exception {
    assertThat(WitnessFolder.logs(folder)).isEmpty();
    Files.writeString(folder.resolve("logs"), "# ours\n\n" + SIGNER.verifierKey() + "\n");
    assertThat(WitnessFolder.logs(folder)).containsExactly(SIGNER.verifierKey());
    Files.writeString(folder.resolve("logs"), "nonsense\n");
    assertThatThrownBy(() -> WitnessFolder.logs(folder)).hasMessageContaining("line 1");
  }

  private static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }
}
