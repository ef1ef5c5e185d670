// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import static dev.freehold.evidence.note.C2spVectors.read;
import static dev.freehold.evidence.note.C2spVectors.reason;
import static dev.freehold.evidence.note.C2spVectors.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitViewTest {
  private final TwoFacedLog one = TwoFacedLog.of("a", 4, 40);
  private final TwoFacedLog other = TwoFacedLog.of("b", 4, 40);

  private SplitView ofTwoSizes(int older, int later) {
    return SplitView.of(
            one.checkpoint(older),
            other.checkpoint(later),
            other.root(0, older),
            other.consistency(older, later))
        .orElseThrow();
  }

  @Test
  void twoRootsOfOneSizeContradictEachOther() {
    SplitView view = SplitView.of(one.checkpoint(9), other.checkpoint(9)).orElseThrow();
    assertThat(view.contradicts() && view.signed(TwoFacedLog.KEY)).isTrue();
    assertThat(SplitView.of(other.checkpoint(9), one.checkpoint(9))).hasValue(view);
    assertThat(read(SplitView.decode(view.encode()))).isEqualTo(view);
  }

  @Test
  void aLaterTreeThatStartsOtherwiseContradictsTheEarlierAtEverySize() {
    for (int older = 5; older < 40; older++) {
      for (int later = older + 1; later <= 40; later++) {
        SplitView view = ofTwoSizes(older, later);
        assertThat(view.contradicts() && view.signed(TwoFacedLog.KEY)).isTrue();
        assertThat(read(SplitView.decode(view.encode()))).isEqualTo(view);
      }
    }
  }

  @Test
  void anHonestLogContradictsItselfNowhere() {
    for (int older = 1; older < 40; older++) {
      assertThat(SplitView.of(one.checkpoint(older), one.checkpoint(older))).isEmpty();
      for (int later = older + 1; later <= 40; later++) {
        SignedCheckpoint first = one.checkpoint(older);
        SignedCheckpoint second = one.checkpoint(later);
        ConsistencyProof proof = one.consistency(older, later);
        assertThat(SplitView.of(first, second, one.root(0, older), proof)).isEmpty();
        assertThat(SplitView.of(first, second, other.root(0, older), proof)).isEmpty();
        assertThat(
                SplitView.of(first, second, other.root(0, older), other.consistency(older, later)))
            .isEmpty();
        assertThat(
                SplitView.of(
                    first,
                    second,
                    Digest.sha256("x"),
                    new ConsistencyProof(older, later, List.of())))
            .isEmpty();
      }
    }
  }

  @Test
  void theProofItselfTellsWhereItStartsUnlessTheSizeIsAPowerOfTwo() {
    for (int older = 5; older < 40; older++) {
      for (int later = older + 1; later <= 40; later++) {
        var found = other.consistency(older, later).oldRoot(other.root(0, later));
        if (Integer.bitCount(older) == 1) {
          assertThat(found).isEmpty();
        } else {
          assertThat(found).hasValue(other.root(0, older));
        }
        assertThat(other.consistency(older, later).oldRoot(one.root(0, later))).isEmpty();
      }
    }
  }

  @Test
  void whatTheLogsKeyDidNotSignProvesNothingAgainstIt() {
    NoteSigner forger =
        NoteSigner.ed25519(TwoFacedLog.NAME, SigningKey.ofSeed(Digest.sha256("forger").bytes()));
    SignedCheckpoint forged = TwoFacedLog.sign(forger, 9, other.root(0, 9));
    SplitView view = SplitView.of(one.checkpoint(9), forged).orElseThrow();
    assertThat(view.signed(TwoFacedLog.KEY)).isFalse();
    VerifierKey forgers = forger.verifierKey();
    assertThat(view.signed(forgers)).isFalse();
  }

  @Test
  void checkpointsOfTwoLogsDontContradictEachOther() {
    var elsewhere =
        new dev.freehold.evidence.note.Checkpoint(
            new dev.freehold.evidence.note.Origin("elsewhere"), 9, other.root(0, 9));
    SignedCheckpoint foreign =
        elsewhere.signed(TwoFacedLog.SIGNER.sign(elsewhere, java.time.Instant.EPOCH));
    assertThat(SplitView.of(one.checkpoint(9), foreign)).isEmpty();
    assertThatThrownBy(() -> new SplitView(one.checkpoint(9), foreign, null))
        .hasMessageContaining("two logs");
  }

  @Test
  void hasOneOrderAndNoNeedlessProof() {
    SplitView view = ofTwoSizes(7, 9);
    assertThatThrownBy(() -> new SplitView(view.second(), view.first(), view.otherOrNull()))
        .hasMessageContaining("the smaller");
    assertThatThrownBy(() -> new SplitView(view.first(), view.second(), null))
        .hasMessageContaining("a proof shows");
    SplitView same = SplitView.of(one.checkpoint(9), other.checkpoint(9)).orElseThrow();
    assertThatThrownBy(() -> new SplitView(same.second(), same.first(), null))
        .hasMessageContaining("smaller root");
    assertThatThrownBy(() -> new SplitView(same.first(), same.second(), view.otherOrNull()))
        .hasMessageContaining("say it all");
    assertThatThrownBy(() -> new SplitView(same.first(), same.first(), null))
        .hasMessageContaining("smaller root");
  }

  @Test
  void aProofThatDoesNotHoldIsNoContradiction() {
    SplitView view = ofTwoSizes(7, 9);
    SplitView.OtherStart start = view.otherOrNull();
    assertThat(start).isNotNull();
    SplitView without =
        new SplitView(
            view.first(), view.second(), new SplitView.OtherStart(start.root(), List.of()));
    assertThat(without.contradicts()).isFalse();
    SplitView elsewhere =
        new SplitView(
            view.first(),
            view.second(),
            new SplitView.OtherStart(Digest.sha256("made up"), start.path()));
    assertThat(elsewhere.contradicts()).isFalse();
    SplitView sameStart =
        new SplitView(
            view.first(),
            view.second(),
            new SplitView.OtherStart(view.first().checkpoint().root(), start.path()));
    assertThat(sameStart.contradicts()).isFalse();
  }

  @Test
  void readsItsOneEncodingOnly() {
    String text = new String(ofTwoSizes(7, 9).encode(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(reason(SplitView.decode(utf8(text + "\n")))).contains("canonical");
    assertThat(
            reason(
                SplitView.decode(
                    utf8(text.replace("freehold-split-view/1", "freehold-split-view/2")))))
        .contains("the format is");
    assertThat(reason(SplitView.decode(utf8(text.replace("\"root\"", "\"rooT\"")))))
        .contains("lacks");
    assertThat(reason(SplitView.decode(utf8("{}")))).contains("lacks \"format\"");
    assertThat(reason(SplitView.decode(new byte[0]))).isNotBlank();
  }

  @Test
  void neverFailsOtherwiseAndNoChangeIsProof() {
    byte[] good = ofTwoSizes(7, 20).encode();
    Random random = new Random(20261129);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.of(good, random);
      if (SplitView.decode(bytes) instanceof Parsed.Read<SplitView>(SplitView read)) {
        assertThat(read.encode()).isEqualTo(bytes);
        assertThat(read.contradicts() && read.signed(TwoFacedLog.KEY))
            .as(new String(bytes, java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo(java.util.Arrays.equals(bytes, good));
      }
    }
  }

  @Test
  void requestsNeverFailOtherwise() {
    byte[] good = one.request(7, 20);
    Random random = new Random(20261129);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.of(good, random);
      if (AddCheckpoint.parse(bytes) instanceof Parsed.Read<AddCheckpoint>(AddCheckpoint read)) {
        assertThat(read.encode()).isEqualTo(bytes);
      }
    }
  }
}
