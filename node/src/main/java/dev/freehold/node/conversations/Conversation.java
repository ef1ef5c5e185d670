// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * One conversation (docs/formats/conversation.md).
 *
 * @param revision how often its messages changed, from 1 on
 * @param turns 1 to 1000 messages
 */
public record Conversation(
    ConversationId id,
    Title title,
    Timestamp created,
    Timestamp changed,
    int revision,
    List<Turn> turns) {
  /** The longest file, in bytes. */
  public static final int LIMIT = 1 << 20;

  private static final String FORMAT = "freehold-conversation/1";
  private static final int TURNS = 1000;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException saying what is out of range
   */
  public Conversation {
    turns = List.copyOf(turns);
    if (turns.isEmpty() || turns.size() > TURNS) {
      throw new IllegalArgumentException("a conversation has 1 to " + TURNS + " messages");
    }
    if (revision < 1) {
      throw new IllegalArgumentException("revisions are counted from 1 on");
    }
    if (changed.compareTo(created) < 0) {
      throw new IllegalArgumentException("a conversation changes after it was created");
    }
  }

  /** The bytes of its file. */
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("format", FORMAT)
            .put("id", id.hex())
            .put("title", title.text())
            .put("created", created.toString())
            .put("changed", changed.toString())
            .put("revision", revision)
            .put("messages", Json.array(turns.stream().map(Turn::toJson).toList()))
            .build());
  }

  /** Reads a file's bytes: one conversation, or why they are none. */
  public static Parsed<Conversation> decode(byte[] bytes) {
    try {
      Members from = new Members("the conversation", Members.parse(bytes, LIMIT));
      if (!from.string("format").equals(FORMAT)) {
        throw new MalformedException("the conversation is of another format");
      }
      Conversation read =
          new Conversation(
              from.typed("id", ConversationId::new),
              from.typed("title", Title::new),
              from.typed("created", Timestamp::parse),
              from.typed("changed", Timestamp::parse),
              from.count("revision", 1),
              turns(from.array("messages")));
      from.end();
      Members.requireSame(read.encode(), bytes);
      return new Parsed.Read<>(read);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  /** Reads messages as the format writes them. */
  public static List<Turn> turns(Json.Arr messages) throws MalformedException {
    List<Turn> turns = new ArrayList<>();
    for (Json each : messages.items()) {
      turns.add(Turn.read(each));
    }
    return turns;
  }
}
