// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.gateway.intercept.Permit;
import dev.freehold.gateway.intercept.Ruling;
import dev.freehold.gateway.intercept.Wish;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Salt;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Model calls. An answer that is no stream is given to the caller once its last record is durable;
 * of a stream the last record binds what was released, and is durable before the stream ends well;
 * where releases are held, nothing of it is released before.
 */
final class ModelEndpoint {
  private static final int ANSWER_LIMIT = 64 << 20;

  private final Interceptor interceptor;
  private final Upstream upstream;
  private final Actions actions;
  private final boolean holdRelease;

  ModelEndpoint(Interceptor interceptor, Upstream upstream, Actions actions, boolean holdRelease) {
    this.interceptor = interceptor;
    this.upstream = upstream;
    this.actions = actions;
    this.holdRelease = holdRelease;
  }

  void handle(Exchange exchange, boolean answers) {
    byte[] body = exchange.body();
    ModelRequest request = ModelRequest.read(body, answers);
    Classification classification =
        exchange
            .header("Freehold-Class")
            .map(ModelEndpoint::classification)
            .orElse(Classification.PUBLIC);
    Optional<String> nonce = exchange.header("Freehold-Nonce").filter(ModelEndpoint::nonce);
    Ruling ruling =
        interceptor.begin(
            new Wish(
                request.proposal(upstream.peer(), exchange.path(), classification),
                body,
                request::narrowed,
                nonce.orElse(null)));
    switch (ruling) {
      case Ruling.Released released -> perform(exchange, released);
      case Ruling.Refused refused -> throw Rulings.refusal(refused, actions);
      case Ruling.Closed(String why) -> throw Rulings.closed(why);
    }
  }

  static Classification classification(String text) {
    try {
      return Classification.parse(text);
    } catch (IllegalArgumentException e) {
      throw Refusal.badRequest("Freehold-Class: " + e.getMessage());
    }
  }

  static boolean nonce(String text) {
    if (text.length() < 8
        || text.length() > 100
        || !text.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw Refusal.badRequest("a nonce has 8 to 100 printable ASCII characters and no space");
    }
    return true;
  }

  private void perform(Exchange exchange, Ruling.Released released) {
    Permit permit = released.permit();
    Salt salt = interceptor.salt();
    actions.begun(permit, released.begun().token(), salt);
    Upstream.Reply reply;
    try {
      reply = upstream.post(exchange.path(), permit);
    } catch (IOException e) {
      throw failed(
          permit, salt, "the server behind the gateway can't be reached: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(permit, salt, "the gateway is stopping");
    }
    actions.add(permit.action(), interceptor.performed(permit).token());
    try (InputStream in = reply.body()) {
      if (!holdRelease && streams(reply.type())) {
        stream(exchange, permit, salt, reply, in);
      } else {
        whole(exchange, permit, salt, reply, in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Refusal failed(Permit permit, Salt salt, String why) {
    Optional<String> unrecorded =
        end(permit, salt.digest(new byte[0]), Outcome.FAILED, OptionalLong.of(0), 502, null);
    return unrecorded.isPresent()
        ? Rulings.closed(unrecorded.get())
        : Refusal.server(502, why, "upstream_failed");
  }

  private void whole(
      Exchange exchange, Permit permit, Salt salt, Upstream.Reply reply, InputStream in) {
    byte[] body;
    try {
      body = in.readNBytes(ANSWER_LIMIT + 1);
    } catch (IOException e) {
      throw failed(permit, salt, "the answer broke off: " + e.getMessage());
    }
    if (body.length > ANSWER_LIMIT) {
      throw failed(permit, salt, "the answer is longer than " + ANSWER_LIMIT + " bytes");
    }
    StreamEnd end = new StreamEnd();
    if (streams(reply.type())) {
      end.read(body, body.length);
    }
    Optional<String> unrecorded =
        end(
            permit,
            salt.digest(body),
            Outcome.RETURNED,
            streams(reply.type()) ? end.tokens() : used(body),
            reply.status(),
            reply.receipt().or(end::receipt).orElse(null));
    if (unrecorded.isPresent()) {
      throw Rulings.closed(unrecorded.get());
    }
    exchange.bytes(reply.status(), reply.type(), body, headers(permit, reply));
  }

  private void stream(
      Exchange exchange, Permit permit, Salt salt, Upstream.Reply reply, InputStream in)
      throws IOException {
    MessageDigest released = Digest.newSha256();
    released.update(salt.bytes());
    Outcome outcome = Outcome.RETURNED;
    OutputStream out = exchange.stream(reply.status(), reply.type(), headers(permit, reply));
    StreamEnd end = new StreamEnd();
    byte[] buffer = new byte[16 << 10];
    while (outcome == Outcome.RETURNED) {
      int count;
      try {
        count = in.read(buffer);
      } catch (IOException e) {
        outcome = Outcome.FAILED;
        break;
      }
      if (count < 0) {
        break;
      }
      released.update(buffer, 0, count);
      end.read(buffer, count);
      try {
        out.write(buffer, 0, count);
        out.flush();
      } catch (IOException | RuntimeException e) {
        outcome = Outcome.CUT;
      }
    }
    Optional<String> unrecorded =
        end(
            permit,
            Digest.of(released.digest()),
            outcome,
            outcome == Outcome.RETURNED ? end.tokens() : OptionalLong.empty(),
            reply.status(),
            reply.receipt().or(end::receipt).orElse(null));
    if (outcome != Outcome.RETURNED || unrecorded.isPresent()) {
      // Without the last chunk the client sees that the stream did not end well.
      throw new UncheckedIOException(
          new IOException(unrecorded.orElse("the stream ended early: " + outcome.text())));
    }
    out.close();
  }

  private Optional<String> end(
      Permit permit,
      Digest content,
      Outcome outcome,
      OptionalLong tokens,
      int status,
      @org.jspecify.annotations.Nullable String receipt) {
    Interceptor.Recorded recorded =
        interceptor.ended(
            permit,
            new Interceptor.End(TaggedDigest.of(content), outcome, tokens, status, receipt));
    actions.add(permit.action(), recorded.token());
    return interceptor.await(recorded.durable());
  }

  private static Map<String, String> headers(Permit permit, Upstream.Reply reply) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Freehold-Action", permit.action().hex());
    headers.put("Freehold-Verdict", permit.decision().name());
    headers.put("Cache-Control", "no-cache");
    reply.receipt().ifPresent(receipt -> headers.put("Freehold-Receipt", receipt));
    return headers;
  }

  private static boolean streams(String type) {
    return type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
  }

  /** The output tokens that the answer says it used; empty where it does not say. */
  private static OptionalLong used(byte[] body) {
    try {
      return Json.parse(body) instanceof Json.Obj answer
          ? StreamEnd.used(answer)
          : OptionalLong.empty();
    } catch (JsonException e) {
      // An answer in another form: what was set aside counts.
      return OptionalLong.empty();
    }
  }
}
