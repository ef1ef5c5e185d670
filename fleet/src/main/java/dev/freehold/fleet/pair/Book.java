// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.Members;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The members of this node's fleet and the invites it handed out, kept durably: what a method
 * returns has been written before. Where writing fails nothing changes here; whether the storage
 * kept it is seen when the book is opened again. Safe for use by many threads.
 */
public final class Book implements Members {
  /** How long an invite is valid. */
  public static final Duration VALID = Duration.ofMinutes(15);

  /** How far another machine's clock may be ahead of ours. */
  private static final Duration AHEAD = Duration.ofMinutes(5);

  /** The most invites that are remembered at once. */
  static final int INVITES = 64;

  private final BookStorage storage;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final MemberName self;

  /** Written with this object's monitor held. */
  private volatile BookPage page;

  private Book(
      BookStorage storage,
      BookPage page,
      MemberName self,
      InstantSource clock,
      RandomGenerator random) {
    this.storage = storage;
    this.page = page;
    this.self = self;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Reads what was kept.
   *
   * @param self this machine's own name, which no member gets
   * @param random for secrets
   * @throws IOException if it can't be read, or is no book
   */
  public static Book open(
      BookStorage storage, MemberName self, InstantSource clock, RandomGenerator random)
      throws IOException {
    Optional<byte[]> kept = storage.read();
    BookPage page = new BookPage(List.of(), List.of());
    if (kept.isPresent()) {
      page =
          switch (BookPage.parse(kept.get())) {
            case dev.freehold.record.Parsed.Read<BookPage>(BookPage read) -> read;
            case dev.freehold.record.Parsed.Malformed<BookPage>(String reason) ->
                throw new IOException("the fleet's book is damaged: " + reason);
          };
    }
    return new Book(storage, page, self, clock, random);
  }

  /** How an invite stands. */
  public enum Standing {
    /** It can be used. */
    OPEN,
    /** A machine was paired with it. */
    USED,
    /** Its owner took it back. */
    WITHDRAWN,
    /** Nobody used it in time. */
    EXPIRED
  }

  /**
   * One invite that was handed out.
   *
   * @param invite what was handed out
   * @param standing what became of it
   * @param words what both machines show, once it is used
   */
  public record Listed(Invite invite, Standing standing, Optional<FourWords> words) {}

  /** What came of a join. */
  sealed interface Outcome {
    /** The two are paired. */
    record Done(Paired paired, Drawn secret) implements Outcome {}

    /** They are not. */
    record Not(PairRefusal why) implements Outcome {}
  }

  @Override
  public List<Member> list() {
    return page.members().stream().map(Paired::member).toList();
  }

  /** The members, with their words. */
  public List<Paired> paired() {
    return page.members();
  }

  /** The invites of the last day, oldest first. */
  public List<Listed> invites() {
    Instant now = clock.instant();
    return page.invites().stream()
        .map(
            issued -> {
              IssuedInvite.Use use = issued.bound();
              Standing standing =
                  use != null
                      ? Standing.USED
                      : issued.withdrawn()
                          ? Standing.WITHDRAWN
                          : issued.open(now) ? Standing.OPEN : Standing.EXPIRED;
              return new Listed(
                  issued.invite(),
                  standing,
                  use == null ? Optional.empty() : Optional.of(use.words()));
            })
        .toList();
  }

  /** Whether strangers may come in to use an invite. */
  public boolean anyOpen() {
    Instant now = clock.instant();
    return page.invites().stream().anyMatch(issued -> issued.open(now));
  }

  /**
   * Makes an invite.
   *
   * @param address where this node is to be found
   * @throws IOException if it could not be kept; nobody has it then
   */
  public synchronized Invite issue(Tier tier, NodeAddress address) throws IOException {
    Instant now = clock.instant();
    List<IssuedInvite> invites =
        new ArrayList<>(page.invites().stream().filter(i -> !i.forgotten(now)).toList());
    if (invites.size() >= INVITES) {
      throw new IOException("there are " + INVITES + " invites of the last day; wait");
    }
    Drawn secret = Drawn.random(random);
    Invite invite =
        new Invite(
            tier,
            address,
            InviteId.random(random),
            secret.commitment(),
            now.plus(VALID).truncatedTo(ChronoUnit.SECONDS));
    invites.add(new IssuedInvite(invite, secret, false, null));
    write(new BookPage(page.members(), invites));
    return invite;
  }

  /** Takes an invite back that nobody has used; false where there is no such one. */
  public synchronized boolean withdraw(InviteId id) throws IOException {
    Instant now = clock.instant();
    Optional<IssuedInvite> issued = find(id).filter(found -> found.open(now));
    if (issued.isPresent()) {
      write(new BookPage(page.members(), exchanged(issued.get().takenBack())));
    }
    return issued.isPresent();
  }

  /** A join arrived here: the first one binds the invite and makes a member, in one write. */
  synchronized Outcome use(PairMessage.Join join) throws IOException {
    Instant now = clock.instant();
    Optional<IssuedInvite> found = find(join.invite());
    if (found.isEmpty()) {
      return new Outcome.Not(PairRefusal.UNKNOWN);
    }
    IssuedInvite issued = found.get();
    NodeId joiner = join.address().node();
    Optional<PairRefusal> refusal = issued.refusal(joiner, join.nonce(), now);
    if (refusal.isPresent()) {
      return new Outcome.Not(refusal.get());
    }
    FourWords words = FourWords.of(issued.invite(), joiner, issued.secret(), join.nonce());
    if (issued.bound() != null) {
      // The same again. Who was removed meanwhile does not come back with an old invite.
      Optional<Paired> member = member(joiner);
      return member.isPresent()
          ? new Outcome.Done(member.get(), issued.secret())
          : new Outcome.Not(PairRefusal.USED);
    }
    Paired paired =
        new Paired(
            new Member(
                free(join.name(), joiner),
                issued.invite().tier(),
                join.address(),
                new Timestamp(now)),
            words);
    write(
        new BookPage(
            with(paired),
            exchanged(issued.withUse(new IssuedInvite.Use(joiner, join.nonce(), words)))));
    return new Outcome.Done(paired, issued.secret());
  }

  /** This node joined another: it becomes a member here too. */
  synchronized Paired joined(Tier tier, MemberName name, NodeAddress address, FourWords words)
      throws IOException {
    Paired paired =
        new Paired(
            new Member(free(name, address.node()), tier, address, new Timestamp(clock.instant())),
            words);
    write(new BookPage(with(paired), page.invites()));
    return paired;
  }

  /** What came of a statement that another key follows a member's. */
  public sealed interface Followed {
    /** The member has the new key from now on. */
    record Done(Member member) implements Followed {}

    /**
     * Nothing changed.
     *
     * @param why for a person
     */
    record Not(String why) implements Followed {}
  }

  /** A member's key is followed by another: only the old one's own signature says so. */
  public synchronized Followed follow(KeyStatement.Succession succession) throws IOException {
    Optional<String> unsigned = succession.unsigned();
    if (unsigned.isPresent()) {
      return new Followed.Not(unsigned.get());
    }
    if (succession.from().instant().isAfter(clock.instant().plus(AHEAD))) {
      return new Followed.Not(
          "it holds from "
              + succession.from()
              + " on, which is not yet: compare the clocks of the two machines");
    }
    Optional<Paired> old = member(succession.node());
    if (old.isEmpty()) {
      return new Followed.Not(
          "no member has the key "
              + succession.node()
              + (member(succession.next()).isPresent()
                  ? ": its successor is a member already"
                  : "; 'freehold fleet' shows the members"));
    }
    if (member(succession.next()).isPresent()) {
      return new Followed.Not("another member has the key " + succession.next() + " already");
    }
    Member was = old.get().member();
    Member is =
        new Member(
            was.name(),
            was.tier(),
            new NodeAddress(succession.next(), was.address().relays(), was.address().direct()),
            was.since());
    List<Paired> members = new ArrayList<>(page.members());
    members.set(members.indexOf(old.get()), new Paired(is, old.get().words()));
    write(new BookPage(members, page.invites()));
    return new Followed.Done(is);
  }

  /** Removes a member; empty where there is none of that name. */
  public synchronized Optional<Member> remove(MemberName name) throws IOException {
    Optional<Paired> found =
        page.members().stream().filter(p -> p.member().name().equals(name)).findFirst();
    if (found.isPresent()) {
      List<Paired> rest = new ArrayList<>(page.members());
      rest.remove(found.get());
      write(new BookPage(rest, page.invites()));
    }
    return found.map(Paired::member);
  }

  private void write(BookPage next) throws IOException {
    storage.replace(next.bytes());
    page = next;
  }

  private Optional<IssuedInvite> find(InviteId id) {
    return page.invites().stream().filter(i -> i.invite().id().equals(id)).findFirst();
  }

  private Optional<Paired> member(NodeId node) {
    return page.members().stream().filter(p -> p.member().node().equals(node)).findFirst();
  }

  private List<IssuedInvite> exchanged(IssuedInvite changed) {
    return page.invites().stream()
        .map(i -> i.invite().id().equals(changed.invite().id()) ? changed : i)
        .toList();
  }

  /** A machine that is paired anew takes its own place. */
  private List<Paired> with(Paired paired) {
    List<Paired> members = new ArrayList<>(page.members());
    members.removeIf(p -> p.member().node().equals(paired.member().node()));
    members.add(paired);
    return members;
  }

  private MemberName free(MemberName wanted, NodeId node) {
    MemberName name = wanted;
    for (int number = 2; taken(name, node); number++) {
      name = wanted.numbered(number);
    }
    return name;
  }

  private boolean taken(MemberName name, NodeId node) {
    return name.equals(self)
        || page.members().stream()
            .anyMatch(p -> p.member().name().equals(name) && !p.member().node().equals(node));
  }
}
