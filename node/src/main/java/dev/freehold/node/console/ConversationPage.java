// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.node.conversations.Conversation;
import dev.freehold.node.conversations.ConversationId;
import dev.freehold.node.conversations.Conversations;
import dev.freehold.node.conversations.Conversations.Listed;
import dev.freehold.node.conversations.Conversations.Outcome;
import dev.freehold.node.conversations.Title;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** The chat's conversations: to read, to save, to rename, to erase. */
final class ConversationPage {
  private final Conversations conversations;

  ConversationPage(Conversations conversations) {
    this.conversations = conversations;
  }

  Json.Obj list() throws IOException {
    List<Json> all = new ArrayList<>();
    for (Listed listed : conversations.list()) {
      all.add(
          switch (listed) {
            case Listed.Known(var id, var title, var changed, int messages) ->
                Json.object()
                    .put("id", id.hex())
                    .put("title", title.text())
                    .put("changed", changed.toString())
                    .put("messages", messages)
                    .build();
            case Listed.Damaged(var id, String why) ->
                Json.object().put("id", id.hex()).put("damaged", why).build();
          });
    }
    return Json.object().put("conversations", Json.array(all)).build();
  }

  Optional<ConsoleAnswer> show(String name) throws IOException {
    ConversationId id;
    try {
      id = new ConversationId(name);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return conversations
        .find(id)
        .map(
            parsed ->
                switch (parsed) {
                  case Parsed.Read<Conversation>(Conversation c) ->
                      ConsoleAnswer.json(new String(c.encode(), StandardCharsets.UTF_8));
                  case Parsed.Malformed<Conversation>(String reason) ->
                      ConsoleAnswer.text(409, "this conversation's file is damaged: " + reason);
                });
  }

  /** Answers a change; empty where there is none of that name. */
  Optional<ConsoleAnswer> change(String what, IntFunction<Json> body)
      throws IOException, MalformedException {
    int slash = what.indexOf('/');
    if (slash < 0) {
      return switch (what) {
        case "begin" -> Optional.of(begin(body.apply(Conversation.LIMIT)));
        case "erase-all" -> {
          conversations.eraseAll();
          yield Optional.of(ConsoleAnswer.done());
        }
        default -> Optional.empty();
      };
    }
    ConversationId id = new ConversationId(what.substring(slash + 1));
    return switch (what.substring(0, slash)) {
      case "save" -> Optional.of(save(id, body.apply(Conversation.LIMIT)));
      case "rename" -> Optional.of(rename(id, body.apply(4096)));
      case "erase" -> {
        conversations.erase(id);
        yield Optional.of(ConsoleAnswer.done());
      }
      default -> Optional.empty();
    };
  }

  private ConsoleAnswer begin(Json asked) throws IOException, MalformedException {
    Members from = new Members("the request", asked);
    Json.Arr messages = from.array("messages");
    from.end();
    return answer(conversations.begin(Conversation.turns(messages)));
  }

  private ConsoleAnswer save(ConversationId id, Json asked) throws IOException, MalformedException {
    Members from = new Members("the request", asked);
    int revision = from.count("revision", 1);
    Json.Arr messages = from.array("messages");
    from.end();
    return answer(conversations.save(id, revision, Conversation.turns(messages)));
  }

  private ConsoleAnswer rename(ConversationId id, Json asked)
      throws IOException, MalformedException {
    Members from = new Members("the request", asked);
    Title title = from.typed("title", Title::new);
    from.end();
    return answer(conversations.rename(id, title));
  }

  private static ConsoleAnswer answer(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Refused(String why) -> ConsoleAnswer.text(409, why);
      case Outcome.Kept(Conversation c) ->
          ConsoleAnswer.json(
              Json.object()
                  .put("id", c.id().hex())
                  .put("title", c.title().text())
                  .put("revision", c.revision())
                  .build()
                  .write());
    };
  }
}
