// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.MemberName;
import dev.freehold.link.Link;
import dev.freehold.link.Links;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Speaks both sides of a pairing over a node's links. */
public final class Pairing {
  /** Of the stream on which the two speak. */
  public static final Protocol PROTOCOL = new Protocol("freehold/pair/1");

  private static final int REMEMBERED = 16;

  private final Links links;
  private final Book book;
  private final MemberName self;
  private final InstantSource clock;
  private final RandomGenerator random;

  /** The newest last; guarded by itself. */
  private final Deque<RefusedJoin> refused = new ArrayDeque<>();

  /**
   * @param self what this machine is called
   */
  public Pairing(
      Links links, Book book, MemberName self, InstantSource clock, RandomGenerator random) {
    this.links = links;
    this.book = book;
    this.self = self;
    this.clock = clock;
    this.random = random;
  }

  /**
   * From now on answers joiners.
   *
   * @param onPaired told of every new member, after it is kept
   */
  public void serve(Consumer<Paired> onPaired) {
    links.serve(PROTOCOL, stream -> answer(stream, onPaired));
  }

  private void answer(LinkStream stream, Consumer<Paired> onPaired) throws IOException {
    NodeId peer = stream.peer();
    Messages messages = stream.messages(Wire.LIMIT);
    byte[] first = messages.receive().orElseThrow(() -> new IOException("it said nothing"));
    if (!(PairMessage.parse(first, peer)
        instanceof Parsed.Read<PairMessage>(PairMessage.Join join))) {
      throw new IOException("it is no join");
    }
    switch (book.use(join)) {
      case Book.Outcome.Not(PairRefusal why) -> {
        remember(new RefusedJoin(new Timestamp(clock.instant()), join.invite(), peer, why));
        messages.send(new PairMessage.Refused(why).bytes());
      }
      case Book.Outcome.Done(Paired paired, Drawn secret) -> {
        messages.send(
            new PairMessage.Accepted(secret, clock.instant(), self, links.address()).bytes());
        onPaired.accept(paired);
      }
    }
  }

  private void remember(RefusedJoin join) {
    synchronized (refused) {
      if (refused.size() == REMEMBERED) {
        refused.removeFirst();
      }
      refused.addLast(join);
    }
  }

  /** The last joiners that were turned away since this began, at most sixteen. */
  public List<RefusedJoin> refused() {
    synchronized (refused) {
      return List.copyOf(refused);
    }
  }

  /** What came of a join, for the joiner. */
  public sealed interface Result {
    /**
     * The two are paired.
     *
     * @param paired the inviter, and the words to compare
     * @param skew how far its clock is ahead of ours
     */
    record Joined(Paired paired, Duration skew) implements Result {}

    /**
     * They are not.
     *
     * @param why for a person
     */
    record NotJoined(String why) implements Result {}
  }

  /**
   * Uses an invite.
   *
   * @param patience how long the inviter is looked for
   */
  public Result join(Invite invite, Duration patience) throws InterruptedException {
    NodeId inviter = invite.inviter().node();
    if (inviter.equals(links.self())) {
      return new Result.NotJoined(
          "this invite is this machine's own: paste it on the other machine");
    }
    Link link = links.to(invite.inviter());
    if (!link.awaitUp(patience)) {
      String state = link.state().toString();
      forget(link);
      return new Result.NotJoined(
          "the inviting machine can't be reached ("
              + state
              + "): is 'freehold up' running there, and the invite still open ('freehold invite list'"
              + " there)? With none open it lets no stranger in");
    }
    Drawn nonce = Drawn.random(random);
    Result result = ask(invite, link, nonce);
    if (result instanceof Result.NotJoined) {
      forget(link);
    }
    return result;
  }

  private Result ask(Invite invite, Link link, Drawn nonce) {
    NodeId inviter = invite.inviter().node();
    try (LinkStream stream = link.open(PROTOCOL)) {
      Messages messages = stream.messages(Wire.LIMIT);
      Instant sent = clock.instant();
      messages.send(new PairMessage.Join(invite.id(), nonce, sent, self, links.address()).bytes());
      byte[] bytes = messages.receive().orElseThrow(() -> new IOException("it said nothing"));
      if (!(PairMessage.parse(bytes, inviter)
          instanceof Parsed.Read<PairMessage>(PairMessage message))) {
        return new Result.NotJoined("the inviting machine answers what is no answer");
      }
      return switch (message) {
        case PairMessage.Refused(PairRefusal why) -> new Result.NotJoined(why.text());
        case PairMessage.Join _ ->
            new Result.NotJoined("the inviting machine answers what is no answer");
        case PairMessage.Accepted accepted -> accepted(invite, nonce, sent, accepted);
      };
    } catch (IOException e) {
      return new Result.NotJoined(
          "the pairing broke off ("
              + e.getMessage()
              + "): withdraw the invite and make another one");
    }
  }

  private Result accepted(Invite invite, Drawn nonce, Instant sent, PairMessage.Accepted accepted)
      throws IOException {
    if (!accepted.secret().commitment().equals(invite.commitment())) {
      return new Result.NotJoined(
          "the inviting machine shows another secret than the invite commits to: somebody may have"
              + " changed the invite");
    }
    FourWords words = FourWords.of(invite, links.self(), accepted.secret(), nonce);
    Paired paired = book.joined(invite.tier(), accepted.name(), accepted.address(), words);
    return new Result.Joined(paired, Duration.between(sent, accepted.time()));
  }

  private void forget(Link link) {
    if (book.find(link.peer()).isEmpty()) {
      link.close();
    }
  }
}
