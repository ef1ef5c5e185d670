// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import java.util.LinkedHashMap;
import java.util.Map;

/** An answer of the console: text of a type, with headers beside the ones that every answer has. */
public record ConsoleAnswer(int status, String type, String body, Map<String, String> headers) {
  static final String JSON = "application/json";

  private static final Map<String, String> ALWAYS =
      Map.of(
          "Cache-Control", "no-store",
          "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
                  + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                  + " require-trusted-types-for 'script'; trusted-types 'none'",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Referrer-Policy", "no-referrer",
          "X-Frame-Options", "DENY");

  /** Adds the headers that every answer has. */
  public ConsoleAnswer {
    Map<String, String> all = new LinkedHashMap<>(ALWAYS);
    all.putAll(headers);
    headers = Map.copyOf(all);
  }

  static ConsoleAnswer text(int status, String text) {
    return new ConsoleAnswer(status, "text/plain; charset=utf-8", text + "\n", Map.of());
  }

  static ConsoleAnswer json(String json) {
    return new ConsoleAnswer(200, JSON, json, Map.of());
  }

  /** It was done, and there is nothing to say. */
  static ConsoleAnswer done() {
    return json("{}");
  }

  static ConsoleAnswer to(String place, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Location", place);
    return new ConsoleAnswer(303, "text/plain; charset=utf-8", "", all);
  }
}
