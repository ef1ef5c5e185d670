// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.chat;

import dev.freehold.record.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request that can't be honoured as it stands; the message says which part of it, why, and what
 * to send instead.
 */
public final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String param;
  private final @Nullable String code;

  /**
   * @param param the member of the body that is wrong, as a path such as {@code
   *     messages[0].content}, or null
   * @param code OpenAI's word for the kind of mistake, or null
   */
  public BadRequest(String message, @Nullable String param, @Nullable String code) {
    super(message);
    this.param = param;
    this.code = code;
  }

  /** The message for a person; never null here. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** The member of the body that is wrong. */
  public Optional<String> param() {
    return Optional.ofNullable(param);
  }

  /** OpenAI's word for the kind of mistake. */
  public Optional<String> code() {
    return Optional.ofNullable(code);
  }

  /** The error body that OpenAI's clients read. */
  public Json.Obj toJson() {
    return Json.object()
        .put(
            "error",
            Json.object()
                .put("message", text())
                .put("type", "invalid_request_error")
                .put("param", param == null ? Json.Null.VALUE : Json.of(param))
                .put("code", code == null ? Json.Null.VALUE : Json.of(code))
                .build())
        .build();
  }
}
