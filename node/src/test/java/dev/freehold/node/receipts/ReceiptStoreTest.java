// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store keeps, and what survives when it can't. */
class ReceiptStoreTest {
  @TempDir private Path home = Path.of("");

  @Test
  void keepsATranscriptByteForByteOverARestart() {
    Transcript transcript = Answered.answer(1, 100);
    try (ReceiptStore store = ReceiptStore.open(home)) {
      store.append(transcript);
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      Transcript found = store.find(transcript.receipt().id()).orElseThrow();
      assertThat(found.encode()).isEqualTo(transcript.encode());
      assertThat(found.receipt().signed()).isTrue();
    }
  }

  @Test
  void listsTheNewestFirstPageByPage() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      List<ReceiptId> written = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        Transcript transcript = Answered.answer(i, 10);
        store.append(transcript);
        written.addFirst(transcript.receipt().id());
      }
      List<ReceiptId> read = new ArrayList<>();
      List<StoredReceipt> page = store.list(3, null);
      while (!page.isEmpty()) {
        page.forEach(stored -> read.add(stored.id()));
        page = store.list(3, page.getLast().id());
      }
      assertThat(read).isEqualTo(written);
      assertThat(store.count()).isEqualTo(7);
      StoredReceipt newest = store.list(1, null).getFirst();
      assertThat(newest.promptTokens()).isEqualTo(7);
      assertThat(newest.outputTokens()).isEqualTo(5);
      assertThat(newest.model()).isEqualTo("tiny");
    }
  }

  @Test
  void namesTheReceiptItDoesNotHave() {
    try (ReceiptStore store = ReceiptStore.open(home)) {
      ReceiptId id = Answered.answer(1, 1).receipt().id();
      assertThat(store.find(id)).isEmpty();
      assertThatThrownBy(() -> store.list(1, id)).hasMessageContaining(id.text());
    }
    assertThat(ReceiptStore.openIfThere(home.resolve("nowhere"))).isEmpty();
  }

  @Test
  void takesAppendsOfTwoNodesToolsAtOnce() throws InterruptedException {
    try (ReceiptStore one = ReceiptStore.open(home);
        ReceiptStore two = ReceiptStore.open(home)) {
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 20; i++) {
                      two.append(Answered.answer(1000 + i, 10));
                    }
                  });
      for (int i = 0; i < 20; i++) {
        one.append(Answered.answer(i, 10));
      }
      other.join();
      assertThat(one.count()).isEqualTo(40);
    }
  }

  // The crash table of append: it fails; it fails, but was persisted; the process dies.

  @Test
  void aFullDiskRefusesAnAnswerAndLosesNothing() throws SQLException {
    Transcript before = Answered.answer(1, 100);
    Transcript refused = Answered.answer(2, 200_000);
    Path file = home.resolve(ReceiptStore.FILE);
    AtomicBoolean full = new AtomicBoolean();
    ReceiptStore store =
        new ReceiptStore(
            file,
            () -> {
              Connection connection = Database.connect(file);
              if (full.get()) {
                try (Statement statement = connection.createStatement()) {
                  statement.execute("PRAGMA max_page_count = 12");
                }
              }
              return connection;
            });
    try (store) {
      store.append(before);
      store.close();
      full.set(true);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> store.append(refused))
            .isInstanceOf(ReceiptStoreException.class)
            .hasMessageContaining("the disk is full: free some space");
        assertThat(store.count()).isEqualTo(1);
      }
      assertThat(store.find(refused.receipt().id())).isEmpty();
      assertThat(store.find(before.receipt().id()).orElseThrow().encode())
          .isEqualTo(before.encode());
      full.set(false);
      store.close();
      store.append(refused);
      assertThat(store.count()).isEqualTo(2);
    }
  }

  @Test
  void aWriteThatFailsLeavesNoReceipt() {
    Path file = home.resolve(ReceiptStore.FILE);
    AtomicBoolean broken = new AtomicBoolean();
    try (ReceiptStore store =
        new ReceiptStore(file, () -> breaking(Database.connect(file), broken, false))) {
      store.append(Answered.answer(1, 10));
      broken.set(true);
      assertThatThrownBy(() -> store.append(Answered.answer(2, 10)))
          .hasMessageContaining("the disk broke");
      broken.set(false);
      assertThat(store.count()).isEqualTo(1);
      store.append(Answered.answer(3, 10));
      assertThat(store.count()).isEqualTo(2);
    }
  }

  @Test
  void aWriteThatFailsButWasPersistedLeavesAWholeReceipt() {
    Path file = home.resolve(ReceiptStore.FILE);
    AtomicBoolean broken = new AtomicBoolean(false);
    try (ReceiptStore store =
        new ReceiptStore(file, () -> breaking(Database.connect(file), broken, true))) {
      store.append(Answered.answer(1, 10));
      broken.set(true);
      Transcript transcript = Answered.answer(2, 10);
      assertThatThrownBy(() -> store.append(transcript)).hasMessageContaining("the disk broke");
      broken.set(false);
      assertThat(store.find(transcript.receipt().id()).orElseThrow().receipt().signed()).isTrue();
      store.append(Answered.answer(3, 10));
      assertThat(store.count()).isEqualTo(3);
    }
  }

  // What is to be logged: from memory, and as the database has it.

  @Test
  void whatIsToBeLoggedComesInItsOrderWhoeverKeptItAndHoweverMuch() {
    try (ReceiptStore store = ReceiptStore.open(home);
        ReceiptStore other = ReceiptStore.open(home)) {
      List<Receipt> kept = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Transcript answer = Answered.answer(i, 10);
        (i % 50 == 7 ? other : store).append(answer);
        kept.add(answer.receipt());
      }
      store.appendForeign(Answered.answer(1000, 10));
      assertThat(store.unlogged(1000).values()).containsExactlyElementsOf(kept);
      assertThat(store.unlogged(3).values()).containsExactlyElementsOf(kept.subList(0, 3));
      // Not the first ones: who logs them may be told of them in any order.
      store.logged(Map.of(kept.get(1).id(), 0L, kept.get(2).id(), 1L));
      assertThat(store.unlogged(2).keySet()).containsExactly(kept.get(0).id(), kept.get(3).id());
      for (long i = 0; i < 300; i++) {
        store.logged(Map.of(kept.get((int) i).id(), 2 + i));
      }
      assertThat(store.unlogged(1000)).isEmpty();
      Transcript later = Answered.answer(2000, 10);
      other.append(later);
      assertThat(store.unlogged(1000).values()).containsExactly(later.receipt());
    }
  }

  @Test
  void aReceiptThatWasNotKeptIsNotToBeLogged() {
    Path file = home.resolve(ReceiptStore.FILE);
    AtomicBoolean broken = new AtomicBoolean();
    try (ReceiptStore store =
        new ReceiptStore(file, () -> breaking(Database.connect(file), broken, false))) {
      broken.set(true);
      assertThatThrownBy(() -> store.append(Answered.answer(1, 10)))
          .hasMessageContaining("the disk broke");
      broken.set(false);
      assertThat(store.unlogged(10)).isEmpty();
      Transcript transcript = Answered.answer(2, 10);
      store.append(transcript);
      broken.set(true);
      assertThatThrownBy(() -> store.logged(Map.of(transcript.receipt().id(), 0L)))
          .hasMessageContaining("the disk broke");
      broken.set(false);
      assertThat(store.unlogged(10).values()).containsExactly(transcript.receipt());
    }
  }

  @Test
  void whereAReceiptStandsMayBeLostWithThePowerAndIsToldAgain() throws SQLException {
    Transcript first = Answered.answer(1, 10);
    Transcript second = Answered.answer(2, 10);
    try (ReceiptStore store = ReceiptStore.open(home)) {
      store.append(first);
      store.append(second);
      store.logged(Map.of(first.receipt().id(), 0L));
      store.logged(Map.of(second.receipt().id(), 1L));
    }
    try (Connection connection = Database.connect(home.resolve(ReceiptStore.FILE));
        Statement statement = connection.createStatement()) {
      // What a cut leaves where the last write had not reached the disk.
      statement.execute("DELETE FROM logged WHERE entry = 1");
    }
    try (ReceiptStore store = ReceiptStore.open(home)) {
      assertThat(store.loggedUpTo()).isEqualTo(1);
      assertThat(store.unlogged(10).values()).containsExactly(second.receipt());
      store.logged(Map.of(first.receipt().id(), 0L, second.receipt().id(), 1L));
      assertThat(store.unlogged(10)).isEmpty();
      assertThat(store.entryOf(second.receipt().id())).hasValue(1);
    }
  }

  @Test
  void onlyWhereReceiptsStandIsWrittenWithoutWaitingForTheDisk() throws SQLException {
    Path file = home.resolve(ReceiptStore.FILE);
    List<Connection> opened = new ArrayList<>();
    AtomicBoolean broken = new AtomicBoolean();
    Transcript transcript = Answered.answer(1, 10);
    try (ReceiptStore store =
        new ReceiptStore(
            file,
            () -> {
              opened.add(Database.connect(file));
              return breaking(opened.getLast(), broken, true);
            })) {
      store.append(transcript);
      assertThat(synchronous(opened.getLast())).as("FULL").isEqualTo(2);
      store.logged(Map.of(transcript.receipt().id(), 0L));
      assertThat(synchronous(opened.getLast())).isEqualTo(2);
      broken.set(true);
      assertThatThrownBy(() -> store.logged(Map.of(transcript.receipt().id(), 0L)))
          .hasMessageContaining("the disk broke");
      broken.set(false);
      store.append(Answered.answer(2, 10));
      assertThat(synchronous(opened.getLast())).isEqualTo(2);
    }
  }

  private static int synchronous(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA synchronous")) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  /** A connection whose inserts fail while {@code broken}: before or after they are done. */
  private static Connection breaking(Connection real, AtomicBoolean broken, boolean after) {
    return proxy(
        Connection.class,
        real,
        (name, result) ->
            result instanceof PreparedStatement insert && name.equals("prepareStatement")
                ? proxy(
                    PreparedStatement.class,
                    insert,
                    (inner, done) -> {
                      breakAt(inner, broken.get() && after);
                      return done;
                    },
                    inner -> breakAt(inner, broken.get() && !after))
                : result,
        _ -> {});
  }

  private static void breakAt(String method, boolean broken) throws SQLException {
    if (broken && method.equals("executeUpdate")) {
      throw new SQLException("the disk broke");
    }
  }

  private interface After {
    Object then(String method, Object result) throws SQLException;
  }

  private interface Before {
    void first(String method) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T real, After after, Before before) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              before.first(method.getName());
              try {
                return after.then(method.getName(), method.invoke(real, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void whatWasAcknowledgedSurvivesAKill() throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                home.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<ReceiptId> acknowledged = new ArrayList<>();
    try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null && line.length() == 22) {
        acknowledged.add(new ReceiptId(line));
        if (acknowledged.size() == 25) {
          writer.toHandle().destroyForcibly();
        }
        line = lines.readLine();
      }
    }
    writer.waitFor();
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(25);
    try (ReceiptStore store = ReceiptStore.open(home)) {
      assertThat(acknowledged)
          .allSatisfy(id -> assertThat(store.find(id).orElseThrow().receipt().signed()).isTrue());
      // One more may have been persisted before it could be acknowledged; it is whole too.
      assertThat(store.list(1, null))
          .allSatisfy(newest -> assertThat(store.find(newest.id())).isPresent());
    }
  }

  /** Appends without end, and acknowledges each receipt in a line. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (ReceiptStore store = ReceiptStore.open(Path.of(arguments[0]))) {
        for (int i = 0; i < 100_000; i++) {
          Transcript transcript = Answered.answer(i, 1000);
          store.append(transcript);
          System.out.println(transcript.receipt().id());
        }
      }
    }
  }

  @Test
  void refusesTheReceiptsOfANewerFreehold() throws SQLException {
    ReceiptStore.open(home).close();
    try (Connection connection = Database.connect(home.resolve(ReceiptStore.FILE));
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE schema_version SET version = 99");
    }
    assertThatThrownBy(() -> ReceiptStore.open(home))
        .isInstanceOf(ReceiptStoreException.class)
        .hasMessageContaining("newer Freehold");
  }

  @Test
  void saysThatAFileIsDamaged() throws IOException {
    Files.writeString(
        home.resolve(ReceiptStore.FILE), "not a database, though long enough to be one".repeat(40));
    assertThatThrownBy(() -> ReceiptStore.open(home))
        .isInstanceOf(ReceiptStoreException.class)
        .hasMessageContaining("damaged");
  }
}
