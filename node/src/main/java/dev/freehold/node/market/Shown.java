// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.check.Words;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tokens that a seller shows as it counts, and the text that it gives. One thread's. */
final class Shown {
  private static final class Choice {
    private final List<Integer> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int followed;
  }

  private final TokenCheck check;
  private final Map<Integer, Choice> choices = new TreeMap<>();
  private TokenCheck.@Nullable Following following;
  private long total;
  private int bytes;

  Shown(TokenCheck check) {
    this.check = check;
  }

  /** What there is now, none of it followed; for another thread. */
  Shown copy() {
    Shown copy = new Shown(check);
    choices.forEach(
        (index, choice) -> {
          copy.choice(index).tokens.addAll(choice.tokens);
          copy.choice(index).text.append(choice.text);
        });
    copy.total = total;
    copy.bytes = bytes;
    return copy;
  }

  /** Whether all that was shown up to the last count is known to fit. */
  boolean followed() {
    return following != null;
  }

  /** Takes what a chunk says. */
  void came(Json.Obj chunk) {
    String words = Words.of(chunk);
    bytes += words.getBytes(StandardCharsets.UTF_8).length;
    if (chunk.get("index").orElse(Json.Null.VALUE) instanceof Json.Num index && !words.isEmpty()) {
      choice((int) index.value()).text.append(words);
    }
  }

  /** Takes tokens. */
  void showed(JobMessage.Tokens tokens) {
    choice(tokens.choice()).tokens.addAll(tokens.tokens());
    total += tokens.tokens().size();
  }

  private Choice choice(int index) {
    return choices.computeIfAbsent(index, _ -> new Choice());
  }

  /** How many tokens were shown. */
  long total() {
    return total;
  }

  /** The bytes of all text that came. */
  int bytes() {
    return bytes;
  }

  /** Why the tokens can't be those of the text, or aren't as many; empty where nothing shows it. */
  Optional<String> wrong(int counted) {
    Optional<TokenCheck.Following> now = Optional.ofNullable(following).or(check::follow);
    if (now.isEmpty()) {
      return Optional.empty();
    }
    following = now.get();
    if (total != counted) {
      return Optional.of("it counts %d tokens, and has shown %d".formatted(counted, total));
    }
    for (Map.Entry<Integer, Choice> each : choices.entrySet()) {
      Choice choice = each.getValue();
      List<Integer> fresh = choice.tokens.subList(choice.followed, choice.tokens.size());
      Optional<String> wrong = now.get().next(each.getKey(), fresh, choice.text.toString());
      if (wrong.isPresent()) {
        return wrong;
      }
      choice.followed = choice.tokens.size();
    }
    return Optional.empty();
  }

  /** Why these aren't the tokens that the answer's receipt commits to; empty where they are. */
  Optional<String> differs(Transcript transcript) {
    List<int[]> outputs = transcript.outputs();
    for (Map.Entry<Integer, Choice> each : choices.entrySet()) {
      List<Integer> tokens = each.getValue().tokens;
      int[] signed = each.getKey() < outputs.size() ? outputs.get(each.getKey()) : new int[0];
      if (tokens.size() > signed.length) {
        return Optional.of(
            "choice %d: while it served it showed %d tokens, its receipt has %d"
                .formatted(each.getKey(), tokens.size(), signed.length));
      }
      for (int i = 0; i < tokens.size(); i++) {
        if (tokens.get(i) != signed[i]) {
          return Optional.of(
              "choice %d, output token %d: while it served it showed %d, its receipt has %d"
                  .formatted(each.getKey(), i, tokens.get(i), signed[i]));
        }
      }
    }
    return Optional.empty();
  }
}
