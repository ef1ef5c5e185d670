// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** A bare HTTP client: it sends exactly the lines it is given, wrong ones too. */
@NullMarked
final class Http {
  /** A whole answer; header names are in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {
    Json.Obj json() {
      return (Json.Obj) Json.parse(body);
    }

    /** A member of the OpenAI error. */
    String error(String member) {
      Json.Obj error = (Json.Obj) json().get("error").orElseThrow();
      return error.get(member).orElseThrow() instanceof Json.Str text ? text.value() : "null";
    }
  }

  private Http() {}

  static Answer get(int port, String path, String... headers) throws IOException {
    return send(port, request("GET", path, "", headers));
  }

  static Answer post(int port, String path, String body, String... headers) throws IOException {
    return send(port, request("POST", path, body, headers));
  }

  static String request(String method, String path, String body, String... headers) {
    StringBuilder out = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    boolean host = false;
    for (String header : headers) {
      out.append(header).append("\r\n");
      host |= header.startsWith("Host:");
    }
    if (!host) {
      out.append("Host: localhost\r\n");
    }
    if (!body.isEmpty()) {
      out.append("Content-Length: ")
          .append(body.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n");
    }
    return out.append("Connection: close\r\n\r\n").append(body).toString();
  }

  static Answer send(int port, String text) throws IOException {
    return send(InetAddress.getLoopbackAddress(), port, text);
  }

  static Answer send(InetAddress to, int port, String text) throws IOException {
    try (Socket socket = new Socket(to, port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  static Answer parse(String text) throws IOException {
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("not an answer: " + text);
    }
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] pair = lines[i].split(":", 2);
      headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1].strip());
    }
    String body = text.substring(end + 4);
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      body = unchunk(body.getBytes(StandardCharsets.UTF_8));
    }
    return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, body);
  }

  private static String unchunk(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < bytes.length) {
      int line = at;
      while (bytes[line] != '\r') {
        line++;
      }
      int size = Integer.parseInt(new String(bytes, at, line - at, StandardCharsets.US_ASCII), 16);
      out.append(new String(bytes, line + 2, size, StandardCharsets.UTF_8));
      at = line + 2 + size + 2;
      if (size == 0) {
        break;
      }
    }
    return out.toString();
  }
}
