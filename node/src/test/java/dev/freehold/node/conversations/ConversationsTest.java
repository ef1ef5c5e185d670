// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.node.conversations.Conversations.Listed;
import dev.freehold.node.conversations.Conversations.Outcome;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept, what is refused, and what survives a disk that fails. */
class ConversationsTest {
  @TempDir private Path home = Path.of("");
  private Instant now = Instant.parse("2026-11-29T08:00:00Z");

  /** How an operation on the disk goes wrong. */
  enum Fault {
    FAILS,
    FAILS_BUT_WAS_PERSISTED
  }

  /** A folder whose next writes can fail. */
  private static final class Memory implements ConversationStorage {
    private final Map<String, byte[]> files = new TreeMap<>();
    private Optional<Fault> fault = Optional.empty();

    @Override
    public List<ConversationId> list() {
      return files.keySet().stream().map(ConversationId::new).toList();
    }

    @Override
    public Optional<byte[]> read(ConversationId id) {
      return Optional.ofNullable(files.get(id.hex()));
    }

    @Override
    public void replace(ConversationId id, byte[] bytes) throws IOException {
      meet(() -> files.put(id.hex(), bytes));
    }

    @Override
    public void erase(ConversationId id) throws IOException {
      meet(() -> files.remove(id.hex()));
    }

    private void meet(Runnable change) throws IOException {
      if (!fault.equals(Optional.of(Fault.FAILS))) {
        change.run();
      }
      if (fault.isPresent()) {
        throw new IOException("the disk is full");
      }
    }
  }

  private Conversations over(ConversationStorage storage) {
    return new Conversations(storage, () -> now, new Random(7));
  }

  private Conversations open() throws IOException {
    return Conversations.open(home, () -> now, new SecureRandom());
  }

  private static Conversation kept(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Kept.class);
    return ((Outcome.Kept) outcome).conversation();
  }

  private static void refused(Outcome outcome, String why) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class, refused -> assertThat(refused.why()).contains(why));
  }

  private static List<Turn> question(String text) {
    return List.of(new Turn.Question(text));
  }

  private static List<String> titles(Conversations all) throws IOException {
    List<String> titles = new ArrayList<>();
    for (Listed listed : all.list()) {
      titles.add(listed instanceof Listed.Known known ? known.title().text() : "damaged");
    }
    return titles;
  }

  private Path file(ConversationId id) {
    return home.resolve("conversations").resolve(id.hex() + ".json");
  }

  @Test
  void severalAreKeptOverARestartTheLastChangedFirst() throws Exception {
    Conversations all = open();
    Conversation first = kept(all.begin(question("What is\n gravity?")));
    now = now.plusSeconds(1);
    kept(all.begin(question("And light?")));
    assertThat(titles(all)).containsExactly("And light?", "What is gravity?");
    now = now.plusSeconds(1);
    Conversation longer = kept(all.save(first.id(), 1, ConversationFuzzTest.WHOLE.turns()));
    assertThat(longer.revision()).isEqualTo(2);
    kept(all.rename(first.id(), new Title("Gravity")));
    all = open();
    assertThat(titles(all)).containsExactly("Gravity", "And light?");
    assertThat(all.find(first.id()))
        .contains(
            new Parsed.Read<>(
                new Conversation(
                    first.id(),
                    new Title("Gravity"),
                    first.created(),
                    longer.changed(),
                    2,
                    ConversationFuzzTest.WHOLE.turns())));
  }

  @Test
  void onlyTheOwnerMayReadThem() throws Exception {
    Conversation one = kept(open().begin(question("mine")));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(one.id()))))
        .isEqualTo("rw-------");
    Path folder = home.resolve("conversations");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void aSecondWindowOverwritesNothing() throws Exception {
    Conversations all = open();
    ConversationId id = kept(all.begin(question("one"))).id();
    kept(all.save(id, 1, question("two")));
    refused(all.save(id, 1, question("three")), "was changed elsewhere");
    refused(all.save(id, 3, question("three")), "was changed elsewhere");
    assertThat(all.find(id).orElseThrow())
        .isInstanceOfSatisfying(
            Parsed.Read.class,
            read -> assertThat(((Conversation) read.value()).turns()).isEqualTo(question("two")));
  }

  @Test
  void whatWasErasedIsGoneAndIsNotMadeAgain() throws Exception {
    Conversations all = open();
    Conversation one = kept(all.begin(question("a secret of mine")));
    Conversation two = kept(all.begin(question("another")));
    all.erase(one.id());
    all.erase(one.id());
    refused(all.save(one.id(), 1, question("a secret of mine")), "was deleted");
    refused(all.rename(one.id(), new Title("x")), "no such conversation");
    assertThat(titles(all)).containsExactly("another");
    Files.writeString(
        file(two.id()).resolveSibling(two.id().hex() + ".json.0123456789abcdef"), "x");
    open();
    try (var files = Files.list(home.resolve("conversations"))) {
      assertThat(files).as("what a crash left is swept").containsExactly(file(two.id()));
    }
    all = open();
    all.eraseAll();
    assertThat(home.resolve("conversations")).isEmptyDirectory();
    assertThat(titles(all)).isEmpty();
  }

  @Test
  void aDamagedFileIsShownKeptAndCanBeErased() throws Exception {
    Conversations all = open();
    Conversation one = kept(all.begin(question("one")));
    Conversation two = kept(all.begin(question("two")));
    Files.copy(file(one.id()), home.resolve("copy"));
    Files.writeString(file(one.id()), "{");
    Files.delete(file(two.id()));
    Files.move(home.resolve("copy"), file(two.id()));
    all = open();
    assertThat(all.list())
        .hasSize(2)
        .allSatisfy(listed -> assertThat(listed).isInstanceOf(Listed.Damaged.class))
        .anySatisfy(
            listed ->
                assertThat(((Listed.Damaged) listed).why()).contains("holds another conversation"));
    refused(all.save(one.id(), 1, question("x")), "is damaged");
    refused(all.rename(one.id(), new Title("x")), "no such conversation");
    assertThat(Files.readString(file(one.id()))).isEqualTo("{");
    all.erase(one.id());
    assertThat(all.list()).hasSize(1);
  }

  @Test
  void theirNumberAndLengthAreBounded() throws Exception {
    Conversations all = over(new Memory());
    ConversationId id = kept(all.begin(question("0"))).id();
    refused(all.begin(List.of()), "begins with a question");
    refused(all.save(id, 1, List.of()), "1 to 1000 messages");
    refused(all.save(id, 1, question("x".repeat(Conversation.LIMIT))), "is longer than");
    for (int i = 1; i < Conversations.MOST; i++) {
      kept(all.begin(question("" + i)));
    }
    refused(all.begin(question("one more")), "as many as are kept");
    all.erase(id);
    kept(all.begin(question("one more")));
  }

  @Test
  void aClockThatWasSetBackDoesNotStopAnybody() throws Exception {
    Conversations all = open();
    Conversation one = kept(all.begin(question("one")));
    now = now.minusSeconds(3600);
    assertThat(kept(all.save(one.id(), 1, question("two"))).changed()).isEqualTo(one.changed());
  }

  /** The crash table: each of the four writes, for each fault. */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void whatADiskThatFailsLeavesIsOneOrTheOther(Fault fault) throws Exception {
    boolean happened = fault == Fault.FAILS_BUT_WAS_PERSISTED;
    Memory disk = new Memory();
    Conversations all = over(disk);
    ConversationId id = kept(all.begin(question("kept"))).id();
    disk.fault = Optional.of(fault);
    assertThatThrownBy(() -> all.begin(question("new"))).hasMessage("the disk is full");
    assertThatThrownBy(() -> all.save(id, 1, question("saved"))).hasMessage("the disk is full");
    assertThatThrownBy(() -> all.rename(id, new Title("renamed"))).hasMessage("the disk is full");
    disk.fault = Optional.empty();
    List<String> expected = happened ? List.of("new", "renamed") : List.of("kept");
    assertThat(titles(all)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(titles(over(disk))).as("after a restart").isEqualTo(titles(all));
    assertThat(all.find(id).orElseThrow())
        .isInstanceOfSatisfying(
            Parsed.Read.class,
            read ->
                assertThat(((Conversation) read.value()).turns())
                    .isEqualTo(question(happened ? "saved" : "kept")));
    disk.fault = Optional.of(fault);
    assertThatThrownBy(() -> all.erase(id)).hasMessage("the disk is full");
    disk.fault = Optional.empty();
    assertThat(all.find(id).isEmpty()).isEqualTo(happened);
    assertThat(titles(over(disk))).isEqualTo(titles(all));
  }
}
