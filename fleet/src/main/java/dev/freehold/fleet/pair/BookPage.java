// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a book holds.
 *
 * @param members in the order in which they came
 * @param invites the same
 */
record BookPage(List<Paired> members, List<IssuedInvite> invites) {
  private static final int LIMIT = 1 << 20;

  BookPage {
    members = List.copyOf(members);
    invites = List.copyOf(invites);
    Set<Object> seen = new HashSet<>();
    for (Paired paired : members) {
      if (!seen.add(paired.member().node()) || !seen.add(paired.member().name())) {
        throw new IllegalArgumentException("two members have one key or one name");
      }
    }
  }

  byte[] bytes() {
    return CanonicalJson.bytes(
        Json.object()
            .put("version", 1)
            .put("members", Json.array(members.stream().map(BookPage::member).toList()))
            .put("invites", Json.array(invites.stream().map(BookPage::invite).toList()))
            .build());
  }

  static Parsed<BookPage> parse(byte[] bytes) {
    try {
      Members page = new Members("the book", Members.parse(bytes, LIMIT));
      if (page.count("version", 1) != 1) {
        throw new MalformedException("the book is of another version");
      }
      List<Paired> members = new ArrayList<>();
      for (Json each : page.array("members").items()) {
        members.add(member(new Members("a member", each)));
      }
      List<IssuedInvite> invites = new ArrayList<>();
      for (Json each : page.array("invites").items()) {
        invites.add(invite(new Members("an invite", each)));
      }
      page.end();
      BookPage read = new BookPage(members, invites);
      Members.requireSame(read.bytes(), bytes);
      return new Parsed.Read<>(read);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Json member(Paired paired) {
    Member member = paired.member();
    return Json.object()
        .put("node", member.node().toString())
        .put("name", member.name().text())
        .put("tier", member.tier().text())
        .put("since", member.since().toString())
        .put("words", paired.words().text())
        .put(
            "relays",
            Json.array(
                member.address().relays().stream()
                    .map(relay -> (Json) Json.of(relay.toString()))
                    .toList()))
        .put(
            "direct",
            Json.array(
                member.address().direct().stream()
                    .map(place -> (Json) Json.of(HexFormat.of().formatHex(Wire.direct(place))))
                    .toList()))
        .build();
  }

  private static Paired member(Members from) throws MalformedException {
    NodeId node = from.typed("node", BookPage::node);
    List<RelayAddress> relays = new ArrayList<>();
    for (Json each : from.array("relays").items()) {
      relays.add(Wire.relay(string(each)));
    }
    List<DirectAddress> direct = new ArrayList<>();
    for (Json each : from.array("direct").items()) {
      ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(string(each)));
      direct.add(Wire.direct(bytes));
      Wire.end(bytes);
    }
    Paired paired =
        new Paired(
            new Member(
                from.typed("name", MemberName::new),
                from.typed("tier", Tier::parse),
                new NodeAddress(node, relays, direct),
                from.typed("since", Timestamp::parse)),
            from.typed("words", FourWords::new));
    from.end();
    return paired;
  }

  private static Json invite(IssuedInvite issued) {
    IssuedInvite.Use use = issued.bound();
    return Json.object()
        .put("invite", issued.invite().toString())
        .put("secret", issued.secret().hex())
        .put("withdrawn", issued.withdrawn())
        .put(
            "bound",
            use == null
                ? Json.Null.VALUE
                : Json.object()
                    .put("node", use.node().toString())
                    .put("nonce", use.nonce().hex())
                    .put("words", use.words().text())
                    .build())
        .build();
  }

  private static IssuedInvite invite(Members from) throws MalformedException {
    Invite invite = from.typed("invite", BookPage::invite);
    IssuedInvite.Use use = null;
    if (!(from.value("bound") instanceof Json.Null)) {
      Members bound = from.object("bound");
      use =
          new IssuedInvite.Use(
              bound.typed("node", BookPage::node),
              bound.typed("nonce", Drawn::new),
              bound.typed("words", FourWords::new));
      bound.end();
    }
    if (!(from.value("withdrawn") instanceof Json.Bool withdrawn)) {
      throw new MalformedException("\"withdrawn\" of an invite is not true or false");
    }
    IssuedInvite issued =
        new IssuedInvite(invite, from.typed("secret", Drawn::new), withdrawn.value(), use);
    from.end();
    return issued;
  }

  private static Invite invite(String text) {
    return Invite.parse(text)
        .orElse(
            reason -> {
              throw new IllegalArgumentException(reason);
            });
  }

  private static NodeId node(String text) {
    return NodeId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no did:key"));
  }

  private static String string(Json value) throws MalformedException {
    if (value instanceof Json.Str text) {
      return text.value();
    }
    throw new MalformedException("a place is not a string");
  }
}
