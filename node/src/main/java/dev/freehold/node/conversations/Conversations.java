// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The owner's conversations: what a method returns is durable. Where writing fails it throws, and
 * the next look at them shows what the storage holds. Safe for use by many threads; all state is
 * owned by this object's monitor.
 */
public final class Conversations {
  /** The folder in FREEHOLD_HOME. */
  public static final String FOLDER = "conversations";

  /** The most that are kept. */
  static final int MOST = 500;

  private final ConversationStorage storage;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** What the storage held when it was looked at; null before, and after a write that failed. */
  private @Nullable Map<String, Listed> known;

  Conversations(ConversationStorage storage, InstantSource clock, RandomGenerator random) {
    this.storage = storage;
    this.clock = clock;
    this.random = random;
  }

  /** Those of a home, whose lock the caller holds. */
  public static Conversations open(Path home, InstantSource clock, SecureRandom random)
      throws IOException {
    return new Conversations(new ConversationFolder(home.resolve(FOLDER), random), clock, random);
  }

  /** One of the list. */
  public sealed interface Listed {
    /** Its name. */
    ConversationId id();

    /** One that can be read. */
    record Known(ConversationId id, Title title, Timestamp changed, int messages)
        implements Listed {}

    /** One that can't, and why. */
    record Damaged(ConversationId id, String why) implements Listed {}
  }

  /** What came of a change. */
  public sealed interface Outcome {
    /** It is kept. */
    record Kept(Conversation conversation) implements Outcome {}

    /** It is not, and nothing changed. */
    record Refused(String why) implements Outcome {}
  }

  /** All, the last changed first; damaged ones at the end. */
  public synchronized List<Listed> list() throws IOException {
    List<Listed> all = new ArrayList<>(known().values());
    all.sort(Comparator.comparingLong(Conversations::age).reversed());
    return all;
  }

  private static long age(Listed listed) {
    return switch (listed) {
      case Listed.Known known -> known.changed().instant().toEpochMilli();
      case Listed.Damaged _ -> -1;
    };
  }

  private Map<String, Listed> known() throws IOException {
    Map<String, Listed> have = known;
    if (have == null) {
      have = new TreeMap<>();
      for (ConversationId id : storage.list()) {
        Optional<byte[]> bytes = storage.read(id);
        if (bytes.isPresent()) {
          have.put(id.hex(), listed(id, decode(id, bytes.get())));
        }
      }
      known = have;
    }
    return have;
  }

  private static Listed listed(ConversationId id, Parsed<Conversation> parsed) {
    return switch (parsed) {
      case Parsed.Read<Conversation>(Conversation c) ->
          new Listed.Known(id, c.title(), c.changed(), c.turns().size());
      case Parsed.Malformed<Conversation>(String reason) -> new Listed.Damaged(id, reason);
    };
  }

  private static Parsed<Conversation> decode(ConversationId id, byte[] bytes) {
    Parsed<Conversation> parsed = Conversation.decode(bytes);
    return parsed instanceof Parsed.Read<Conversation>(Conversation c) && !c.id().equals(id)
        ? new Parsed.Malformed<>("it holds another conversation than its file is named for")
        : parsed;
  }

  /** One; empty where there is none. */
  public synchronized Optional<Parsed<Conversation>> find(ConversationId id) throws IOException {
    return storage.read(id).map(bytes -> decode(id, bytes));
  }

  /** Begins a conversation, called as its first question. */
  public synchronized Outcome begin(List<Turn> turns) throws IOException {
    if (turns.isEmpty()) {
      return new Outcome.Refused("a conversation begins with a question");
    }
    if (known().size() >= MOST) {
      return new Outcome.Refused(
          "there are " + MOST + " conversations, as many as are kept: delete some");
    }
    Timestamp now = new Timestamp(clock.instant());
    Title title = Title.of(turns.getFirst().content());
    return keep(ConversationId.random(random), title, now, now, 1, turns);
  }

  /**
   * Puts other messages into a conversation.
   *
   * @param revision which one the caller had read; one that changed since, or was erased, stays as
   *     it is
   */
  public synchronized Outcome save(ConversationId id, int revision, List<Turn> turns)
      throws IOException {
    Optional<Parsed<Conversation>> found = find(id);
    if (found.isEmpty()) {
      return new Outcome.Refused("this conversation was deleted");
    }
    if (!(found.get() instanceof Parsed.Read<Conversation>(Conversation old))) {
      return new Outcome.Refused("this conversation's file is damaged");
    }
    if (old.revision() != revision) {
      return new Outcome.Refused("this conversation was changed elsewhere: open it again");
    }
    return keep(id, old.title(), old.created(), changed(old), revision + 1, turns);
  }

  /** Calls a conversation otherwise. */
  public synchronized Outcome rename(ConversationId id, Title title) throws IOException {
    return find(id).orElse(new Parsed.Malformed<>(""))
            instanceof Parsed.Read<Conversation>(Conversation old)
        ? keep(id, title, old.created(), old.changed(), old.revision(), old.turns())
        : new Outcome.Refused("there is no such conversation that can be read");
  }

  /** The clock may have been set back. */
  private Timestamp changed(Conversation old) {
    Timestamp now = new Timestamp(clock.instant());
    return now.compareTo(old.changed()) < 0 ? old.changed() : now;
  }

  private Outcome keep(
      ConversationId id,
      Title title,
      Timestamp created,
      Timestamp changed,
      int revision,
      List<Turn> turns)
      throws IOException {
    Conversation next;
    try {
      next = new Conversation(id, title, created, changed, revision, turns);
    } catch (IllegalArgumentException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    }
    byte[] bytes = next.encode();
    if (bytes.length > Conversation.LIMIT) {
      return new Outcome.Refused(
          "this conversation is longer than " + Conversation.LIMIT + " bytes: go on in a new one");
    }
    Map<String, Listed> listed = known();
    known = null;
    storage.replace(id, bytes);
    listed.put(id.hex(), listed(id, new Parsed.Read<>(next)));
    known = listed;
    return new Outcome.Kept(next);
  }

  /** Erases one; it is well where there is none. */
  public synchronized void erase(ConversationId id) throws IOException {
    Map<String, Listed> listed = known();
    known = null;
    storage.erase(id);
    listed.remove(id.hex());
    known = listed;
  }

  /** Erases all. */
  public synchronized void eraseAll() throws IOException {
    for (ConversationId id : storage.list()) {
      erase(id);
    }
  }
}
