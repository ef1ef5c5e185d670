// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Token;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The attacks of the standard's harness on histories, and some of their kind: each is tried, and
 * seen through for its own reason. Those on a gateway are in its module, those on a log in {@code
 * evidence.log}.
 */
class HistoryAttacksTest {
  private static final List<Token> TOKENS = Walks.history(Walks.KEY, "a", "b", "c", "d");

  /** What was published when the history had 12 steps. */
  private static final HistoryCheck.Anchor ANCHOR = anchor(TOKENS, 12);

  @Test
  void anHonestHistoryHolds() {
    assertThat(TOKENS).hasSize(12);
    assertThat(check(TOKENS, List.of(ANCHOR, anchor(TOKENS, 3))))
        .isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(check(List.of(), List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
  }

  /** A2: a record is altered by somebody without the key. */
  @Test
  void a2AnAlteredRecordIsNotSigned() {
    List<Token> altered = new ArrayList<>(TOKENS);
    Token token = altered.get(3);
    Json.Obj claims = token.claims().with("target_resource", Json.of("attacker.example"));
    altered.set(
        3,
        Walks.read(
            dev.freehold.record.CanonicalJson.bytes(token.toJson().with("poc_claims", claims))));
    assertThat(fault(altered)).extracting("kind", "step").containsExactly(kind("SIGNATURE"), 3L);
  }

  /** A2 by a key's holder: without the next token's word for the one before, nothing would show. */
  @Test
  void a2ARecordAlteredAndSignedAgainIsNotTheOneThatTheNextWasMadeAfter() {
    for (String claim : List.of("freehold_status", "freehold_tokens", "reason")) {
      List<Token> altered = new ArrayList<>(TOKENS);
      Json value = claim.equals("reason") ? Json.of("nothing of note") : Json.of(404);
      altered.set(2, Walks.resigned(altered.get(2), Walks.KEY, claim, value));
      assertThat(fault(altered).kind()).isEqualTo(kind("PREVIOUS"));
      assertThat(fault(altered).step()).isEqualTo(3);
    }
  }

  /** A3: an inconvenient step is left out. */
  @Test
  void a3AMissingStepIsAGap() {
    for (int missing = 0; missing < TOKENS.size() - 1; missing++) {
      List<Token> rest = new ArrayList<>(TOKENS);
      rest.remove(missing);
      assertThat(fault(rest))
          .extracting("kind", "step")
          .containsExactly(kind("GAP"), (long) missing);
    }
  }

  @Test
  void stepsThatStandTwiceOrInAnotherOrderAreGaps() {
    List<Token> twice = new ArrayList<>(TOKENS);
    twice.add(4, twice.get(3));
    assertThat(fault(twice).kind()).isEqualTo(kind("GAP"));
    List<Token> swapped = new ArrayList<>(TOKENS);
    swapped.set(4, TOKENS.get(5));
    swapped.set(5, TOKENS.get(4));
    assertThat(fault(swapped).kind()).isEqualTo(kind("GAP"));
  }

  /** A4: the newest steps are withheld. */
  @Test
  void a4ATruncatedHistoryIsShorterThanWhatWasPublished() {
    for (int length = 0; length < TOKENS.size(); length++) {
      List<Token> shorter = TOKENS.subList(0, length);
      assertThat(check(shorter, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
      assertThat(fault(shorter, ANCHOR)).extracting("kind").isEqualTo(kind("TRUNCATED"));
    }
  }

  /** A5: two people are shown different histories. */
  @Test
  void a5TwoTokensOfOneStepProveTheirSignersEquivocation() {
    List<Token> other = Walks.history(Walks.KEY, "a", "b", "forked", "d");
    assertThat(check(other, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(fault(other, ANCHOR).kind()).isEqualTo(kind("REWRITTEN"));
    assertThat(HistoryCheck.equivocate(TOKENS.get(6), other.get(6), Walks.KEY.verifyingKey()))
        .isTrue();
    // No proof: the same token; other steps; a token that the key did not sign.
    assertThat(HistoryCheck.equivocate(TOKENS.get(6), TOKENS.get(6), Walks.KEY.verifyingKey()))
        .isFalse();
    assertThat(HistoryCheck.equivocate(TOKENS.get(6), other.get(7), Walks.KEY.verifyingKey()))
        .isFalse();
    Token foreign = Walks.resigned(other.get(6).toJson(), Walks.OTHER);
    assertThat(HistoryCheck.equivocate(TOKENS.get(6), foreign, Walks.KEY.verifyingKey())).isFalse();
  }

  /** A9: whoever has the key writes all of it again, with one step changed. */
  @Test
  void a9ARewrittenHistoryHasNotThePublishedRoot() {
    List<Token> rewritten = Walks.history(Walks.KEY, "a", "something else", "c", "d");
    assertThat(check(rewritten, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(fault(rewritten, ANCHOR))
        .extracting("kind", "step")
        .containsExactly(kind("REWRITTEN"), 11L);
    assertThat(check(rewritten, List.of(anchor(TOKENS, 3))))
        .isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(fault(rewritten, anchor(TOKENS, 6)).step()).isEqualTo(5);
  }

  /** A9 where only claims change that the standard's leaf leaves out: the root stays the same. */
  @Test
  void a9AHistoryRewrittenOutsideTheLeavesIsNotTheOnePublished() {
    List<Token> rewritten = new ArrayList<>();
    Token before = TOKENS.getFirst();
    for (Token token : TOKENS) {
      Token again =
          token.stepIndex() == 2
              ? Walks.resigned(token, Walks.KEY, "freehold_status", Json.of(404))
              : token.stepIndex() < 3
                  ? token
                  : Walks.resigned(
                      token,
                      Walks.KEY,
                      "freehold_previous",
                      Json.of(
                          Walks.digest("").toString().replaceAll(":.*", ":")
                              + before.digest().hex()));
      rewritten.add(again);
      before = again;
    }
    assertThat(check(rewritten, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
    HistoryCheck.Anchor rootOnly = new HistoryCheck.Anchor(12, ANCHOR.root(), null);
    assertThat(check(rewritten, List.of(rootOnly)))
        .as("the standard's root alone does not tell")
        .isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(fault(rewritten, ANCHOR).kind()).isEqualTo(kind("REWRITTEN"));
  }

  /** A13 and key swaps: another key signs the same, or a changed, history. */
  @Test
  void a13AHistorySignedAgainWithAnotherKeyIsNotTheOldKeys() {
    List<Token> laundered = new ArrayList<>(TOKENS);
    laundered.replaceAll(token -> Walks.resigned(token.toJson(), Walks.OTHER));
    assertThat(fault(laundered)).extracting("kind", "step").containsExactly(kind("SIGNATURE"), 0L);
    // Under the new key, a chain made anew verifies; what was published does not agree.
    List<Token> anew = Walks.history(Walks.OTHER, "a", "b", "changed", "d");
    assertThat(check(anew, Walks.OTHER, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(
            ((HistoryCheck.Result.Broken) check(anew, Walks.OTHER, List.of(ANCHOR))).fault().kind())
        .isEqualTo(kind("REWRITTEN"));
  }

  @Test
  void aKeySwappedInTheMiddleIsSeenAtThatStep() {
    List<Token> swapped = new ArrayList<>(TOKENS);
    for (int i = 6; i < swapped.size(); i++) {
      swapped.set(i, Walks.resigned(swapped.get(i).toJson(), Walks.OTHER));
    }
    assertThat(fault(swapped)).extracting("kind", "step").containsExactly(kind("SIGNATURE"), 6L);
  }

  /** A12: a history made later, with old times. */
  @Test
  void a12ABackdatedHistoryHasNotThePublishedRootHoweverItIsSigned() {
    List<Token> backdated = new ArrayList<>();
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    for (String content : List.of("a", "b", "c", "never happened")) {
      backdated.addAll(Walks.answer(recorder, content));
    }
    assertThat(backdated.getFirst().issuedAt()).isEqualTo(TOKENS.getFirst().issuedAt());
    assertThat(check(backdated, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);
    assertThat(fault(backdated, ANCHOR).kind()).isEqualTo(kind("REWRITTEN"));
  }

  @Test
  void aRecordOfAnotherAgentOrAnotherProgramIsForeign() {
    List<Token> mixed = new ArrayList<>(TOKENS);
    mixed.set(5, Walks.resigned(mixed.get(5), Walks.KEY, "agent_id", Json.of("did:key:somebody")));
    assertThat(fault(mixed).kind()).isEqualTo(kind("OTHER_AGENT"));
    HistoryCheck.Result other =
        HistoryCheck.check(
            TOKENS, Walks.KEY.verifyingKey(), Walks.digest("another program"), List.of());
    assertThat(((HistoryCheck.Result.Broken) other).fault().kind()).isEqualTo(kind("MEASUREMENT"));
  }

  @Test
  void aTokenReplayedFromAnotherHistoryDoesNotFit() {
    List<Token> other = Walks.history(Walks.KEY, "a", "b", "x", "y");
    List<Token> replayed = new ArrayList<>(TOKENS);
    replayed.set(7, other.get(7));
    assertThat(fault(replayed)).extracting("kind", "step").containsExactly(kind("PREVIOUS"), 7L);
  }

  private static HistoryCheck.Anchor anchor(List<Token> tokens, int steps) {
    Token last = tokens.get(steps - 1);
    return new HistoryCheck.Anchor(steps, last.merkleRoot(), last.digest());
  }

  private static ChainFault fault(List<Token> tokens, HistoryCheck.Anchor... anchors) {
    return switch (check(tokens, List.of(anchors))) {
      case HistoryCheck.Result.Broken(ChainFault fault) -> fault;
      case HistoryCheck.Result.Holds _ -> throw new AssertionError("it holds");
    };
  }

  private static HistoryCheck.Result check(List<Token> tokens, List<HistoryCheck.Anchor> anchors) {
    return check(tokens, Walks.KEY, anchors);
  }

  private static HistoryCheck.Result check(
      List<Token> tokens, SigningKey key, List<HistoryCheck.Anchor> anchors) {
    return HistoryCheck.check(tokens, key.verifyingKey(), Walks.PROGRAM, anchors);
  }

  private static ChainFault.Kind kind(String name) {
    return ChainFault.Kind.valueOf(name);
  }

  /** The digest that a later step names is of all that the one before it signed. */
  @Test
  void everyStepNamesTheOneBefore() {
    for (int i = 1; i < TOKENS.size(); i++) {
      Digest before = Digest.sha256(TOKENS.get(i - 1).signedBytes());
      assertThat(TOKENS.get(i).claims().get("freehold_previous"))
          .contains(Json.of("sha-256:" + before.hex()));
    }
  }

  /** Older gateways named the whole token, its signature included: that binds no less. */
  @Test
  void aStepMayNameTheWholeTokenBeforeIt() {
    List<Token> older = new ArrayList<>();
    older.add(TOKENS.getFirst());
    for (Token token : TOKENS.subList(1, TOKENS.size())) {
      Json whole = Json.of("sha-256:" + older.getLast().digest().hex());
      older.add(Walks.resigned(token, Walks.KEY, "freehold_previous", whole));
    }
    assertThat(check(older, List.of(anchor(older, older.size()))))
        .isInstanceOf(HistoryCheck.Result.Holds.class);

    List<Token> mixed = new ArrayList<>(older.subList(0, 4));
    Json body = Json.of("sha-256:" + Digest.sha256(mixed.getLast().signedBytes()).hex());
    mixed.add(Walks.resigned(TOKENS.get(4), Walks.KEY, "freehold_previous", body));
    assertThat(check(mixed, List.of())).isInstanceOf(HistoryCheck.Result.Holds.class);

    // Of a step further back, by either digest.
    for (Digest stale : List.of(older.get(2).digest(), older.get(2).bodyDigest())) {
      List<Token> broken = new ArrayList<>(older.subList(0, 4));
      Json named = Json.of("sha-256:" + stale.hex());
      broken.add(Walks.resigned(TOKENS.get(4), Walks.KEY, "freehold_previous", named));
      assertThat(fault(broken).kind()).isEqualTo(ChainFault.Kind.PREVIOUS);
    }
  }
}
