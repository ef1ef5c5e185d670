// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.check.QuarantineRecord;
import dev.freehold.fleet.pair.Book;
import dev.freehold.fleet.pair.FourWords;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.InviteId;
import dev.freehold.fleet.pair.Paired;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.pair.RefusedJoin;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.fleet.route.Paces;
import dev.freehold.link.LinkState;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.relay.RelayState;
import dev.freehold.node.lanes.LaneSettings;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.work.Hindrance;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the owner asks of the fleet, by verb and in console: one answer for both, as JSON. */
public final class OwnerAnswers {
  /** Clocks that differ by more are told. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** What a plan may be asked for. */
  private static final int POSITIONS = 10_000_000;

  private final FleetNode fleet;
  private final Quarantine quarantine;
  private final Paces paces;
  private final ReceiptStore receipts;
  private final Models models;
  private final Lanes lanes;
  private final Planning planning;
  private final WorkGate work;
  private final KeyDesk keys;

  /**
   * For this node's fleet, and what came of the jobs that it was given.
   *
   * @param work whether this machine works for the others now
   * @param keys what members' keys said of themselves
   */
  public OwnerAnswers(
      FleetNode fleet,
      Quarantine quarantine,
      Paces paces,
      ReceiptStore receipts,
      Models models,
      Lanes lanes,
      Planning planning,
      WorkGate work,
      KeyDesk keys) {
    this.fleet = fleet;
    this.quarantine = quarantine;
    this.paces = paces;
    this.receipts = receipts;
    this.models = models;
    this.lanes = lanes;
    this.planning = planning;
    this.work = work;
    this.keys = keys;
  }

  /** What came of a question. */
  public sealed interface Answer {
    /** It is done, or known. */
    record Done(Json.Obj told) implements Answer {}

    /** It is not, and why. */
    record Refused(String why) implements Answer {}
  }

  /** Why it was not done, on its way to an answer. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String why;

    RefusedException(String why) {
      super(why, null, false, false);
      this.why = why;
    }
  }

  /**
   * Answers.
   *
   * @return empty where there is no such verb
   * @throws IOException if a change could not be kept
   */
  public Optional<Answer> answer(String verb, Json request)
      throws IOException, InterruptedException {
    try {
      Members asked = new Members("the request", request);
      Json.Obj told;
      switch (verb) {
        case "fleet" -> told = report();
        case "invite" -> told = invite(asked.typed("tier", text -> Tier.parse(text).ofMember()));
        case "invites" -> told = invites();
        case "withdraw" -> told = withdraw(asked.typed("id", InviteId::new));
        case "join" -> told = join(asked.string("invite"));
        case "remove" -> told = remove(asked.typed("name", MemberName::new));
        case "follow" -> told = follow(asked.string("statement"));
        case "plan" -> told = plan(asked.string("model"), asked.count("positions", 0));
        case "release" -> told = release(asked.typed("name", MemberName::new));
        default -> {
          return Optional.empty();
        }
      }
      asked.end();
      return Optional.of(new Answer.Done(told));
    } catch (MalformedException e) {
      return Optional.of(new Answer.Refused(e.reason()));
    } catch (RefusedException e) {
      return Optional.of(new Answer.Refused(e.why));
    }
  }

  private static RefusedException refused(String why) {
    return new RefusedException(why);
  }

  private Json.Obj invite(Tier tier) throws IOException, RefusedException {
    Invite invite =
        fleet
            .invite(tier)
            .orElseThrow(
                () ->
                    refused(
                        "nobody could reach this machine: write 'relays = wss://…' (what 'freehold"
                            + " relay' prints) or 'link-listen = ADDRESS:PORT' into"
                            + " FREEHOLD_HOME/config and start the node again"));
    return Json.object()
        .put("invite", invite.toString())
        .put("id", invite.id().hex())
        .put("tier", tier.text())
        .put("expires", invite.expires().toString())
        .build();
  }

  private Json.Obj invites() {
    List<Json> all = new ArrayList<>();
    for (Book.Listed each : fleet.invites()) {
      all.add(
          Json.object()
              .put("id", each.invite().id().hex())
              .put("tier", each.invite().tier().text())
              .put("expires", each.invite().expires().toString())
              .put("state", each.standing().name().toLowerCase(Locale.ROOT))
              .put("words", each.words().map(FourWords::text).orElse(null))
              .build());
    }
    return Json.object().put("invites", Json.array(all)).build();
  }

  private Json.Obj withdraw(InviteId id) throws IOException, RefusedException {
    if (!fleet.withdraw(id)) {
      throw refused(
          "there is no unused invite " + id + "; 'freehold invite list' shows what became of it");
    }
    return Json.object().put("withdrawn", id.hex()).build();
  }

  private Json.Obj join(String text) throws IOException, InterruptedException, RefusedException {
    Invite invite =
        switch (Invite.parse(text)) {
          case Parsed.Read<Invite>(Invite read) -> read;
          case Parsed.Malformed<Invite>(String reason) ->
              throw refused("this is no invite: " + reason);
        };
    return switch (fleet.join(invite)) {
      case Pairing.Result.NotJoined(String why) -> throw refused(why);
      case Pairing.Result.Joined(Paired paired, Duration skew) ->
          Json.object()
              .put("name", paired.member().name().text())
              .put("node", paired.member().node().toString())
              .put("tier", paired.member().tier().text())
              .put("words", paired.words().text())
              .put("clockAheadSeconds", skew.toSeconds())
              .build();
    };
  }

  private Json.Obj remove(MemberName name) throws IOException, RefusedException {
    Member removed =
        fleet
            .remove(name)
            .orElseThrow(
                () ->
                    refused(
                        "there is no machine '" + name + "'; 'freehold fleet' shows their names"));
    return Json.object()
        .put("removed", removed.name().text())
        .put("node", removed.node().toString())
        .build();
  }

  private Json.Obj follow(String text) throws IOException, RefusedException {
    KeyStatement statement =
        switch (KeyStatement.decode(text.getBytes(StandardCharsets.UTF_8))) {
          case Parsed.Read<KeyStatement>(KeyStatement read) -> read;
          case Parsed.Malformed<KeyStatement>(String reason) ->
              throw refused("this is no statement about a key: " + reason);
        };
    if (!(statement instanceof KeyStatement.Succession succession)) {
      throw refused("this statement names no successor");
    }
    if (quarantine.holds(succession.node())) {
      // A new key is no way out.
      throw refused(
          "the machine was set aside: 'freehold fleet' says why; release it first if that is mended");
    }
    return switch (fleet.follow(succession)) {
      case Book.Followed.Not(String why) -> throw refused(why);
      case Book.Followed.Done(Member member) ->
          Json.object()
              .put("name", member.name().text())
              .put("was", succession.node().toString())
              .put("node", member.node().toString())
              .build();
    };
  }

  private Json.Obj plan(String model, int positions) throws IOException, RefusedException {
    if (positions > POSITIONS) {
      throw refused("\"positions\" is at most " + POSITIONS);
    }
    return switch (planning.plan(model, positions)) {
      case Placement.Outcome.Planned(Placement placement) ->
          placement.toJson().with("left", strings(planning.left()));
      case Placement.Outcome.Unknown(String why) -> throw refused(why);
    };
  }

  private Json.Obj report() {
    List<Json> relays = new ArrayList<>();
    for (Map.Entry<RelayAddress, RelayState> each : fleet.relays().entrySet()) {
      Json.Builder relay = Json.object().put("relay", each.getKey().toString());
      List<String> mend = new ArrayList<>();
      switch (each.getValue()) {
        case RelayState.Online(boolean displaced) ->
            relay.put("state", "online").put("displaced", displaced);
        case RelayState.Offline(String why) -> {
          relay.put("state", "offline").put("why", why);
          mend.add(why + ": see that the relay runs");
        }
        case RelayState.ClaimedElsewhere() -> {
          relay.put("state", "claimed-elsewhere");
          mend.add("another machine has this node's key: give one of the two another home");
        }
      }
      relay.put("mend", strings(mend));
      relays.add(relay.build());
    }
    return Json.object()
        .put("name", fleet.self().text())
        .put("node", fleet.id().toString())
        .put("reachable", fleet.reachable())
        .put("notWorking", work.hindrances().stream().findFirst().map(Hindrance::why).orElse(null))
        .put("relays", Json.array(relays))
        .put("models", Json.array(models.list().stream().map(this::model).toList()))
        .put("lanes", Json.array(lanes.list().stream().map(this::lane).toList()))
        .put(
            "refusedJoins",
            Json.array(fleet.refusedJoins().stream().map(OwnerAnswers::refusedJoin).toList()))
        .put(
            "failedJoin",
            fleet
                .failedJoin()
                .map(
                    failed ->
                        (Json)
                            Json.object()
                                .put("at", failed.at().toString())
                                .put("why", failed.why())
                                .build())
                .orElse(Json.Null.VALUE))
        .put("keyNews", Json.array(keys.news().stream().map(OwnerAnswers::keyNews).toList()))
        .put("members", Json.array(fleet.sights().stream().map(this::member).toList()))
        .build();
  }

  private Json model(ServedModel model) {
    return Json.object()
        .put("name", model.name())
        .put("state", models.state(model))
        .put("problem", models.problem(model).orElse(null))
        .build();
  }

  private Json lane(LaneSettings lane) {
    return Json.object()
        .put("name", lane.name().id())
        .put("state", lanes.state(lane.name()))
        .put("problem", lanes.problem(lane.name()).orElse(null))
        .build();
  }

  private static Json keyNews(KeyDesk.News news) {
    return Json.object()
        .put("at", news.at().toString())
        .put("name", news.name().text())
        .put("node", news.node().toString())
        .put("next", news.next().map(NodeId::toString).orElse(null))
        .build();
  }

  private static Json refusedJoin(RefusedJoin join) {
    return Json.object()
        .put("at", join.at().toString())
        .put("invite", join.invite().hex())
        .put("node", join.node().toString())
        .put("reason", join.why().name().toLowerCase(Locale.ROOT))
        .build();
  }

  private Json member(Sight sight) {
    Member member = sight.member();
    Json.Builder told =
        Json.object()
            .put("name", member.name().text())
            .put("node", member.node().toString())
            .put("tier", member.tier().text())
            .put("since", member.since().toString())
            .put("words", words(member).orElse(null));
    switch (sight.link()) {
      case LinkState.Up up -> told.put("link", lower(up.kind().name())).put("why", (String) null);
      case LinkState.Down(String why) -> told.put("link", "down").put("why", why);
    }
    told.put("obstacle", sight.obstacle().map(one -> lower(one.name())).orElse(null));
    Optional<QuarantineRecord> aside =
        quarantine.list().stream()
            .filter(record -> record.machine().equals(member.node()))
            .findFirst();
    List<String> mend = mend(sight);
    aside.ifPresent(
        record ->
            mend.add(
                "look at "
                    + quarantine.evidence(record.evidence())
                    + " ('freehold verify' takes it); 'freehold fleet release "
                    + member.name()
                    + "' gives it jobs again"));
    told.put("mend", strings(mend));
    told.put(
        "roundTripMillis",
        sight
            .quality()
            .map(q -> (Json) Json.of(q.median().toNanos() / 1e6))
            .orElse(Json.Null.VALUE));
    told.put("seen", sight.seen().map(Object::toString).orElse(null))
        .put("clockAheadSeconds", sight.skew().toSeconds());
    aside.ifPresent(record -> told.put("quarantined", setAside(record)));
    told.put("measured", measured(member.node()))
        .put("lastReceipt", receipts.newestOf(member.node()).map(ReceiptId::text).orElse(null));
    sight.presence().ifPresent(presence -> told.put("says", says(presence)));
    return told.build();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private Json measured(NodeId machine) {
    return Json.array(
        paces.of(machine).stream()
            .map(
                one ->
                    (Json)
                        Json.object()
                            .put("digest", one.model().toString())
                            .put("firstTokenMillis", one.first().toMillis())
                            .put("tokensPerSecond", Math.round(one.tokensPerSecond() * 10) / 10.0)
                            .build())
            .toList());
  }

  private Json setAside(QuarantineRecord record) {
    return Json.object()
        .put("since", record.since().toString())
        .put("reasons", strings(record.reasons()))
        .put("evidence", quarantine.evidence(record.evidence()).toString())
        .build();
  }

  private Json.Obj release(MemberName name) throws IOException, RefusedException {
    Member member =
        fleet.members().list().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() -> refused("there is no machine '" + name + "' in this fleet"));
    if (!quarantine.release(member.node())) {
      throw refused("'" + name + "' was not set aside");
    }
    return Json.object().put("released", name.text()).build();
  }

  private static Json strings(List<String> lines) {
    return Json.array(lines.stream().map(Json::of).toList());
  }

  private static List<String> mend(Sight sight) {
    List<String> mend = new ArrayList<>();
    if (sight.link() instanceof LinkState.Down(String why)) {
      mend.add(why + ": see that 'freehold up' runs there and that its relay is reached");
    }
    if (sight.skew().abs().compareTo(SKEW) > 0) {
      mend.add("its clock differs by " + sight.skew().toSeconds() + " s: set the clocks");
    }
    for (Presence.Offered model : sight.presence().map(Presence::models).orElse(List.of())) {
      if (model.state().equals("failed")) {
        mend.add("its model " + model.name() + " can't be used: run 'freehold doctor' there");
      }
    }
    return mend;
  }

  private static Json says(Presence presence) {
    return Json.object()
        .put("program", presence.program())
        .put("memoryBytes", presence.memoryBytes())
        .put("freeBytes", presence.freeBytes())
        .put("threads", presence.threads())
        .put(
            "lanes",
            Json.array(
                presence.lanes().stream()
                    .map(
                        lane ->
                            (Json)
                                Json.object()
                                    .put("name", lane.name().id())
                                    .put("state", lane.state())
                                    .build())
                    .toList()))
        .put("active", presence.active())
        .put("queued", presence.queued())
        .put("work", presence.work())
        .put(
            "models",
            Json.array(
                presence.models().stream()
                    .map(
                        model ->
                            (Json)
                                Json.object()
                                    .put("name", model.name())
                                    .put("digest", model.digest().toString())
                                    .put("state", model.state())
                                    .put("context", model.context())
                                    .build())
                    .toList()))
        .build();
  }

  private Optional<String> words(Member member) {
    return fleet.paired().stream()
        .filter(paired -> paired.member().equals(member))
        .map(paired -> paired.words().text())
        .findFirst();
  }
}
