// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.NodeException;
import dev.freehold.node.fleet.FormerHome;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class HomeKeyTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Timestamp NOW = Timestamp.parse("2026-11-29T12:00:00.000Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW.instant());

  @TempDir private Path folder = Path.of("");
  private Path home = Path.of("");

  @BeforeEach
  void makeAHome() {
    home = folder.resolve("home");
    run(home);
  }

  /** A node that was started once, so that it has all its files. */
  private NodeId run(Path where) {
    try (Node node =
        Node.start(NodeConfiguration.defaults(where, folder.resolve("cache")).withPort(0))) {
      return node.id();
    }
  }

  private HomeKey open(Path where) throws Exception {
    return HomeKey.open(where, PassphraseSource.none(), CLOCK, RANDOM);
  }

  private static NodeId keyOf(Path where) throws Exception {
    return KeyFile.name(where.resolve(Node.KEY_FILE));
  }

  /** What a home's log holds, as its published files tell. */
  private static List<Entry> log(Path where) throws Exception {
    var files = FolderStorage.reading(where.resolve("log"));
    SignedCheckpoint signed =
        SignedCheckpoint.parse(files.read("checkpoint").orElseThrow())
            .orElse(
                why -> {
                  throw new AssertionError(why);
                });
    LogReader reader = new LogReader(files, signed);
    List<Entry> entries = new ArrayList<>();
    for (byte[] bytes : reader.entries(0, reader.size())) {
      entries.add(
          Entry.decode(bytes)
              .orElse(
                  why -> {
                    throw new AssertionError(why);
                  }));
    }
    return entries;
  }

  private static KeyStatement statement(Entry entry) {
    assertThat(entry.kind()).isEqualTo(EntryKind.IDENTITY);
    return KeyStatement.decode(CanonicalJson.bytes(entry.record()))
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  private static Path former(Path where, NodeId id) {
    return where.resolve(FormerHome.FOLDER).resolve(id.toString().substring("did:key:".length()));
  }

  @Test
  void aBindingIsLoggedAndSignedByBoth() throws Exception {
    PaymentKey account = PaymentKey.generate(RANDOM);
    KeyBinding binding;
    try (HomeKey key = open(home)) {
      binding = key.bind(account);
    }
    assertThat(binding.fault()).isEmpty();
    assertThat(binding.account()).isEqualTo(account.address());
    Entry logged = log(home).getLast();
    assertThat(logged.kind()).isEqualTo(EntryKind.IDENTITY);
    assertThat(CanonicalJson.bytes(logged.record())).isEqualTo(binding.encode());
    assertThat(run(home)).isEqualTo(binding.node());
  }

  @Test
  void aRotationEndsTheOldLogWithItsStatementAndBeginsTheNewOneWithIt() throws Exception {
    NodeId old = keyOf(home);
    KeyStatement.Succession succession;
    try (HomeKey key = open(home)) {
      succession = key.rotate();
    }
    rotated(home, old);
    assertThat(succession.from()).isEqualTo(NOW);
    assertThat(run(home)).isEqualTo(succession.next());
    assertThat(log(home).getFirst().source().text()).isEqualTo(succession.next().toString());
    assertThat(FormerHome.folders(home)).containsExactly(former(home, old));
    // A second one, too.
    try (HomeKey key = open(home)) {
      assertThat(key.rotate().node()).isEqualTo(succession.next());
    }
    assertThat(FormerHome.folders(home)).hasSize(2);
  }

  /** The home has a new key and a new log; the old ones are whole, and together. */
  private static void rotated(Path where, NodeId old) throws Exception {
    Path former = former(where, old);
    List<Entry> before = log(former);
    assertThat(before.getLast().kind()).isEqualTo(EntryKind.END);
    KeyStatement told = statement(before.get(before.size() - 2));
    assertThat(told.unsigned()).isEmpty();
    assertThat(told).isInstanceOf(KeyStatement.Succession.class);
    KeyStatement.Succession succession = (KeyStatement.Succession) told;
    assertThat(succession.node()).isEqualTo(old);
    assertThat(succession.next()).isEqualTo(keyOf(where)).isNotEqualTo(old);
    assertThat(Files.readAllBytes(former.resolve(FormerHome.SUCCESSION)))
        .isEqualTo(succession.encode());
    assertThat(keyOf(former)).isEqualTo(old);
    assertThat(former.resolve("receipts.db")).exists();
    assertThat(statement(log(where).getFirst())).isEqualTo(succession);
    assertThat(where.resolve(Node.NEXT_KEY_FILE)).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(former)))
        .isEqualTo("rwx------");
  }

  /** Fails at one step, which was done or not. */
  private static final class Faults implements HomeFiles {
    private final HomeFiles files = HomeFiles.disk(RANDOM);
    private final int at;
    private final boolean done;
    private int step;

    Faults(int at, boolean done) {
      this.at = at;
      this.done = done;
    }

    private interface Step {
      void run() throws IOException;
    }

    private void step(Step one) throws IOException {
      boolean fails = step++ == at;
      if (!fails || done) {
        one.run();
      }
      if (fails) {
        throw new IOException("the power is cut");
      }
    }

    @Override
    public void folder(Path made) throws IOException {
      step(() -> files.folder(made));
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
      step(() -> files.write(file, bytes));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
      step(() -> files.move(from, to));
    }
  }

  /** The crash table: whatever step fails, no node starts in between, and again mends it. */
  @Test
  void whereverARotationBreaksOffItIsTakenUpAgain() throws Exception {
    int at = 0;
    boolean broke = true;
    while (broke) {
      broke = false;
      for (boolean done : new boolean[] {false, true}) {
        Path where = folder.resolve(at + "-" + done);
        NodeId old = run(where);
        try (HomeKey key =
            HomeKey.open(where, PassphraseSource.none(), CLOCK, RANDOM, new Faults(at, done))) {
          key.rotate();
        } catch (IOException e) {
          broke = true;
        }
        if (!keyOf(where).equals(old)) {
          // All was done; only the news of it was lost.
          rotated(where, old);
          continue;
        }
        if (Files.exists(where.resolve(Node.NEXT_KEY_FILE))) {
          assertThatThrownBy(() -> run(where))
              .isInstanceOf(NodeException.class)
              .hasMessageContaining("'freehold key rotate' ends it");
          try (HomeKey key = open(where)) {
            assertThatThrownBy(() -> key.end(NOW)).hasMessageContaining("broke off");
          }
        } else {
          assertThat(run(where)).isEqualTo(old);
        }
        try (HomeKey key = open(where)) {
          key.rotate();
        }
        rotated(where, old);
      }
      at++;
    }
    assertThat(at).isGreaterThan(8);
  }

  @Test
  void anEndedKeySaysNothingMore() throws Exception {
    Timestamp before = Timestamp.parse("2026-11-28T00:00:00.000Z");
    KeyStatement.End end;
    try (HomeKey key = open(home)) {
      end = key.end(before);
      assertThat(end.unsigned()).isEmpty();
      assertThat(end.from()).isEqualTo(before);
      assertThatThrownBy(() -> key.bind(PaymentKey.generate(RANDOM)))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("has ended");
      assertThatThrownBy(() -> key.end(NOW)).hasMessageContaining("has ended");
      assertThatThrownBy(key::rotate).hasMessageContaining("can't name a successor");
    }
    List<Entry> entries = log(home);
    assertThat(statement(entries.get(entries.size() - 2))).isEqualTo(end);
    assertThat(entries.getLast().kind()).isEqualTo(EntryKind.END);
    Files.delete(home.resolve(Node.NEXT_KEY_FILE));
    assertThatThrownBy(() -> run(home)).hasMessageContaining("has ended");
  }

  @Test
  void aKeyDoesNotEndInTheFuture() throws Exception {
    try (HomeKey key = open(home)) {
      assertThatThrownBy(() -> key.end(Timestamp.parse("2026-11-29T12:00:00.001Z")))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("not later");
    }
    run(home);
  }

  @Test
  void nothingIsStatedWhileANodeRuns() {
    try (Node node =
        Node.start(NodeConfiguration.defaults(home, folder.resolve("cache")).withPort(0))) {
      assertThat(node.port()).isPositive();
      assertThatThrownBy(() -> open(home))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("another node runs on");
    }
  }

  @Test
  void aHomeWithoutAKeyHasNothingToState() {
    assertThatThrownBy(() -> open(folder.resolve("none")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("there is no key");
  }

  @Test
  void theSuccessorOfASealedKeyIsSealedWithTheSamePassphrase() throws Exception {
    Path file = home.resolve(Node.KEY_FILE);
    SigningKey old = KeyFile.load(file, PassphraseSource.none());
    KeyFile.seal(file, old, Passphrase.of("open sesame".toCharArray()), RANDOM);
    // A source that knows the old key alone.
    PassphraseSource source =
        (_, id) ->
            id.equals(old.nodeId())
                ? Optional.of(Passphrase.of("open sesame".toCharArray()))
                : Optional.empty();
    KeyStatement.Succession succession;
    try (HomeKey key = HomeKey.open(home, source, CLOCK, RANDOM)) {
      succession = key.rotate();
    }
    assertThat(KeyFile.sealed(file)).isTrue();
    assertThat(
            KeyFile.load(file, (_, _) -> Optional.of(Passphrase.of("open sesame".toCharArray())))
                .nodeId())
        .isEqualTo(succession.next());
    assertThat(KeyFile.sealed(former(home, old.nodeId()).resolve(Node.KEY_FILE))).isTrue();
    assertThat(Digest.sha256(Files.readAllBytes(file)))
        .isNotEqualTo(
            Digest.sha256(Files.readAllBytes(former(home, old.nodeId()).resolve(Node.KEY_FILE))));
  }
}
