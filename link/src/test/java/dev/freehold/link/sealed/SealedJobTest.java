// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import static dev.freehold.link.sealed.Jobs.ASKER;
import static dev.freehold.link.sealed.Jobs.LIMIT;
import static dev.freehold.link.sealed.Jobs.RANDOM;
import static dev.freehold.link.sealed.Jobs.RUNNER;
import static dev.freehold.link.sealed.Jobs.STRANGER;
import static dev.freehold.link.sealed.Jobs.accepted;
import static dev.freehold.link.sealed.Jobs.contents;
import static dev.freehold.link.sealed.Jobs.flip;
import static dev.freehold.link.sealed.Jobs.frames;
import static dev.freehold.link.sealed.Jobs.refusal;
import static dev.freehold.link.sealed.Jobs.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sealer;
import dev.freehold.crypto.hpke.Sender;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay carries the job: what it may see, and everything it may try. */
@NullMarked
class SealedJobTest {
  private final Jobs jobs = new Jobs();

  @Test
  void carriesARequestAndItsAnswer() {
    RunnerEnd runner = jobs.accepted();
    assertThat(runner.job()).isEqualTo(jobs.asker.job());
    assertThat(runner.sender()).hasValue(ASKER.nodeId());
    byte[] request = jobs.asker.request().finish(utf8("What is a freehold?"));
    assertThat(contents(runner.request().receive(request))).hasValue(utf8("What is a freehold?"));
    assertThat(runner.request().end()).isEmpty();

    FrameOpener answer = jobs.answer(runner);
    assertThat(contents(answer.receive(runner.answer().seal(utf8("Land ")))))
        .hasValue(utf8("Land "));
    assertThat(contents(answer.receive(runner.answer().finish(utf8("of one's own.")))))
        .hasValue(utf8("of one's own."));
    assertThat(answer.end()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 251, 252, 253, 508, 509, 65_531, 65_532, 65_533, 300_000})
  void carriesEveryLengthInBuckets(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    RunnerEnd runner = jobs.accepted();
    byte[] sealed = jobs.asker.request().finish(content);
    assertThat(contents(runner.request().receive(sealed))).hasValue(content);
    assertThat(runner.request().end()).isEmpty();
    for (byte[] frame : frames(sealed)) {
      assertThat(Integer.bitCount(frame.length - 17)).as("a power of two").isEqualTo(1);
      assertThat(frame.length - 17).isBetween(256, 65_536);
    }
    assertThat(sealed.length).isLessThan(2 * length + 280);
  }

  @Test
  void lengthsInOneBucketLookTheSame() {
    int first = jobs.asker.request().seal(new byte[1]).length;
    for (int length = 2; length <= 252; length++) {
      assertThat(jobs.asker.request().seal(new byte[length])).hasSize(first);
    }
    assertThat(jobs.asker.request().seal(new byte[253])).hasSize(2 * first - 17);
  }

  @Test
  void takesBytesHoweverTheyAreCut() {
    RunnerEnd runner = jobs.accepted();
    byte[] sealed = jobs.asker.request().finish(new byte[1000]);
    int contents = 0;
    for (byte one : sealed) {
      for (Opened opened : runner.request().receive(new byte[] {one})) {
        contents += ((Opened.Content) opened).bytes().length;
      }
    }
    assertThat(contents).isEqualTo(1000);
  }

  @Test
  void theRelaySeesNothingOfWhatIsSaid() {
    byte[] secret = utf8("the prompt that nobody else may read, long enough to be found");
    byte[] carried =
        Request.join(
            jobs.asker.opening(),
            jobs.asker.request().seal(secret),
            jobs.asker.request().finish(secret));
    String seen = new String(carried, StandardCharsets.ISO_8859_1);
    for (int at = 0; at + 6 <= secret.length; at++) {
      assertThat(seen).doesNotContain(new String(secret, at, 6, StandardCharsets.ISO_8859_1));
    }
    byte[] name = ASKER.verifyingKey().bytes();
    assertThat(seen).doesNotContain(new String(name, 0, 6, StandardCharsets.ISO_8859_1));
    AskerEnd nameless = AskerEnd.anonymous(jobs.keys.current(), JobId.random(RANDOM), RANDOM);
    assertThat(nameless.opening()).hasSameSizeAs(jobs.asker.opening());
  }

  @Test
  void refusesAnOpeningAlteredInAnyByte() {
    byte[] opening = jobs.asker.opening();
    for (int at = 0; at < opening.length; at += at < 40 || at > 1130 ? 1 : 7) {
      assertThat(jobs.accept(flip(opening, at))).as("byte %d", at).isInstanceOf(Refused.class);
    }
    assertThat(jobs.accept(flip(opening, 0))).isEqualTo(new Refused(Refusal.VERSION));
    assertThat(jobs.accept(flip(opening, 1))).isEqualTo(new Refused(Refusal.UNKNOWN_KEY));
    assertThat(jobs.accept(flip(opening, 9))).isEqualTo(new Refused(Refusal.ALTERED));
    assertThat(jobs.accept(flip(opening, 25))).isEqualTo(new Refused(Refusal.ALTERED));
    assertThat(jobs.accept(flip(opening, 1144))).isEqualTo(new Refused(Refusal.ALTERED));
    assertThat(jobs.accept(flip(opening, 1145))).isEqualTo(new Refused(Refusal.MALFORMED));
    assertThat(jobs.accept(flip(opening, 1417))).isEqualTo(new Refused(Refusal.ALTERED));
    assertThat(jobs.accept(opening))
        .as("and none of it used the job up")
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void refusesARequestAlteredInAnyByte() {
    for (int at = 0; at < 273; at += 4) {
      AskerEnd asker = AskerEnd.named(jobs.keys.current(), JobId.random(RANDOM), ASKER, RANDOM);
      RunnerEnd runner = accepted(jobs.accept(asker.opening()));
      byte[] request = flip(asker.request().finish(utf8("hello")), at);
      List<Opened> opened = runner.request().receive(request);
      assertThat(opened).as("byte %d", at).noneMatch(Opened.Content.class::isInstance);
      assertThat(runner.request().end())
          .as("byte %d", at)
          .hasValue(at == 0 ? Refusal.TRUNCATED : Refusal.ALTERED);
    }
  }

  @Test
  void refusesAReplayedJob() {
    assertThat(jobs.accept(jobs.asker.opening())).isInstanceOf(Acceptance.Accepted.class);
    assertThat(jobs.accept(jobs.asker.opening())).isEqualTo(new Refused(Refusal.REPLAYED));
    jobs.keys.rotate();
    assertThat(jobs.accept(jobs.asker.opening())).isEqualTo(new Refused(Refusal.REPLAYED));
    jobs.keys.rotate();
    assertThat(jobs.accept(jobs.asker.opening())).isEqualTo(new Refused(Refusal.UNKNOWN_KEY));
    RunnerKeys startedAgain = new RunnerKeys(RUNNER, RANDOM, 100, System::nanoTime);
    assertThat(startedAgain.accept(jobs.asker.opening(), Senders.anyone(), LIMIT))
        .isEqualTo(new Refused(Refusal.UNKNOWN_KEY));
  }

  @Test
  void anotherJobOfTheSameIdIsAReplayToo() {
    AskerEnd other = AskerEnd.anonymous(jobs.keys.current(), jobs.asker.job(), RANDOM);
    jobs.accepted();
    assertThat(jobs.accept(other.opening())).isEqualTo(new Refused(Refusal.REPLAYED));
  }

  @Test
  void neverForgetsAJobToMakeRoomForAnother() {
    RunnerKeys small = new RunnerKeys(RUNNER, RANDOM, 2, System::nanoTime);
    for (int i = 0; i < 2; i++) {
      assertThat(small.rotationDue()).isEqualTo(i > 0);
      AskerEnd asker = AskerEnd.anonymous(small.current(), JobId.random(RANDOM), RANDOM);
      assertThat(small.accept(asker.opening(), Senders.anyone(), LIMIT))
          .isInstanceOf(Acceptance.Accepted.class);
    }
    AskerEnd third = AskerEnd.anonymous(small.current(), JobId.random(RANDOM), RANDOM);
    assertThat(small.accept(third.opening(), Senders.anyone(), LIMIT))
        .isEqualTo(new Refused(Refusal.KEY_USED_UP));
    small.rotate();
    AskerEnd fourth = AskerEnd.anonymous(small.current(), JobId.random(RANDOM), RANDOM);
    assertThat(small.accept(fourth.opening(), Senders.anyone(), LIMIT))
        .isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void refusesFramesDroppedReorderedRepeatedOrOfAnotherDirection() {
    byte[] first = jobs.asker.request().seal(utf8("first"));
    byte[] second = jobs.asker.request().seal(utf8("second"));
    RunnerEnd dropped = jobs.accepted();
    assertThat(refusal(dropped.request().receive(second))).isEqualTo(Refusal.ALTERED);
    assertThat(refusal(dropped.request().receive(first)))
        .as("nothing opens after a refusal")
        .isEqualTo(Refusal.ALTERED);

    Jobs repeated = new Jobs();
    byte[] once = repeated.asker.request().seal(utf8("once"));
    RunnerEnd twice = repeated.accepted();
    assertThat(contents(twice.request().receive(once))).isPresent();
    assertThat(refusal(twice.request().receive(once))).isEqualTo(Refusal.ALTERED);

    Jobs turned = new Jobs();
    RunnerEnd mirror = turned.accepted();
    byte[] request = turned.asker.request().seal(utf8("request"));
    assertThat(refusal(turned.answer(mirror).receive(request))).isEqualTo(Refusal.ALTERED);
    byte[] answer = mirror.answer().seal(utf8("answer"));
    assertThat(refusal(mirror.request().receive(answer))).isEqualTo(Refusal.ALTERED);
  }

  @Test
  void refusesFramesOfAnotherJob() {
    Jobs other = new Jobs();
    byte[] foreign = other.asker.request().seal(utf8("foreign"));
    assertThat(refusal(jobs.accepted().request().receive(foreign))).isEqualTo(Refusal.ALTERED);
  }

  @Test
  void refusesATruncatedStreamWhereverItIsCut() {
    byte[] sealed =
        Request.join(
            jobs.asker.request().seal(utf8("first")), jobs.asker.request().finish(utf8("last")));
    RunnerEnd runner = jobs.accepted();
    byte[] answer = runner.answer().finish(utf8("answer"));
    for (int length = 0; length < answer.length; length++) {
      FrameOpener cut = jobs.answer(runner);
      assertThat(cut.receive(Arrays.copyOf(answer, length))).isEmpty();
      assertThat(cut.end()).hasValue(Refusal.TRUNCATED);
    }
    assertThat(contents(runner.request().receive(Arrays.copyOf(sealed, sealed.length - 1))))
        .hasValue(utf8("first"));
    assertThat(runner.request().end()).hasValue(Refusal.TRUNCATED);
    assertThat(refusal(runner.request().receive(new byte[] {0})))
        .as("and it stays truncated")
        .isEqualTo(Refusal.TRUNCATED);
  }

  @Test
  void refusesWhatFollowsTheLastFrame() {
    RunnerEnd runner = jobs.accepted();
    byte[] sealed = jobs.asker.request().finish(utf8("last"));
    byte[] more = Arrays.copyOf(sealed, sealed.length + 1);
    assertThat(refusal(runner.request().receive(more))).isEqualTo(Refusal.AFTER_END);
    assertThat(runner.request().end()).hasValue(Refusal.AFTER_END);
    assertThatThrownBy(() -> jobs.asker.request().seal(new byte[1]))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> jobs.asker.request().finish(new byte[0]))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesMoreThanItsLimit() {
    RunnerEnd runner = accepted(jobs.keys.accept(jobs.asker.opening(), Senders.anyone(), 2 * 273));
    assertThat(contents(runner.request().receive(jobs.asker.request().seal(new byte[9]))))
        .isPresent();
    assertThat(contents(runner.request().receive(jobs.asker.request().seal(new byte[9]))))
        .isPresent();
    assertThat(refusal(runner.request().receive(jobs.asker.request().finish(new byte[0]))))
        .isEqualTo(Refusal.TOO_LONG);
  }

  @Test
  void refusesAnAnswerAlteredReplayedOrOfAnotherRunner() {
    RunnerEnd runner = jobs.accepted();
    byte[] sealed = runner.answer().finish(utf8("answer"));
    byte[] opening = runner.opening();
    assertThat(jobs.asker.answer(flip(opening, 0), LIMIT)).isEqualTo(new Refused(Refusal.VERSION));
    for (int at = 1; at < opening.length; at++) {
      AnswerEnd.Opening altered = (AnswerEnd.Opening) jobs.asker.answer(flip(opening, at), LIMIT);
      assertThat(refusal(altered.frames().receive(sealed))).isEqualTo(Refusal.ALTERED);
    }
    for (int at = 1; at < sealed.length; at++) {
      assertThat(refusal(jobs.answer(runner).receive(flip(sealed, at)))).isEqualTo(Refusal.ALTERED);
    }
    Jobs other = new Jobs();
    RunnerEnd stranger = other.accepted();
    assertThat(refusal(other.answer(stranger).receive(sealed)))
        .as("an answer kept from another job")
        .isEqualTo(Refusal.ALTERED);
    assertThat(contents(jobs.answer(runner).receive(sealed))).hasValue(utf8("answer"));
  }

  @Test
  void refusesANameThatIsNotBackedByItsSignature() {
    AskerEnd other = AskerEnd.named(jobs.keys.current(), JobId.random(RANDOM), STRANGER, RANDOM);
    assertThat(accepted(jobs.accept(other.opening())).sender()).hasValue(STRANGER.nodeId());
    byte[] key = ASKER.verifyingKey().bytes();
    byte[] elsewhere = STRANGER.sign(utf8("something else")).bytes();
    for (byte[] name :
        List.of(
            Request.join(new byte[] {1}, key, new byte[64]),
            Request.join(new byte[] {1}, key, elsewhere),
            Request.join(new byte[] {1}, STRANGER.verifyingKey().bytes(), elsewhere),
            Request.join(new byte[] {1}, new byte[32], elsewhere))) {
      assertThat(jobs.accept(named(name))).isEqualTo(new Refused(Refusal.SENDER_FORGED));
    }
    for (byte[] name :
        List.of(
            new byte[0],
            new byte[] {2},
            new byte[] {0, 0},
            new byte[] {1},
            Request.join(new byte[] {1}, key, elsewhere, new byte[1]))) {
      assertThat(jobs.accept(named(name))).isEqualTo(new Refused(Refusal.MALFORMED));
    }
  }

  @Test
  void aSignatureForOneRunnerOrJobIsNoneForAnother() {
    RunnerKeys elsewhere = new RunnerKeys(STRANGER, RANDOM, 100, System::nanoTime);
    AskerEnd there = AskerEnd.named(elsewhere.current(), JobId.random(RANDOM), ASKER, RANDOM);
    assertThat(jobs.accept(there.opening())).isEqualTo(new Refused(Refusal.UNKNOWN_KEY));

    // The other runner opens who asked it, and tries to use the signature here.
    byte[] opening = there.opening();
    byte[] stolen =
        ASKER
            .sign(
                Request.signedBySender(
                    STRANGER.nodeId(),
                    Arrays.copyOf(opening, 25),
                    Arrays.copyOfRange(opening, 25, 1145)))
            .bytes();
    byte[] name = Request.join(new byte[] {1}, ASKER.verifyingKey().bytes(), stolen);
    assertThat(jobs.accept(named(name))).isEqualTo(new Refused(Refusal.SENDER_FORGED));
  }

  @Test
  void takesOnlyKnownSendersWhereTheyAreDemanded() {
    Senders known = Senders.known(Set.of(ASKER.nodeId()));
    AskerEnd nameless = AskerEnd.anonymous(jobs.keys.current(), JobId.random(RANDOM), RANDOM);
    AskerEnd stranger = AskerEnd.named(jobs.keys.current(), JobId.random(RANDOM), STRANGER, RANDOM);
    assertThat(jobs.keys.accept(nameless.opening(), known, LIMIT))
        .isEqualTo(new Refused(Refusal.SENDER_DEMANDED));
    assertThat(jobs.keys.accept(stranger.opening(), known, LIMIT))
        .isEqualTo(new Refused(Refusal.SENDER_UNKNOWN));
    assertThat(jobs.keys.accept(jobs.asker.opening(), known, LIMIT))
        .isInstanceOf(Acceptance.Accepted.class);
    assertThat(accepted(jobs.accept(nameless.opening())).sender()).isEmpty();
  }

  @Test
  void aRunnerKeyIsTheNodesOwnOrNone() {
    byte[] key = jobs.keys.current().bytes();
    assertThat(key).hasSize(RunnerKey.BYTES);
    assertThat(RunnerKey.decode(key).map(RunnerKey::runner)).hasValue(RUNNER.nodeId());
    assertThat(RunnerKey.decode(key).map(k -> k.bytes())).hasValue(key);
    for (int at = 0; at < key.length; at += at < 40 || at > 1240 ? 1 : 37) {
      assertThat(RunnerKey.decode(flip(key, at))).as("byte %d", at).isEmpty();
    }
    for (int length : new int[] {0, 1, 1312, 1314}) {
      assertThat(RunnerKey.decode(Arrays.copyOf(key, length))).isEmpty();
    }
    byte[] renamed = key.clone();
    System.arraycopy(STRANGER.verifyingKey().bytes(), 0, renamed, 1, 32);
    assertThat(RunnerKey.decode(renamed)).as("under another's name").isEmpty();
  }

  @Test
  void refusesPlaintextsOfAnotherForm() {
    byte[] twoZeroBytes = new byte[256];
    twoZeroBytes[3] = 2;
    byte[] unknownEnd = twoZeroBytes.clone();
    unknownEnd[0] = 2;
    byte[] stray = twoZeroBytes.clone();
    stray[255] = 1;
    byte[] tooLong = twoZeroBytes.clone();
    tooLong[2] = 1;
    byte[] needlesslyWide = new byte[512];
    needlesslyWide[3] = 2;
    for (byte[] plaintext : List.of(unknownEnd, stray, tooLong, needlesslyWide)) {
      assertThat(opened(plaintext)).hasValue(Refusal.MALFORMED);
    }
    assertThat(opened(twoZeroBytes)).isEmpty();
  }

  @Test
  void anyBytesAreFramesOrRefused() {
    long seed = 20261125;
    Random random = new Random(seed);
    RunnerEnd runner = jobs.accepted();
    byte[] stream =
        Request.join(
            runner.answer().seal(new byte[40]),
            runner.answer().seal(new byte[400]),
            runner.answer().finish(new byte[4]));
    int whole = 0;
    for (int round = 0; round < 4000; round++) {
      byte[] bytes = stream.clone();
      for (int times = random.nextInt(3); times > 0; times--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 30));
      }
      FrameOpener frames = jobs.answer(runner);
      List<Opened> opened = frames.receive(bytes);
      boolean complete = contents(opened).isPresent() && frames.end().isEmpty();
      assertThat(complete)
          .as("seed %d, round %d", seed, round)
          .isEqualTo(Arrays.equals(bytes, stream));
      whole += complete ? 1 : 0;
    }
    assertThat(whole).isBetween(500, 3000);
  }

  @Test
  void anyBytesAreNoOpening() {
    long seed = 1418;
    Random random = new Random(seed);
    byte[] known = Arrays.copyOf(jobs.asker.opening(), 9);
    for (int round = 0; round < 400; round++) {
      byte[] bytes = new byte[RunnerKeys.OPENING_BYTES];
      random.nextBytes(bytes);
      System.arraycopy(known, 0, bytes, 0, random.nextBoolean() ? 9 : 1);
      bytes[1145] = random.nextBoolean() ? 8 : bytes[1145];
      assertThat(jobs.accept(bytes))
          .as("seed %d, round %d", seed, round)
          .isInstanceOf(Refused.class);
    }
    for (int length : new int[] {0, 1417, 1419}) {
      assertThatThrownBy(() -> jobs.accept(new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> jobs.asker.answer(new byte[length], LIMIT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** What is said to a frame that somebody with the right key sealed in a way of its own. */
  private Optional<Refusal> opened(byte[] plaintext) {
    byte[] key = new byte[32];
    byte[] nonce = new byte[12];
    int bucket = Integer.numberOfTrailingZeros(plaintext.length);
    byte[] bound = Frame.additionalData(jobs.asker.job(), Frame.Direction.ANSWER, 0, bucket);
    byte[] sealed = new Sealer(Request.AEAD, key, nonce).seal(bound, plaintext);
    FrameOpener frames =
        new FrameOpener(
            jobs.asker.job(), Frame.Direction.ANSWER, new Opener(Request.AEAD, key, nonce), LIMIT);
    List<Opened> opened = frames.receive(Request.join(new byte[] {(byte) bucket}, sealed));
    return opened.getLast() instanceof Refused(Refusal why) ? Optional.of(why) : Optional.empty();
  }

  /** An opening in which the asker says this about its name. */
  private byte[] named(byte[] name) {
    JobId job = JobId.random(RANDOM);
    RunnerKey key = jobs.keys.current();
    byte[] head = Request.head(key.key(), job);
    Sender sender =
        Sender.setup(Request.AEAD, key.key(), Request.info(RUNNER.nodeId(), head), RANDOM);
    FrameSealer frames = new FrameSealer(job, Frame.Direction.REQUEST, sender.sealer());
    byte[] frame = name.length == 0 ? frames.finish(name) : frames.seal(name);
    return Request.join(head, sender.encapsulation(), frame);
  }
}
