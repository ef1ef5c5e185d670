// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.gateway.intercept.Permit;
import dev.freehold.gateway.intercept.Ruling;
import dev.freehold.gateway.intercept.Wish;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Effects that something else performs: an agent asks, gets a capability for exactly that, has it
 * performed by a party that checks the capability, and reports the result.
 */
final class EffectEndpoint {
  private static final int LIMIT = 16 << 20;

  private final Interceptor interceptor;
  private final Actions actions;

  EffectEndpoint(Interceptor interceptor, Actions actions) {
    this.interceptor = interceptor;
    this.actions = actions;
  }

  void ask(Exchange exchange) {
    Wish wish = wish(exchange.body());
    switch (interceptor.begin(wish)) {
      case Ruling.Released released -> {
        Permit permit = released.permit();
        Salt salt = interceptor.salt();
        actions.begun(permit, released.begun().token(), salt);
        exchange.json(
            200,
            Json.object()
                .put("action", permit.action().hex())
                .put("capability", interceptor.capability(released).toJson())
                .put("reason", reason(released))
                .put(
                    "salts",
                    Json.object()
                        .put("request", permit.salt().hex())
                        .put("result", salt.hex())
                        .build())
                .put("token", Json.parse(released.begun().token().bytes()))
                .put("verdict", permit.decision().name())
                .build(),
            Map.of("Freehold-Action", permit.action().hex()));
      }
      case Ruling.Refused refused -> throw Rulings.refusal(refused, actions);
      case Ruling.Closed(String why) -> throw Rulings.closed(why);
    }
  }

  private static String reason(Ruling.Released released) {
    return released.permit().decision().name().equals("MODIFY") ? "narrowed" : "within the mandate";
  }

  private static Wish wish(byte[] body) {
    try {
      Members members = new Members("the request", Members.parse(body, LIMIT));
      EffectKind effect = members.typed("effect", EffectKind::parse);
      if (effect == EffectKind.MODEL_CALL) {
        throw Refusal.badRequest("model calls go to /v1/chat/completions and its like");
      }
      String resource = members.string("resource");
      String peer = members.has("peer") ? members.string("peer") : resource;
      Classification classification =
          members.has("class")
              ? members.typed("class", Classification::parse)
              : Classification.PUBLIC;
      long amount = effect == EffectKind.PAYMENT ? members.count("amount", 0) : 0;
      String unit = effect == EffectKind.PAYMENT ? members.string("unit") : "";
      Optional<String> nonce =
          members.has("nonce")
              ? Optional.of(members.string("nonce")).filter(ModelEndpoint::nonce)
              : Optional.empty();
      byte[] content = CanonicalJson.bytes(members.value("content"));
      members.end();
      Action action = new Action(effect, resource, classification, amount);
      return Wish.of(
          new Proposal(
              action,
              peer,
              "",
              effect == EffectKind.TOOL_CALL ? List.of(resource) : List.of(),
              OptionalLong.empty(),
              0,
              unit),
          content,
          nonce.orElse(null));
    } catch (Members.MalformedException e) {
      throw Refusal.badRequest(e.reason());
    } catch (IllegalArgumentException e) {
      throw Refusal.badRequest(String.valueOf(e.getMessage()));
    }
  }

  void report(Exchange exchange, String id) {
    Outcome outcome;
    byte[] content;
    try {
      Members members = new Members("the result", Members.parse(exchange.body(), LIMIT));
      outcome = members.typed("outcome", Outcome::parse);
      content = CanonicalJson.bytes(members.value("content"));
      members.end();
    } catch (Members.MalformedException e) {
      throw Refusal.badRequest(e.reason());
    }
    if (outcome != Outcome.RETURNED && outcome != Outcome.FAILED) {
      throw Refusal.badRequest("an effect is reported as returned or failed");
    }
    Actions.Open open =
        action(id)
            .flatMap(actions::close)
            .orElseThrow(
                () ->
                    Refusal.invalid(
                        404, "no result of an action " + id + " is due here", "action_not_found"));
    Permit permit = open.permit();
    // Taken, so that nothing performs it again.
    byte[] unused = permit.take();
    if (unused.length > 0 && outcome == Outcome.RETURNED) {
      actions.add(permit.action(), interceptor.performed(permit).token());
    }
    Interceptor.Recorded recorded =
        interceptor.ended(
            permit,
            new Interceptor.End(
                TaggedDigest.of(open.result().digest(content)),
                outcome,
                OptionalLong.empty(),
                null,
                null));
    actions.add(permit.action(), recorded.token());
    Optional<String> unrecorded = interceptor.await(recorded.durable());
    if (unrecorded.isPresent()) {
      throw Rulings.closed(unrecorded.get());
    }
    show(exchange, id);
  }

  void show(Exchange exchange, String id) {
    exchange.json(
        200,
        action(id)
            .flatMap(actions::find)
            .orElseThrow(
                () ->
                    Refusal.invalid(
                        404,
                        "no action " + id + " is kept here any more; its tokens are in the log",
                        "action_not_found")),
        Map.of());
  }

  private static Optional<Nonce> action(String id) {
    try {
      return Optional.of(new Nonce(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
