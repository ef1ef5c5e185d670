// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails, whenever: a purpose is done once, and everybody can know that it was. */
class SubmitterTest {
  private static final PaymentKey KEY = key();
  private static final Intent.Purpose PURPOSE = new Intent.Purpose("pay the seller");
  private static final Effect EFFECT = Effect.pay(KEY.address(), Amount.of(5));

  private final FakeChain rpc = new FakeChain();
  private final MemoryIntents storage = new MemoryIntents();

  @Test
  void anIntentIsExecutedOnceHoweverOftenItIsAskedFor() throws Exception {
    Submitter submitter = started(0);
    for (int i = 0; i < 3; i++) {
      assertThat(submitter.submit(PURPOSE, EFFECT).pending()).isTrue();
    }
    rpc.mine();
    for (int i = 0; i < 3; i++) {
      assertThat(submitter.submit(PURPOSE, EFFECT).outcome()).isInstanceOf(Outcome.Executed.class);
    }
    rpc.mine();
    assertThat(rpc.executed()).hasSize(1);
  }

  @Test
  void differentPurposesGetDifferentNonces() throws Exception {
    Submitter submitter = started(0);
    for (int i = 0; i < 5; i++) {
      submitter.submit(new Intent.Purpose("purpose " + i), EFFECT);
    }
    rpc.mine();
    assertThat(rpc.nonces()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    assertThat(submitter.lookUpAll()).noneMatch(Intent::pending).hasSize(5);
  }

  @Test
  void onePurposeIsNotTwoEffects() throws Exception {
    Submitter submitter = started(0);
    submitter.submit(PURPOSE, EFFECT);
    Effect other = Effect.pay(KEY.address(), Amount.of(6));
    assertThatThrownBy(() -> submitter.submit(PURPOSE, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another effect");
  }

  @Test
  void whatTheChainSaysWouldFailIsNotWrittenDown() throws Exception {
    rpc.refusing = true;
    Submitter submitter = started(0);
    assertThatThrownBy(() -> submitter.submit(PURPOSE, EFFECT))
        .isInstanceOf(RpcException.Refused.class)
        .hasMessageContaining("execution reverted");
    assertThat(storage.all()).isEmpty();
  }

  /** The crash table of the disk: each operation of submitting and looking up meets each fault. */
  @ParameterizedTest
  @EnumSource(MemoryIntents.Fault.class)
  void whateverTheDiskDoesAPurposeIsDoneOnce(MemoryIntents.Fault fault) throws Exception {
    MemoryIntents counting = new MemoryIntents();
    assertThat(live(new FakeChain(), counting)).as("fails without a fault").isFalse();
    int operations = counting.operations();
    assertThat(operations).isGreaterThan(8);
    for (int at = 0; at < operations; at++) {
      FakeChain chain = new FakeChain();
      MemoryIntents disk = new MemoryIntents();
      disk.failing(at, fault);
      boolean threw = live(chain, disk);
      String row = fault + " at operation " + at;
      assertThat(threw).as(row).isTrue();
      survives(chain, disk, row);
    }
  }

  /** The crash table of the network: each call meets each fault. */
  @ParameterizedTest
  @EnumSource(FakeChain.Fault.class)
  void whateverTheNetworkLosesAPurposeIsDoneOnce(FakeChain.Fault fault) throws Exception {
    FakeChain counting = new FakeChain();
    live(counting, new MemoryIntents());
    int calls = counting.calls();
    assertThat(calls).isGreaterThan(20);
    for (int at = 0; at < calls; at++) {
      FakeChain chain = new FakeChain();
      MemoryIntents disk = new MemoryIntents();
      chain.failing(at, fault);
      live(chain, disk);
      survives(chain, disk, fault + " at call " + at);
    }
  }

  /** Submits, mines, looks up, hurries something else; true where something failed. */
  private static boolean live(FakeChain chain, MemoryIntents disk) {
    try {
      Submitter submitter = started(chain, disk, 0);
      submitter.submit(PURPOSE, EFFECT);
      chain.mine();
      submitter.submit(PURPOSE, EFFECT);
      submitter.submit(new Intent.Purpose("hurried"), EFFECT);
      submitter.hurry(new Intent.Purpose("hurried"));
      chain.mine();
      submitter.lookUpAll();
      return false;
    } catch (IOException | RpcException e) {
      return true;
    }
  }

  /** The node starts again, on a disk and a network that work, and asks for the same. */
  private static void survives(FakeChain chain, MemoryIntents disk, String row) throws Exception {
    chain.failing(-1, FakeChain.Fault.LOST_BEFORE);
    disk.failing(-1, MemoryIntents.Fault.FAILS);
    Submitter again = started(chain, disk, 0);
    again.lookUpAll();
    again.submit(PURPOSE, EFFECT);
    again.submit(new Intent.Purpose("hurried"), EFFECT);
    chain.mine();
    assertThat(again.lookUpAll())
        .as(row)
        .hasSize(2)
        .allMatch(intent -> intent.outcome() instanceof Outcome.Executed);
    assertThat(chain.executed()).as(row).hasSize(2);
  }

  @Test
  void whatTheChainForgotIsHandedOverAgainAsTheSameBytes() throws Exception {
    Submitter submitter = started(0);
    Intent first = submitter.submit(PURPOSE, EFFECT);
    rpc.forgetPool();
    Intent again = submitter.submit(PURPOSE, EFFECT);
    assertThat(again).isEqualTo(first);
    rpc.mine();
    assertThat(rpc.executed()).hasSize(1);
    assertThat(rpc.executed().getFirst()).isEqualTo(first.last().raw());
  }

  @Test
  void anOutcomeIsKnownOnlyDeepEnough() throws Exception {
    Submitter submitter = started(2);
    submitter.submit(PURPOSE, EFFECT);
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).pending()).isTrue();
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).pending()).isTrue();
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).outcome()).isInstanceOf(Outcome.Executed.class);
  }

  @Test
  void aReorganisationThatForgetsTheTransactionLosesNothing() throws Exception {
    Submitter submitter = started(2);
    submitter.submit(PURPOSE, EFFECT);
    rpc.mine();
    rpc.takeBack(true);
    assertThat(rpc.executed()).isEmpty();
    assertThat(submitter.submit(PURPOSE, EFFECT).pending()).isTrue();
    rpc.mine();
    rpc.mine();
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).outcome()).isInstanceOf(Outcome.Executed.class);
    assertThat(rpc.executed()).hasSize(1);
  }

  @Test
  void aHurriedIntentHasTheSameNonceAndHigherFees() throws Exception {
    Submitter submitter = started(0);
    Intent first = submitter.submit(PURPOSE, EFFECT);
    Intent hurried = submitter.hurry(PURPOSE);
    assertThat(hurried.nonce()).isEqualTo(first.nonce());
    assertThat(hurried.attempts()).hasSize(2);
    assertThat(hurried.last().fees().most()).isGreaterThan(first.last().fees().most());
    assertThat(hurried.last().fees().priority()).isGreaterThan(first.last().fees().priority());
    rpc.mine();
    assertThat(submitter.hurry(PURPOSE).outcome()).isInstanceOf(Outcome.Executed.class);
    assertThat(rpc.executed()).hasSize(1);
  }

  @Test
  void anIntentWhoseNonceSomebodyElseUsedIsDisplacedAndNotSentAgain() throws Exception {
    Submitter submitter = started(1);
    submitter.submit(PURPOSE, EFFECT);
    rpc.forgetPool();
    // The same key on another machine.
    Submitter other = started(rpc, new MemoryIntents(), 0);
    other.submit(new Intent.Purpose("elsewhere"), Effect.pay(KEY.address(), Amount.of(9)));
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).pending()).as("not deep enough").isTrue();
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).outcome()).isInstanceOf(Outcome.Displaced.class);
    rpc.mine();
    assertThat(rpc.executed()).hasSize(1);
  }

  @Test
  void intentsSurviveInAFolder(@TempDir Path folder) throws Exception {
    IntentStorage files = FolderIntents.open(folder.resolve("intents"));
    Submitter submitter = started(rpc, files, 0);
    Intent first = submitter.submit(PURPOSE, EFFECT);
    submitter.submit(new Intent.Purpose("a contract"), Effect.create(new byte[] {1, 2, 3}));
    assertThat(FolderIntents.open(folder.resolve("intents")).all()).hasSize(2).contains(first);
    Path file = folder.resolve("intents/00000000000000000000.json");
    assertThat(file).exists();
    Files.move(file, folder.resolve("intents/00000000000000000009.json"));
    assertThatThrownBy(files::all).hasMessageContaining("another nonce");
    Files.writeString(folder.resolve("intents/00000000000000000009.json"), "{}");
    assertThatThrownBy(files::all).hasMessageContaining("Nothing is sent");
  }

  @Test
  void whatBecomesOfAnIntentIsSeenByAllWhoReadItsFolder(@TempDir Path folder) throws Exception {
    IntentStorage one = FolderIntents.open(folder);
    IntentStorage other = FolderIntents.open(folder);
    Intent pending = started(rpc, one, 0).submit(PURPOSE, EFFECT);
    assertThat(one.all()).containsExactly(pending);
    assertThat(other.all()).containsExactly(pending);
    rpc.mine();
    Intent executed = started(rpc, other, 0).submit(PURPOSE, EFFECT);
    assertThat(executed.outcome()).isInstanceOf(Outcome.Executed.class);
    assertThat(other.all()).containsExactly(executed);
    assertThat(one.all()).as("though it had read the file before").containsExactly(executed);
    assertThat(started(rpc, one, 0).known(PURPOSE)).contains(executed);
    assertThat(started(rpc, one, 0).known(new Intent.Purpose("none"))).isEmpty();
  }

  /** So many that some may go: every third is pending, every third failed. */
  private static List<Intent> many(Submitter submitter, IntentStorage storage, int count)
      throws Exception {
    Intent one = submitter.submit(PURPOSE, EFFECT);
    List<Intent> all = new ArrayList<>();
    for (int nonce = 0; nonce < count; nonce++) {
      Outcome outcome =
          switch (nonce % 3) {
            case 0 -> new Outcome.Executed(1, Keccak256.hash(new byte[] {1}));
            case 1 -> new Outcome.Pending();
            default -> new Outcome.Displaced();
          };
      Intent intent =
          new Intent(
              new Intent.Purpose((nonce % 2 == 0 ? "even " : "odd ") + nonce),
              nonce,
              EFFECT,
              one.attempts(),
              outcome);
      storage.write(intent);
      all.add(intent);
    }
    return all;
  }

  private static boolean even(Intent intent) {
    return intent.purpose().text().startsWith("even");
  }

  @Test
  void onlyWhatIsOverAndNamedAndOldIsForgotten() throws Exception {
    Submitter submitter = started(0);
    List<Intent> all = many(submitter, storage, IntentStorage.KEPT + 12);
    List<Intent> gone = Stream.of(0, 2, 6, 8).map(all::get).toList();
    assertThat(storage.forgetOld(SubmitterTest::even)).isEqualTo(gone);
    List<Intent> rest = all.stream().filter(each -> !gone.contains(each)).toList();
    assertThat(storage.all()).isEqualTo(rest);
    assertThat(submitter.known(all.get(2).purpose())).isEmpty();
    assertThat(storage.forgetOld(_ -> false)).isEmpty();
    assertThat(storage.all()).hasSize(IntentStorage.KEPT + 8);
    rpc.mine();
    Intent next = submitter.submit(new Intent.Purpose("the next"), EFFECT);
    assertThat(next.nonce()).isEqualTo(IntentStorage.KEPT + 12);
  }

  @Test
  void anAccountWithFewIntentsForgetsNone() throws Exception {
    Submitter submitter = started(0);
    List<Intent> all = many(submitter, storage, IntentStorage.KEPT);
    assertThat(storage.forgetOld(_ -> true)).isEmpty();
    assertThat(storage.all()).isEqualTo(all);
  }

  /**
   * The crash table of forgetting: whatever fails, the oldest are gone or there, and all others are
   * there.
   */
  @ParameterizedTest
  @EnumSource(MemoryIntents.Fault.class)
  void forgettingThatFailsGoesOnTheNextTime(MemoryIntents.Fault fault) throws Exception {
    for (int at = 0; at < 5; at++) {
      MemoryIntents failing = new MemoryIntents();
      List<Intent> all = many(started(rpc, failing, 0), failing, IntentStorage.KEPT + 12);
      List<Intent> gone = Stream.of(0, 2, 6, 8).map(all::get).toList();
      failing.failing(at, fault);
      assertThatThrownBy(() -> failing.forgetOld(SubmitterTest::even))
          .isInstanceOf(IOException.class);
      failing.failing(-1, fault);
      int deleted = Math.max(0, at - 1);
      if (at > 0 && fault == MemoryIntents.Fault.FAILS_BUT_PERSISTED) {
        deleted++;
      }
      List<Intent> lost = gone.subList(0, deleted);
      assertThat(failing.all())
          .as("operation %d", at)
          .isEqualTo(all.stream().filter(each -> !lost.contains(each)).toList());
      assertThat(failing.forgetOld(SubmitterTest::even))
          .isEqualTo(gone.subList(deleted, gone.size()));
    }
  }

  @Test
  void whatIsForgottenInAFolderIsGoneForAllWhoReadIt(@TempDir Path folder) throws Exception {
    FolderIntents one = FolderIntents.open(folder);
    FolderIntents other = FolderIntents.open(folder);
    Submitter submitter = started(rpc, one, 0);
    Intent first = submitter.submit(PURPOSE, EFFECT);
    Intent second = submitter.submit(new Intent.Purpose("another"), EFFECT);
    assertThat(other.all()).containsExactly(first, second);
    one.forget(List.of(first));
    one.forget(List.of(first));
    assertThat(one.all()).containsExactly(second);
    assertThat(other.all()).as("though it had read the file before").containsExactly(second);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
    Files.createSymbolicLink(folder.resolve("00000000000000000009.json"), folder.resolve("gone"));
    assertThat(other.all()).as("forgotten while it was read").containsExactly(second);
  }

  /** Total and strict: any bytes give a value or a reason, and a value gives the same bytes. */
  @Test
  void anIntentHasOneEncodingWhateverBytesCome() throws Exception {
    Submitter submitter = started(0);
    submitter.submit(PURPOSE, EFFECT);
    rpc.mine();
    byte[] good = submitter.submit(PURPOSE, EFFECT).encode();
    long seed = 20261129;
    Random random = new Random(seed);
    String digits = "0123456789abcdef\"{}[]:,. ";
    int malformed = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int times = 1 + random.nextInt(2); times > 0; times--) {
        bytes[random.nextInt(bytes.length)] = (byte) digits.charAt(random.nextInt(digits.length()));
      }
      switch (Intent.parse(bytes)) {
        case Parsed.Read<Intent>(Intent intent) ->
            assertThat(intent.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        case Parsed.Malformed<Intent>(String reason) -> {
          assertThat(reason).startsWith("not an intent: ");
          malformed++;
        }
      }
    }
    assertThat(malformed).isGreaterThan(5_000);
    assertThat(new String(good, StandardCharsets.UTF_8)).contains("\"state\":\"executed\"");
  }

  @Test
  void nothingIsWrittenOrSentWhereTheAccountHasTooLittle() throws Exception {
    rpc.balance = 30_000;
    Submitter submitter = started(0);
    assertThatThrownBy(() -> submitter.submit(PURPOSE, EFFECT))
        .isInstanceOf(RpcException.Refused.class)
        .hasMessageContaining("has 30000, and it may cost");
    assertThat(submitter.lookUpAll()).isEmpty();
    rpc.balance = 1L << 50;
    submitter.submit(PURPOSE, EFFECT);
    rpc.mine();
    assertThat(submitter.submit(PURPOSE, EFFECT).pending()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOutcomeWhoseBlockIsTakenBackAfterAllIsPendingAgain(boolean forgotten) throws Exception {
    Submitter submitter = started(0);
    submitter.submit(PURPOSE, EFFECT);
    rpc.mine();
    Intent known = submitter.submit(PURPOSE, EFFECT);
    assertThat(known.outcome()).isInstanceOf(Outcome.Executed.class);
    assertThat(submitter.recheck(PURPOSE)).isEqualTo(known);
    rpc.takeBack(forgotten);
    assertThat(submitter.recheck(PURPOSE).pending()).isTrue();
    rpc.mine();
    Intent again = submitter.recheck(PURPOSE);
    assertThat(again.outcome()).isInstanceOf(Outcome.Executed.class).isNotEqualTo(known.outcome());
    assertThat(again.attempts()).isEqualTo(known.attempts());
    assertThat(rpc.executed()).hasSize(1);
  }

  @Test
  void purposesArePlain() {
    for (String bad : new String[] {"", "a\nb", "ä", "x".repeat(201)}) {
      assertThatThrownBy(() -> new Intent.Purpose(bad)).hasMessageContaining("200 printable");
    }
  }

  private Submitter started(int depth) throws RpcException {
    return started(rpc, storage, depth);
  }

  private static Submitter started(FakeChain rpc, IntentStorage storage, int depth)
      throws RpcException {
    return new Submitter(Chain.connect(rpc, ChainId.DEVELOPMENT), KEY, storage, depth);
  }

  private static PaymentKey key() {
    byte[] secret = new byte[32];
    secret[31] = 7;
    PaymentKey key = PaymentKey.ofSecret(secret);
    assertThat(Address.parse(key.address().toString())).contains(key.address());
    return key;
  }
}
