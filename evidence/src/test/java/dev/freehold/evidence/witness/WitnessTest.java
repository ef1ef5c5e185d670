// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import static dev.freehold.evidence.note.C2spVectors.objects;
import static dev.freehold.evidence.note.C2spVectors.read;
import static dev.freehold.evidence.note.C2spVectors.text;
import static dev.freehold.evidence.note.C2spVectors.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.log.MemoryStorage;
import dev.freehold.evidence.note.C2spVectors;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WitnessTest {
  private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");
  private static final KeyName NAME = new KeyName("example.com/witness");
  private static final byte[] SEED = Digest.sha256("witness").bytes();
  private static final List<NoteSigner> SIGNERS =
      List.of(
          NoteSigner.cosigner(NAME, SigningKey.ofSeed(SEED)),
          NoteSigner.cosigner(NAME, MlDsa44SigningKey.ofSeed(SEED)));

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

  private Witness witness(MemoryStorage files) {
    return new Witness(SIGNERS, List.of(TwoFacedLog.KEY), files, now::get);
  }

  @Test
  void answersTheRequestsOfTheVectorsAsTheyDemand() throws Exception {
    Json.Obj vectors = C2spVectors.json("witness-add-checkpoint.json");
    VerifierKey log = read(VerifierKey.parse(text((Json.Obj) member(vectors, "log"), "vkey")));
    Witness witness =
        new Witness(
            List.of(SIGNERS.getFirst()), List.of(log), new MemoryStorage(), InstantSource.system());
    int checked = 0;
    for (Json.Obj each : objects(vectors, "requests")) {
      Witness.Answer answer = witness.add(utf8(text(each, "request_body")));
      String name = text(each, "name");
      assertThat(status(answer))
          .as(name)
          .isEqualTo((int) C2spVectors.number(each, "expect_status"));
      assertThat(body(answer)).as(name).contains(text(each, "expect_body_contains"));
      checked++;
    }
    assertThat(checked).isEqualTo(11);
  }

  @Test
  void refusesTheExampleOfTheSpecificationWithoutItsKey() throws Exception {
    Json.Obj examples = C2spVectors.json("spec-examples.json");
    byte[] request = utf8(text(objects(examples, "tlog_witness").getFirst(), "request_body"));
    assertThat(read(AddCheckpoint.parse(request)).encode()).isEqualTo(request);
    assertThat(status(witness(new MemoryStorage()).add(request))).isEqualTo(404);
  }

  @Test
  void cosignsWithBothKeysAndServesWhatItCosigned() throws Exception {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 7);
    Witness witness = witness(new MemoryStorage());
    SignedCheckpoint with = log.checkpoint(7).with(lines(witness.add(log.request(0, 7))));
    for (VerifierKey key : witness.keys()) {
      assertThat(with.verify(List.of(key)))
          .isInstanceOfSatisfying(
              NoteCheck.Accepted.class,
              accepted -> assertThat(accepted.signatures().getFirst().time()).hasValue(NOON));
    }
    assertThat(witness.checkpoint(Witness.hash(Origin.of(TwoFacedLog.NAME)))).hasValue(with);
    assertThat(witness.checkpoint("00")).isEmpty();
  }

  @Test
  void theSameCheckpointIsCosignedAgain() {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 7);
    Witness witness = witness(new MemoryStorage());
    assertThat(status(witness.add(log.request(0, 7)))).isEqualTo(200);
    assertThat(status(witness.add(log.request(7, 7)))).isEqualTo(200);
    assertThat(status(witness.add(log.request(0, 7)))).isEqualTo(409);
  }

  @Test
  void neverGoesBackOrCosignsAFork() {
    TwoFacedLog one = TwoFacedLog.of("a", 5, 20);
    TwoFacedLog other = TwoFacedLog.of("b", 5, 20);
    Witness witness = witness(new MemoryStorage());
    assertThat(status(witness.add(one.request(0, 12)))).isEqualTo(200);
    for (int old = 0; old <= 20; old++) {
      for (int size = Math.max(1, old); size <= 20; size++) {
        Witness.Answer answer = witness.add(other.request(old, size));
        assertThat(status(answer)).as(old + " to " + size).isEqualTo(old == 12 ? 422 : 409);
        if (size < 12) {
          assertThat(status(witness.add(one.request(old, size)))).isEqualTo(409);
        }
      }
    }
    assertThat(status(witness.add(one.request(12, 20)))).isEqualTo(200);
  }

  @Test
  void refusesAnOldSizeAboveTheCheckpoints() {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 7);
    byte[] request = new AddCheckpoint(8, List.of(), log.checkpoint(7)).encode();
    assertThat(status(witness(new MemoryStorage()).add(request))).isEqualTo(400);
  }

  @Test
  void anEmptyTreeHasItsOneRoot() {
    Witness witness = witness(new MemoryStorage());
    SignedCheckpoint wrong = TwoFacedLog.sign(TwoFacedLog.SIGNER, 0, Digest.sha256("x"));
    assertThat(status(witness.add(new AddCheckpoint(0, List.of(), wrong).encode()))).isEqualTo(422);
    SignedCheckpoint right = TwoFacedLog.sign(TwoFacedLog.SIGNER, 0, new MerkleTree().root());
    assertThat(status(witness.add(new AddCheckpoint(0, List.of(), right).encode()))).isEqualTo(200);
    TwoFacedLog log = TwoFacedLog.of("a", 0, 3);
    byte[] proofFromNothing =
        new AddCheckpoint(0, List.of(Digest.sha256("x")), log.checkpoint(3)).encode();
    assertThat(status(witness.add(proofFromNothing))).isEqualTo(422);
    assertThat(status(witness.add(log.request(0, 3)))).isEqualTo(200);
  }

  @Test
  void anotherKeyOfTheNameIsRefused() {
    SigningKey thief = SigningKey.ofSeed(Digest.sha256("thief").bytes());
    SignedCheckpoint forged =
        TwoFacedLog.sign(
            NoteSigner.ed25519(TwoFacedLog.NAME, thief), 3, TwoFacedLog.of("a", 0, 3).root(0, 3));
    assertThat(
            status(
                witness(new MemoryStorage()).add(new AddCheckpoint(0, List.of(), forged).encode())))
        .isEqualTo(403);
  }

  @Test
  void whatOthersWroteUnderTheCheckpointIsNotKept() throws Exception {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 3);
    SigningKey stranger = SigningKey.ofSeed(Digest.sha256("stranger").bytes());
    NoteSigner other = NoteSigner.cosigner(new KeyName("example.com/other"), stranger);
    SignedCheckpoint signed =
        log.checkpoint(3).with(List.of(other.sign(log.checkpoint(3).checkpoint(), NOON)));
    Witness witness = witness(new MemoryStorage());
    assertThat(status(witness.add(new AddCheckpoint(0, List.of(), signed).encode())))
        .isEqualTo(200);
    String hash = Witness.hash(Origin.of(TwoFacedLog.NAME));
    assertThat(witness.checkpoint(hash).orElseThrow().note().signatures()).hasSize(3);
  }

  @Test
  void aSplitViewOfOneSizeIsKeptAsProof() throws Exception {
    Witness witness = witness(new MemoryStorage());
    witness.add(TwoFacedLog.of("a", 3, 8).request(0, 8));
    assertThat(witness.split(Origin.of(TwoFacedLog.NAME))).isEmpty();
    assertThat(status(witness.add(TwoFacedLog.of("b", 3, 8).request(0, 8)))).isEqualTo(409);
    SplitView view = witness.split(Origin.of(TwoFacedLog.NAME)).orElseThrow();
    assertThat(view.contradicts() && view.signed(TwoFacedLog.KEY)).isTrue();
  }

  @Test
  void aProofThatStartsElsewhereIsKeptAsProofOfASplitView() throws Exception {
    Witness witness = witness(new MemoryStorage());
    witness.add(TwoFacedLog.of("a", 3, 7).request(0, 7));
    assertThat(status(witness.add(TwoFacedLog.of("b", 3, 12).request(7, 12)))).isEqualTo(422);
    SplitView view = witness.split(Origin.of(TwoFacedLog.NAME)).orElseThrow();
    assertThat(view.contradicts() && view.signed(TwoFacedLog.KEY)).isTrue();
    assertThat(read(SplitView.decode(view.encode()))).isEqualTo(view);
  }

  @Test
  void aProofThatHoldsNowhereProvesNothingAgainstTheLog() throws Exception {
    Witness witness = witness(new MemoryStorage());
    TwoFacedLog log = TwoFacedLog.of("a", 0, 12);
    witness.add(log.request(0, 7));
    List<Digest> path = new ArrayList<>(log.consistency(7, 12).path());
    path.set(0, Digest.sha256("made up"));
    byte[] request = new AddCheckpoint(7, path, log.checkpoint(12)).encode();
    assertThat(status(witness.add(request))).isEqualTo(422);
    assertThat(witness.split(Origin.of(TwoFacedLog.NAME))).isEmpty();
  }

  @Test
  void aClockThatJumpsBackGivesNoEarlierTime() throws Exception {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 9);
    MemoryStorage files = new MemoryStorage();
    witness(files).add(log.request(0, 4));
    now.set(NOON.minusSeconds(86_400));
    assertThat(time(log.checkpoint(6), witness(files).add(log.request(4, 6)))).isEqualTo(NOON);
    now.set(NOON.plusSeconds(5));
    assertThat(time(log.checkpoint(9), witness(files).add(log.request(6, 9))))
        .isEqualTo(NOON.plusSeconds(5));
  }

  @Test
  void aClockThatIsNotSetCosignsNothing() {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 9);
    MemoryStorage files = new MemoryStorage();
    now.set(Instant.EPOCH);
    assertThat(status(witness(files).add(log.request(0, 4)))).isEqualTo(500);
    assertThat(files.files()).isEmpty();
  }

  @Test
  void aDamagedRecordStopsTheWitnessForThatLogOnly() throws Exception {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 9);
    MemoryStorage files = new MemoryStorage();
    witness(files).add(log.request(0, 4));
    String state = "state/" + Witness.hash(Origin.of(TwoFacedLog.NAME));
    byte[] good = files.file(state);
    for (byte[] bad :
        List.of(
            new byte[0],
            Arrays.copyOf(good, good.length / 2),
            new String(good, StandardCharsets.UTF_8)
                .replace("\n4\n", "\n1\n")
                .getBytes(StandardCharsets.UTF_8))) {
      files.put(state, bad);
      assertThat(status(witness(files).add(log.request(0, 9)))).isEqualTo(500);
      assertThat(status(witness(files).add(log.request(4, 9)))).isEqualTo(500);
      assertThat(files.file(state)).isEqualTo(bad);
    }
    files.put(state, good);
    assertThat(status(witness(files).add(log.request(4, 9)))).isEqualTo(200);
  }

  /** The crash table: whatever fails, no cosignature is out that the disk does not know of. */
  @ParameterizedTest
  @EnumSource(MemoryStorage.Fault.class)
  void whateverFailsNoForkIsEverCosigned(MemoryStorage.Fault fault) throws Exception {
    TwoFacedLog one = TwoFacedLog.of("a", 3, 12);
    TwoFacedLog other = TwoFacedLog.of("b", 3, 12);
    for (int at = 0; at < 5; at++) {
      MemoryStorage files = new MemoryStorage().failing(at, fault);
      List<SignedCheckpoint> out = new ArrayList<>();
      for (int[] step : new int[][] {{0, 3}, {3, 7}, {7, 9}, {9, 12}}) {
        Witness witness = witness(files);
        for (TwoFacedLog log : List.of(one, other)) {
          if (witness.add(log.request(step[0], step[1])) instanceof Witness.Answer.Cosigned) {
            out.add(log.checkpoint(step[1]));
          }
        }
      }
      MemoryStorage back = files.restarted();
      String row = fault + " at " + at;
      long known =
          witness(back)
              .checkpoint(Witness.hash(Origin.of(TwoFacedLog.NAME)))
              .map(signed -> signed.checkpoint().size())
              .orElse(0L);
      for (SignedCheckpoint cosigned : out) {
        assertThat(cosigned.checkpoint().size()).as(row).isLessThanOrEqualTo(known);
        for (SignedCheckpoint second : out) {
          assertThat(SplitView.of(cosigned, second)).as(row).isEmpty();
        }
      }
      assertThat(oneHistory(out, one) || oneHistory(out, other)).as(row).isTrue();
      assertThat(witness(back).add(one.request(0, 12))).as(row).isNotNull();
    }
  }

  private static boolean oneHistory(List<SignedCheckpoint> out, TwoFacedLog log) {
    return out.stream()
        .allMatch(signed -> signed.equals(log.checkpoint((int) signed.checkpoint().size())));
  }

  @Test
  void requestsAtOnceForOneLogNeverGoBack() throws Exception {
    TwoFacedLog log = TwoFacedLog.of("a", 0, 40);
    MemoryStorage files = new MemoryStorage();
    Witness witness = witness(files);
    Set<Long> cosigned = ConcurrentHashMap.newKeySet();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    int old = 0;
                    for (int size = 1; size <= 40; size++) {
                      switch (witness.add(log.request(Math.min(old, size), size))) {
                        case Witness.Answer.Cosigned _ -> {
                          // Nobody else got this far first.
                          assertThat(old <= size).isTrue();
                          cosigned.add((long) size);
                          old = size;
                        }
                        case Witness.Answer.Conflict(long known) -> old = (int) known;
                        case Witness.Answer.Refused refused -> throw new AssertionError(refused);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long known =
        witness
            .checkpoint(Witness.hash(Origin.of(TwoFacedLog.NAME)))
            .orElseThrow()
            .checkpoint()
            .size();
    assertThat(cosigned).contains(known).allMatch(size -> size <= known);
  }

  @Test
  void nobodyFillsTheDisk() {
    MemoryStorage files = new MemoryStorage();
    Witness witness = witness(files);
    for (int i = 0; i < 50; i++) {
      witness.add(TwoFacedLog.of("face" + i, 0, 9).request(0, 9));
      witness.add(utf8("old 0\n\nlog " + i + "\n1\n\n"));
    }
    assertThat(files.files()).hasSize(2);
  }

  private static List<SignatureLine> lines(Witness.Answer answer) {
    return ((Witness.Answer.Cosigned) answer).lines();
  }

  private Instant time(SignedCheckpoint checkpoint, Witness.Answer answer) {
    NoteCheck check =
        checkpoint.with(lines(answer)).verify(List.of(SIGNERS.getFirst().verifierKey()));
    return ((NoteCheck.Accepted) check).signatures().getFirst().time().orElseThrow();
  }

  private static int status(Witness.Answer answer) {
    return switch (answer) {
      case Witness.Answer.Cosigned _ -> 200;
      case Witness.Answer.Conflict _ -> 409;
      case Witness.Answer.Refused(int status, String _) -> status;
    };
  }

  private static String body(Witness.Answer answer) {
    return switch (answer) {
      case Witness.Answer.Cosigned(List<SignatureLine> lines) -> lines.toString();
      case Witness.Answer.Conflict(long size) -> size + "\n";
      case Witness.Answer.Refused(int _, String why) -> why;
    };
  }

  private static Json member(Json.Obj in, String name) {
    return in.get(name).orElseThrow();
  }
}
