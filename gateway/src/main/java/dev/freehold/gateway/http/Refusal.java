// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.record.Json;

/** Ends a request with an error in OpenAI's shape. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String code;
  private final transient Json.Obj more;

  private Refusal(int status, String message, String type, String code, Json.Obj more) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.code = code;
    this.more = more;
  }

  static Refusal badRequest(String message) {
    return invalid(400, message, "invalid_request");
  }

  static Refusal invalid(int status, String message, String code) {
    return new Refusal(status, message, "invalid_request_error", code, Json.object().build());
  }

  static Refusal server(int status, String message, String code) {
    return new Refusal(status, message, "server_error", code, Json.object().build());
  }

  /** With members beside {@code error}. */
  Refusal with(Json.Obj members) {
    return new Refusal(status, String.valueOf(getMessage()), type, code, members);
  }

  int status() {
    return status;
  }

  Json.Obj toJson() {
    Json.Obj all =
        Json.object()
            .put(
                "error",
                Json.object()
                    .put("message", getMessage())
                    .put("type", type)
                    .put("param", Json.Null.VALUE)
                    .put("code", code)
                    .build())
            .build();
    for (var member : more.members().entrySet()) {
      all = all.with(member.getKey(), member.getValue());
    }
    return all;
  }
}
