// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

/** What can be asked for, and how. */
enum Endpoint {
  CHAT("POST", "/v1/chat/completions"),
  COMPLETIONS("POST", "/v1/completions"),
  EMBEDDINGS("POST", "/v1/embeddings"),
  MODELS("GET", "/v1/models"),
  MODEL("GET", "/v1/models/ID"),
  RECEIPTS("GET", "/v1/receipts"),
  RECEIPT("GET", "/v1/receipts/ID"),
  LOG("GET", "/log/ID"),
  CONSOLE("GET", "/console/ID"),
  HEALTH("GET", "/healthz"),
  METRICS("GET", "/metrics"),
  OWNER("POST", "/owner/ID"),
  OTHER("GET", "other");

  private static final String ID = "/ID";

  private final String method;
  private final String label;

  Endpoint(String method, String label) {
    this.method = method;
    this.label = label;
  }

  String method() {
    return method;
  }

  /** Its name in metrics and logs: one of few, whatever clients ask for. */
  String label() {
    return label;
  }

  /** True where it makes a model work. */
  boolean works() {
    return method.equals("POST") && this != OWNER;
  }

  /** What stands in place of ID. */
  String rest(String path) {
    return path.substring(label.length() - ID.length() + 1);
  }

  static Endpoint of(String path) {
    if (path.equals("/") || path.equals("/console") || path.equals("/console/")) {
      return CONSOLE;
    }
    for (Endpoint endpoint : values()) {
      if (endpoint.label.endsWith(ID)) {
        int prefix = endpoint.label.length() - ID.length() + 1;
        if (path.length() > prefix && path.startsWith(endpoint.label.substring(0, prefix))) {
          return endpoint;
        }
      } else if (path.equals(endpoint.label)) {
        return endpoint;
      }
    }
    return OTHER;
  }
}
