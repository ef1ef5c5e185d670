// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.SignedPresence;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BookTest {
  private static final NodeId INVITER = node(1);
  private static final NodeId JOINER = node(2);
  private static final NodeId OTHER = node(3);
  private static final MemberName NAME = new MemberName("bert");

  private final RandomGenerator random = new Random(7);
  private final Kept kept = new Kept();
  private Instant now = Instant.parse("2026-11-29T07:00:00Z");
  private Book book;

  /** A file whose writes can fail, before or after the bytes are there. */
  private static final class Kept implements BookStorage {
    byte @Nullable [] bytes;
    boolean fails;
    boolean persists;

    @Override
    public Optional<byte[]> read() {
      return Optional.ofNullable(bytes);
    }

    @Override
    public void replace(byte[] next) throws IOException {
      if (!fails || persists) {
        bytes = next.clone();
      }
      if (fails) {
        throw new IOException("the disk is full");
      }
    }
  }

  private static NodeId node(int number) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    Arrays.fill(seed, (byte) number);
    return SigningKey.ofSeed(seed).nodeId();
  }

  @BeforeEach
  void open() throws IOException {
    book = Book.open(kept, new MemberName("anna"), () -> now, random);
  }

  private Invite invite() throws IOException {
    return book.issue(Tier.OWN, NodeAddress.unknown(INVITER));
  }

  private PairMessage.Join join(Invite invite, NodeId joiner) {
    return new PairMessage.Join(
        invite.id(), Drawn.random(random), now, NAME, NodeAddress.unknown(joiner));
  }

  private void refused(PairMessage.Join join, PairRefusal why) throws IOException {
    assertThat(book.use(join)).isEqualTo(new Book.Outcome.Not(why));
  }

  @Test
  void theFirstKeyThatUsesAnInviteIsItsMemberAndNoOtherGetsIn() throws IOException {
    Invite invite = invite();
    PairMessage.Join first = join(invite, JOINER);
    assertThat(book.use(first)).isInstanceOf(Book.Outcome.Done.class);
    refused(join(invite, OTHER), PairRefusal.USED_BY_ANOTHER);
    refused(join(invite, JOINER), PairRefusal.USED);
    assertThat(book.use(first)).as("the same once more").isInstanceOf(Book.Outcome.Done.class);
    open();
    refused(join(invite, OTHER), PairRefusal.USED_BY_ANOTHER);
    assertThat(book.list()).extracting(member -> member.node()).containsExactly(JOINER);
  }

  @Test
  void anInviteEndsAfterFifteenMinutes() throws IOException {
    Invite invite = invite();
    now = now.plus(Duration.ofMinutes(15)).minusSeconds(1);
    assertThat(book.anyOpen()).isTrue();
    now = now.plusSeconds(1);
    assertThat(book.anyOpen()).isFalse();
    refused(join(invite, JOINER), PairRefusal.EXPIRED);
    assertThat(book.list()).isEmpty();
  }

  @Test
  void anInviteThatWasWithdrawnLetsNobodyIn() throws IOException {
    Invite invite = invite();
    assertThat(book.withdraw(invite.id())).isTrue();
    assertThat(book.withdraw(invite.id())).isFalse();
    refused(join(invite, JOINER), PairRefusal.WITHDRAWN);
    open();
    refused(join(invite, JOINER), PairRefusal.WITHDRAWN);
  }

  @Test
  void anInviteThatNobodyMadeIsUnknown() throws IOException {
    Invite invite = invite();
    Invite forged =
        new Invite(
            invite.tier(),
            invite.inviter(),
            InviteId.random(random),
            invite.commitment(),
            invite.expires());
    refused(join(forged, JOINER), PairRefusal.UNKNOWN);
  }

  @Test
  void whoWasRemovedDoesNotComeBackWithItsInvite() throws IOException {
    PairMessage.Join join = join(invite(), JOINER);
    book.use(join);
    assertThat(book.remove(NAME)).isPresent();
    assertThat(book.remove(NAME)).isEmpty();
    refused(join, PairRefusal.USED);
    assertThat(book.list()).isEmpty();
  }

  @Test
  void bothSidesComputeTheSameWordsAndAnotherKeyOthers() throws IOException {
    Invite invite = invite();
    PairMessage.Join join = join(invite, JOINER);
    Book.Outcome.Done done = (Book.Outcome.Done) book.use(join);
    assertThat(done.secret().commitment()).isEqualTo(invite.commitment());
    FourWords words = FourWords.of(invite, JOINER, done.secret(), join.nonce());
    assertThat(done.paired().words()).isEqualTo(words);
    assertThat(FourWords.of(invite, OTHER, done.secret(), join.nonce())).isNotEqualTo(words);
    assertThat(FourWords.of(invite, JOINER, done.secret(), Drawn.random(random)))
        .isNotEqualTo(words);
  }

  @Test
  void aWriteThatFailsMakesNoMember() throws IOException {
    Invite invite = invite();
    kept.fails = true;
    assertThatThrownBy(() -> book.use(join(invite, JOINER))).hasMessage("the disk is full");
    assertThatThrownBy(() -> book.withdraw(invite.id())).hasMessage("the disk is full");
    assertThatThrownBy(this::invite).hasMessage("the disk is full");
    assertThat(book.list()).isEmpty();
    kept.fails = false;
    open();
    assertThat(book.list()).isEmpty();
    assertThat(book.use(join(invite, JOINER))).isInstanceOf(Book.Outcome.Done.class);
  }

  @Test
  void aWriteThatFailsButWasKeptLeavesTheInviteBoundToTheSameKey() throws IOException {
    Invite invite = invite();
    PairMessage.Join join = join(invite, JOINER);
    kept.fails = true;
    kept.persists = true;
    assertThatThrownBy(() -> book.use(join)).hasMessage("the disk is full");
    kept.fails = false;
    open();
    assertThat(book.use(join)).isInstanceOf(Book.Outcome.Done.class);
    refused(join(invite, OTHER), PairRefusal.USED_BY_ANOTHER);
  }

  private static SigningKey key(int number) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    Arrays.fill(seed, (byte) number);
    return SigningKey.ofSeed(seed);
  }

  private KeyStatement.Succession succession(int from, int to) {
    return KeyStatement.Succession.sign(key(from), key(to), new Timestamp(now));
  }

  private void notFollowed(KeyStatement.Succession succession, String why) throws IOException {
    List<Member> before = book.list();
    assertThat(book.follow(succession))
        .isInstanceOfSatisfying(
            Book.Followed.Not.class, not -> assertThat(not.why()).contains(why));
    assertThat(book.list()).isEqualTo(before);
  }

  @Test
  void aMemberKeepsItsPlaceUnderTheKeyThatItsOldOneNames() throws IOException {
    book.use(join(invite(), JOINER));
    Paired before = book.paired().getFirst();
    assertThat(book.follow(succession(2, 3))).isInstanceOf(Book.Followed.Done.class);
    open();
    assertThat(book.find(JOINER)).isEmpty();
    Paired after = book.paired().getFirst();
    assertThat(after.member().node()).isEqualTo(OTHER);
    assertThat(after.member().name()).isEqualTo(before.member().name());
    assertThat(after.member().tier()).isEqualTo(before.member().tier());
    assertThat(after.words()).isEqualTo(before.words());
    notFollowed(succession(2, 3), "its successor is a member already");
  }

  @Test
  void noKeyIsFollowedButOnItsOwnWord() throws IOException {
    book.use(join(invite(), JOINER));
    KeyStatement.Succession good = succession(2, 3);
    KeyStatement.Succession thiefs = succession(4, 3);
    notFollowed(
        new KeyStatement.Succession(
            JOINER, OTHER, good.from(), thiefs.signature(), good.nextSignature()),
        "did not sign this succession");
    notFollowed(
        new KeyStatement.Succession(JOINER, OTHER, good.from(), good.signature(), good.signature()),
        "did not sign that it follows");
    notFollowed(thiefs, "no member has the key");
    notFollowed(
        KeyStatement.Succession.sign(
            key(2), key(3), new Timestamp(now.plus(Duration.ofMinutes(6)))),
        "not yet");
    book.use(join(invite(), OTHER));
    notFollowed(good, "another member has the key");
  }

  /** The crash table's row of a followed key. */
  @Test
  void whereKeepingAFollowedKeyFailsNothingChangesHereAndAgainMendsIt() throws IOException {
    for (boolean persists : new boolean[] {false, true}) {
      kept.bytes = null;
      open();
      book.use(join(invite(), JOINER));
      kept.fails = true;
      kept.persists = persists;
      assertThatThrownBy(() -> book.follow(succession(2, 3))).hasMessage("the disk is full");
      assertThat(book.find(JOINER)).isPresent();
      kept.fails = false;
      open();
      assertThat(book.find(OTHER).isPresent()).isEqualTo(persists);
      book.follow(succession(2, 3));
      assertThat(book.find(OTHER)).isPresent();
      assertThat(book.list()).hasSize(1);
    }
  }

  @Test
  void damagedBytesAreRefusedOrReadAsWhatTheyAreWritten() throws IOException {
    Invite invite = invite();
    book.use(join(invite, JOINER));
    Presence presence =
        new Presence(
            new Timestamp(now),
            "freehold",
            1 << 30,
            1L << 34,
            8,
            20_000_000_000L,
            1,
            0,
            "outside_hours",
            List.of(new Presence.Offered("smollm2", Digest.sha256(new byte[0]), "ready", 2048)),
            List.of(new Presence.OfferedLane(new LaneName("vllm"), "ready")));
    SignedPresence signed = SignedPresence.sign(presence, key(3));
    assertThat(signed.signed()).isTrue();
    assertThat(new SignedPresence(JOINER, presence, signed.signature()).signed()).isFalse();
    byte[] page = kept.read().orElseThrow();
    byte[] message = join(invite, JOINER).bytes();
    String line = invite.toString();
    assertThat(Invite.parse(line)).isEqualTo(new Parsed.Read<>(invite));
    for (int round = 0; round < 20_000; round++) {
      byte[] pageNow = damaged(page);
      if (BookPage.parse(pageNow) instanceof Parsed.Read<BookPage>(BookPage read)) {
        assertThat(read.bytes()).isEqualTo(pageNow);
      }
      byte[] messageNow = damaged(message);
      if (PairMessage.parse(messageNow, JOINER)
          instanceof Parsed.Read<PairMessage>(PairMessage read)) {
        assertThat(read.bytes()).isEqualTo(messageNow);
      }
      byte[] said = damaged(signed.bytes());
      if (SignedPresence.parse(said) instanceof Parsed.Read<SignedPresence>(SignedPresence read)) {
        assertThat(read.bytes()).isEqualTo(said);
        assertThat(read.signed()).isEqualTo(Arrays.equals(said, signed.bytes()));
      }
    }
    for (int i = 0; i < line.length(); i++) {
      String changed = line.substring(0, i) + (char) (line.charAt(i) ^ 1) + line.substring(i + 1);
      assertThat(Invite.parse(changed)).isInstanceOf(Parsed.Malformed.class);
      assertThat(Invite.parse(line.substring(0, i))).isInstanceOf(Parsed.Malformed.class);
    }
    kept.bytes = Arrays.copyOf(page, page.length - 1);
    assertThatThrownBy(this::open).hasMessageContaining("the fleet's book is damaged");
  }

  private byte[] damaged(byte[] bytes) {
    byte[] changed = bytes.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(changed, random.nextInt(changed.length + 8))
        : changed;
  }
}
