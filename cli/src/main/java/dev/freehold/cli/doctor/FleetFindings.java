// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import dev.freehold.fleet.presence.Presence;
import dev.freehold.record.Json;
import java.util.List;

/** What is wrong between the machines of a fleet, from what the running node tells its owner. */
public final class FleetFindings {
  /** Beyond this, receipts and invites of two machines contradict each other. */
  private static final double SKEW_SECONDS = 300;

  private final Findings findings;

  private FleetFindings(Findings findings) {
    this.findings = findings;
  }

  /**
   * Looks through the node's report.
   *
   * @param report the answer of {@code POST /owner/fleet}
   */
  public static void look(Json.Obj report, Findings findings) {
    FleetFindings fleet = new FleetFindings(findings);
    objects(report, "lanes").forEach(fleet::lane);
    objects(report, "relays").forEach(fleet::relay);
    objects(report, "members").forEach(fleet::member);
    objects(report, "refusedJoins").forEach(fleet::refused);
    objects(report, "keyNews").forEach(fleet::keyNews);
    if (report.get("failedJoin").orElse(Json.Null.VALUE) instanceof Json.Obj failed) {
      fleet.failedJoin(failed);
    }
  }

  private void lane(Json.Obj lane) {
    String name = text(lane, "name");
    if (text(lane, "state").equals("failed")) {
      findings.wrong(
          "lane",
          name + " can't be used: " + text(lane, "problem"),
          "see that its server runs, and that 'lane' in config has its address, with /v1");
    } else {
      findings.ok("lane", name + " is " + text(lane, "state"));
    }
  }

  private void relay(Json.Obj relay) {
    String name = text(relay, "relay");
    switch (text(relay, "state")) {
      case "online" -> {
        if (relay.get("displaced").orElse(Json.Null.VALUE) instanceof Json.Bool(boolean displaced)
            && displaced) {
          findings.wrong(
              "key",
              "another connection had this node's key at " + name + " until this one took it",
              "if no old run of this node was left: another machine has this key. Give one of the"
                  + " two another FREEHOLD_HOME");
        } else {
          findings.ok("relay", name + " is reached");
        }
      }
      case "claimed-elsewhere" ->
          findings.wrong(
              "key",
              "another machine has proven this node's key at "
                  + name
                  + " and is reached in its"
                  + " place",
              "a home was copied: give one of the two another FREEHOLD_HOME, and pair it anew");
      default -> {
        String why = text(relay, "why");
        // It proves the key that stands in its line; whoever can't is another.
        boolean lies = why.contains("did not prove itself") || why.contains("is not ");
        findings.wrong(
            "relay",
            name + " is not reached: " + why,
            lies
                ? "this is not the relay of that line: ask its owner for the line that 'freehold"
                    + " relay' prints now, or take another relay"
                : "see that 'freehold relay' runs there and its port is open; a second relay in"
                    + " 'relays' keeps the fleet together meanwhile");
      }
    }
  }

  /** What stands in the way of a path by UDP. */
  private static String because(String obstacle) {
    return switch (obstacle) {
      case "no_library" -> ": there is no QUIC for this system";
      case "no_socket" -> ": this machine can't use UDP";
      case "not_wanted_there" -> ": it takes no direct paths by UDP";
      case "udp_blocked" -> ": no relay answers by UDP, and nothing of it came through";
      case "symmetric_nat" -> ": this machine's NAT gives each of its partners another port";
      case "unanswered" -> ": nothing came through the NATs between";
      case "no_quic" -> ": UDP came through, but no QUIC did";
      default -> "";
    };
  }

  private static String cure(String obstacle) {
    return switch (obstacle) {
      case "no_socket", "no_quic" -> "see that no firewall between holds UDP up, or ";
      case "not_wanted_there" -> "set 'direct = tcp quic' there and start a newer freehold, or ";
      case "udp_blocked" -> "let UDP out of this network and to the relay's port, or ";
      case "symmetric_nat", "unanswered" ->
          "let the router of one of the two keep ports (no 'symmetric' NAT), use IPv6, or ";
      default -> "";
    };
  }

  private void member(Json.Obj member) {
    String name = text(member, "name");
    boolean well = true;
    switch (text(member, "link")) {
      case "down" -> {
        well = false;
        findings.wrong(
            "link",
            name + " is not reached: " + text(member, "why"),
            "see that 'freehold up' runs there and reaches its relay ('freehold doctor' there); a"
                + " relay can hide a machine: with a second one in 'relays' of both it can't");
      }
      case "relay" ->
          findings.note(
              "link",
              name + " is reached by a relay only" + because(text(member, "obstacle")),
              "it works; for a direct path "
                  + cure(text(member, "obstacle"))
                  + "write 'link-listen = ADDRESS:PORT' into the config of one of the two and open"
                  + " that port");
      case "quic" -> findings.ok("link", name + " is reached directly (quic)");
      default -> findings.ok("link", name + " is reached directly");
    }
    if (member.get("clockAheadSeconds").orElse(Json.Null.VALUE) instanceof Json.Num skew
        && Math.abs(skew.value()) > SKEW_SECONDS) {
      well = false;
      findings.wrong(
          "clock",
          "the clock of "
              + name
              + " is "
              + (long) Math.abs(skew.value())
              + " s "
              + (skew.value() > 0 ? "ahead of" : "behind")
              + " this machine's",
          "set both by a time server ('timedatectl set-ntp true'): invites and receipts carry times");
    }
    if (member.get("quarantined").orElse(Json.Null.VALUE) instanceof Json.Obj aside) {
      well = false;
      findings.wrong(
          "liar",
          name
              + " gets no jobs since "
              + text(aside, "since")
              + ": "
              + (aside.get("reasons").orElse(Json.Null.VALUE) instanceof Json.Arr reasons
                  ? String.join(
                      "; ",
                      reasons.items().stream()
                          .map(why -> why instanceof Json.Str said ? plain(said.value()) : "-")
                          .toList())
                  : "-"),
          "'freehold verify' takes "
              + text(aside, "evidence")
              + "; 'freehold fleet release "
              + name
              + "' gives it jobs again");
    }
    if (well
        && member.get("says").orElse(Json.Null.VALUE) instanceof Json.Obj says
        && !text(says, "work").equals(Presence.WORKS)) {
      findings.note(
          "rest",
          name + " takes no work of others now: " + text(says, "work"),
          "its owner's limits: 'freehold service status' there shows them");
    }
  }

  private void refused(Json.Obj refused) {
    String who = text(refused, "node") + " at " + text(refused, "at");
    String invite = "invite " + text(refused, "invite");
    switch (text(refused, "reason")) {
      case "used_by_another" ->
          findings.wrong(
              "invite",
              invite + " was tried by " + who + ", and another key had used it before",
              "if the machine that 'freehold fleet' shows isn't the one you meant: 'freehold fleet"
                  + " remove' it. Then make another invite");
      case "used" ->
          findings.note(
              "invite",
              invite + " was tried again by " + who + ", which had used it and was removed since",
              "make another invite if it is to come back");
      case "expired" ->
          findings.note(
              "invite",
              invite + " was tried by " + who + ", after its 15 minutes",
              "make another one, and compare the clocks of the two machines if it was in time");
      case "withdrawn" ->
          findings.note(
              "invite",
              invite + " was tried by " + who + ", and it had been withdrawn",
              "make another one if that was your machine");
      default ->
          findings.note(
              "invite",
              "an invite that this node doesn't know was tried by " + who,
              "was it made on another home, or more than a day ago? Make another one");
    }
  }

  private void keyNews(Json.Obj news) {
    String name = text(news, "name");
    if (news.get("next").orElse(Json.Null.VALUE) instanceof Json.Str) {
      findings.note(
          "key",
          name + " has another key since " + text(news, "at") + ": its old one said so",
          "if nobody ran 'freehold key rotate' there, somebody has its old key: 'freehold fleet"
              + " remove "
              + name
              + "' and pair it anew");
    } else {
      findings.note(
          "key",
          name + " was removed at " + text(news, "at") + ": its key said that it ends",
          "once it has another key (another FREEHOLD_HOME), pair it anew");
    }
  }

  private void failedJoin(Json.Obj failed) {
    findings.note(
        "join",
        "the last 'freehold join', at " + text(failed, "at") + ", failed: " + text(failed, "why"),
        "see there what became of the invite ('freehold invite list'), make another one, and join"
            + " within 15 minutes");
  }

  private static List<Json.Obj> objects(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr all
        ? all.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList()
        : List.of();
  }

  private static String text(Json.Obj object, String name) {
    return switch (object.get(name).orElse(Json.Null.VALUE)) {
      case Json.Str text -> plain(text.value());
      case Json.Null _ -> "-";
      case Json other -> other.toString();
    };
  }

  /** Without what would steer a terminal: others chose these words. */
  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
