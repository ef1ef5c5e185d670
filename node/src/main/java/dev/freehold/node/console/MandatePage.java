// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.action.StepClaims;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain.Standing;
import dev.freehold.node.mandates.Acted;
import dev.freehold.node.mandates.GatewayLog;
import dev.freehold.node.mandates.GatewayPicture;
import dev.freehold.node.mandates.Granted;
import dev.freehold.node.mandates.Revoker;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the gateway may do, what it has used of that, and the end of it. */
final class MandatePage {
  private static final int LAST_PORT = 65_535;

  private final GatewayLog log;
  private final Revoker revoker;
  private final InstantSource clock;

  MandatePage(GatewayLog log, Revoker revoker, InstantSource clock) {
    this.log = log;
    this.revoker = revoker;
    this.clock = clock;
  }

  Json.Obj show() throws IOException, LogException {
    Json.Builder page =
        Json.object().put("owner", revoker.owner().map(Object::toString).orElse(null));
    Optional<GatewayPicture> found = log.look(new Timestamp(clock.instant()));
    if (found.isEmpty()) {
      return page.put("gateway", Json.Null.VALUE).build();
    }
    GatewayPicture picture = found.get();
    List<Json> mandates = new ArrayList<>();
    for (Granted granted : picture.granted()) {
      mandates.add(describe(granted));
    }
    return page.put("gateway", picture.origin().text())
        .put("read", picture.read())
        .put("size", picture.size())
        .put("fault", picture.fault().orElse(null))
        .put("refusals", picture.refusals())
        .put("underWay", picture.underWay())
        .put(
            "used",
            Json.object()
                .put("actions", picture.used().actions())
                .put("answers", picture.used().answers())
                .put("tokens", picture.used().tokens())
                .put("pay", picture.used().amount())
                .put("egress", picture.used().egress())
                .put("class", picture.used().classification().text())
                .build())
        .put("mandates", Json.array(mandates))
        .put("actions", Json.array(picture.actions().stream().map(MandatePage::describe).toList()))
        .build();
  }

  private static Json describe(Acted acted) {
    Acted.Step first = acted.records().getFirst();
    StepClaims asked = first.claims();
    StepClaims last = acted.records().getLast().claims();
    return Json.object()
        .put("id", asked.action().hex())
        .put("effect", asked.effect().text())
        .put("target", first.token().target())
        .put("principal", first.token().principal())
        .put("agent", first.token().agent())
        .put("mandate", asked.mandate().toString())
        .put("decision", first.token().decision().name())
        .put("reason", first.token().claims().get("reason").orElse(Json.Null.VALUE))
        .put("policy", first.token().policyBundle().toString())
        .put("class", text(asked.classificationOrNull()))
        .put("begun", asked.time().toString())
        .put("tokens", last.tokens())
        .put("amount", asked.amount())
        .put("outcome", text(last.outcomeOrNull()))
        .put("status", last.statusOrNull() == null ? null : last.statusOrNull().toString())
        .put("receipt", last.receiptOrNull())
        .put("ended", acted.records().size() == 3 ? last.time().toString() : null)
        .put(
            "records",
            Json.array(
                acted.records().stream()
                    .map(
                        each ->
                            Json.object()
                                .put("phase", each.claims().phase().text())
                                .put("entry", each.entry())
                                .put("token", each.token().digest().toString())
                                .build())
                    .toList()))
        .build();
  }

  private static @Nullable String text(@Nullable Classification classification) {
    return classification == null ? null : classification.text();
  }

  private static @Nullable String text(@Nullable Outcome outcome) {
    return outcome == null ? null : outcome.text();
  }

  private static Json describe(Granted granted) {
    Mandate mandate = granted.chain().mandates().getLast();
    Mandate.Terms terms = mandate.terms();
    Json.Builder out =
        Json.object()
            .put("digest", mandate.digest().toString())
            .put("issuer", terms.issuer().toString())
            .put("holder", terms.holder().toString())
            .put("issued", terms.issued().toString())
            .put("expires", terms.expires().toString())
            .put("parent", terms.parent().map(Digest::toString).orElse(null))
            .put("allow", terms.allow().toJson())
            .put("shown", terms.shown())
            .put("done", granted.done())
            .put("refused", granted.refused());
    return switch (granted.standing()) {
      case Standing.InForce(Mandate _, List<String> notes) ->
          out.put("inForce", true)
              .put("notes", Json.array(notes.stream().map(Json::of).toList()))
              .build();
      case Standing.Refused(var fault, int _) ->
          out.put("inForce", false).put("why", fault.reason()).build();
    };
  }

  /** Ends a mandate. */
  ConsoleAnswer revoke(Json request) throws IOException, LogException, MalformedException {
    Members asked = new Members("the request", request);
    Digest digest = asked.digest("mandate");
    int port = asked.count("port", 1);
    asked.end();
    if (port > LAST_PORT) {
      throw new MalformedException("there is no port " + port);
    }
    Optional<Mandate> mandate =
        log.look(new Timestamp(clock.instant())).stream()
            .flatMap(picture -> picture.granted().stream())
            .map(granted -> granted.chain().mandates().getLast())
            .filter(last -> last.digest().equals(digest))
            .findFirst();
    if (mandate.isEmpty()) {
      return ConsoleAnswer.text(409, "the gateway's log has no such mandate");
    }
    try {
      return switch (revoker.revoke(mandate.get(), port)) {
        case Revoker.Outcome.Done _ ->
            ConsoleAnswer.json(Json.object().put("delivered", true).build().write());
        case Revoker.Outcome.Undelivered(var revocation, String why) ->
            ConsoleAnswer.json(
                Json.object()
                    .put("delivered", false)
                    .put("why", why)
                    .put("revocation", new String(revocation.encode(), StandardCharsets.UTF_8))
                    .build()
                    .write());
        case Revoker.Outcome.Unsigned(String why) ->
            ConsoleAnswer.text(
                409,
                "it can't be signed here: "
                    + why
                    + ". Run 'freehold mandate revoke' where the key is, with --passkey if it is"
                    + " one, and post the file to the gateway");
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is stopping", e);
    }
  }
}
