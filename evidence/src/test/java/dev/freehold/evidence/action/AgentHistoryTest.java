// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentHistoryTest {
  @Test
  void anActionIsThreeTokensThatShareItsId() {
    List<Token> tokens = Walks.history(Walks.KEY, "hello");
    assertThat(tokens).extracting(Walks::action).containsOnly(Walks.action(tokens.get(0)));
    assertThat(tokens)
        .extracting(t -> t.point().name())
        .containsExactly(
            "PRE_CALL_TOOL_INVOCATION", "POST_CALL_TOOL_RESULT", "POST_CALL_TOOL_RESULT");
    assertThat(tokens).extracting(Token::snapshot).containsOnly(tokens.get(0).snapshot());
    for (Token token : tokens) {
      assertThat(token.verify(Walks.KEY.verifyingKey())).isInstanceOf(TokenReading.Accepted.class);
    }
  }

  @Test
  void theWriterWritesWhatTheReaderWouldWrite() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    recorder.epoch(Walks.digest("checkpoint"));
    for (EffectKind effect : EffectKind.values()) {
      for (Decision decision : Decision.values()) {
        Action action =
            new Action(
                effect,
                "tool \"a\\b\"",
                Classification.INTERNAL,
                effect == EffectKind.PAYMENT ? 5_000_000 : 0);
        AgentRecorder.Begun begun = recorder.before(Walks.judged(action, "x", decision, 9));
        assertThat(Walks.read(begun.token()).encode()).isEqualTo(begun.token().bytes());
        assertThat(Walks.read(begun.token()).digest()).isEqualTo(begun.token().digest());
        if (decision.releases()) {
          SignedToken during = recorder.during(begun.action(), Walks.digest("sent"));
          assertThat(Walks.read(during).encode()).isEqualTo(during.bytes());
          SignedToken after =
              recorder.after(
                  begun.action(),
                  new AgentRecorder.Ended(
                      Walks.digest("y"), Outcome.CUT, 3, 499, "r-00112233445566778899"));
          assertThat(Walks.read(after).encode()).isEqualTo(after.bytes());
        }
      }
    }
  }

  @Test
  void anActionEndsUnderTheTermsThatItBeganUnder() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    AgentTerms first = Walks.terms();
    AgentTerms second =
        new AgentTerms(
            first.agent(),
            "did:key:another",
            first.billOfMaterials(),
            Walks.digest("another policy"),
            Walks.digest("another mandate"),
            first.measurement());
    List<Token> tokens = new ArrayList<>();
    AgentRecorder.Begun begun = recorder.before(Walks.asked("one", Decision.ALLOW, 9));
    tokens.add(Walks.read(begun.token()));
    recorder.use(second);
    AgentRecorder.Begun other = recorder.before(Walks.asked("two", Decision.ALLOW, 9));
    tokens.add(Walks.read(other.token()));
    for (AgentRecorder.Begun each : List.of(begun, other)) {
      tokens.add(Walks.read(recorder.during(each.action(), Walks.digest("sent"))));
      tokens.add(Walks.read(recorder.after(each.action(), Walks.returned("x", 3))));
    }
    AgentHistory history = new AgentHistory();
    for (Token token : tokens) {
      assertThat(history.accept(token)).isEmpty();
    }
    for (int i = 0; i < tokens.size(); i++) {
      AgentTerms due = i == 0 || i == 2 || i == 3 ? first : second;
      assertThat(tokens.get(i).principal()).isEqualTo(due.principal());
      assertThat(tokens.get(i).policyBundle()).isEqualTo(due.policy());
      assertThat(tokens.get(i).claims().get("freehold_mandate"))
          .contains(Json.of(due.mandate().toString()));
    }
  }

  @Test
  void resumesWhatItWrote() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    List<Token> tokens = new ArrayList<>(Walks.answer(recorder, "one"));
    AgentRecorder.Begun open = recorder.before(Walks.asked("two", Decision.MODIFY, 500));
    tokens.add(Walks.read(open.token()));

    AgentRecorder resumed = Walks.recorder(Walks.KEY);
    for (Token token : tokens) {
      assertThat(resumed.resume(token)).isEmpty();
    }
    assertThat(resumed.history().path()).isEqualTo(recorder.history().path());
    assertThat(resumed.history().path().tokens()).isEqualTo(540);
    assertThat(resumed.history().open()).containsOnlyKeys(open.action());
    Token next =
        Walks.read(
            resumed.after(
                open.action(),
                new AgentRecorder.Ended(Walks.digest(""), Outcome.INTERRUPTED, 500, null, null)));
    assertThat(recorder.resume(next)).isEmpty();
  }

  @Test
  void actionsMayOverlap() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    AgentHistory reader = new AgentHistory();
    List<Nonce> open = new ArrayList<>();
    Random random = new Random(3);
    for (int i = 0; i < 300; i++) {
      SignedToken token;
      if (open.isEmpty() || random.nextInt(3) == 0) {
        AgentRecorder.Begun begun = recorder.before(Walks.asked("q" + i, Decision.ALLOW, i));
        open.add(begun.action());
        token = begun.token();
      } else {
        Nonce action = open.remove(random.nextInt(open.size()));
        assertThat(reader.accept(Walks.read(recorder.during(action, Walks.digest("d"))))).isEmpty();
        token = recorder.after(action, Walks.returned("q", random.nextInt(50)));
      }
      assertThat(reader.accept(Walks.read(token))).isEmpty();
    }
    assertThat(reader.path()).isEqualTo(recorder.history().path());
  }

  @Test
  void nothingFollowsARefusal() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    for (Decision decision : List.of(Decision.DENY, Decision.ESCALATE)) {
      AgentRecorder.Begun begun = recorder.before(Walks.asked("x", decision, 0));
      assertThat(recorder.history().open()).isEmpty();
      assertThatThrownBy(() -> recorder.during(begun.action(), Walks.digest("x")))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(recorder.history().path().actions()).isEqualTo(2);
    assertThat(recorder.history().path().answers()).isZero();
  }

  @Test
  void refusesToRecordAnEffectTwiceOrAnEndTwice() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    Nonce action = recorder.before(Walks.asked("x", Decision.ALLOW, 0)).action();
    recorder.during(action, Walks.digest("x"));
    assertThatThrownBy(() -> recorder.during(action, Walks.digest("x")))
        .hasMessageContaining("no record during is due");
    recorder.after(action, Walks.returned("x", 0));
    assertThatThrownBy(() -> recorder.after(action, Walks.returned("x", 0)))
        .hasMessageContaining("no record after is due");
  }

  @Test
  void modifyNamesTheBytesItSends() {
    assertThatThrownBy(
            () ->
                new AgentRecorder.Judged(
                    Action.of(EffectKind.TOOL_CALL, "t"),
                    Walks.digest("x"),
                    Decision.MODIFY,
                    null,
                    0,
                    "",
                    null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new AgentRecorder.Judged(
                    Action.of(EffectKind.TOOL_CALL, "t"),
                    Walks.digest("x"),
                    Decision.ALLOW,
                    Walks.digest("y"),
                    0,
                    "",
                    null))
        .isInstanceOf(IllegalArgumentException.class);
    Token token =
        Walks.read(Walks.recorder(Walks.KEY).before(Walks.asked("x", Decision.MODIFY, 5)).token());
    assertThat(token.dispatchedSnapshot()).isPresent().isNotEqualTo(Optional.of(token.snapshot()));
  }

  /** Time never runs backwards in a history, whatever the clock does. */
  @Test
  void aClockThatJumpsBackDoesNotTakeTheHistoryAlong() {
    Walks.Hand clock = new Walks.Hand();
    AgentRecorder recorder = new AgentRecorder(Walks.KEY, Walks.terms(), clock, new Random(1));
    List<Token> tokens = new ArrayList<>(Walks.answer(recorder, "a"));
    clock.now = clock.now.minus(Duration.ofDays(400));
    tokens.addAll(Walks.answer(recorder, "b"));
    clock.now = clock.now.plus(Duration.ofDays(4000));
    tokens.addAll(Walks.answer(recorder, "c"));
    assertThat(check(tokens)).isEmpty();
    assertThat(tokens.get(3).issuedAt()).isEqualTo(tokens.get(0).issuedAt());
  }

  @ParameterizedTest
  @CsvSource({
    "0, freehold_action, '\"00\"', EXTENSION",
    "0, freehold_phase, '\"later\"', EXTENSION",
    "0, freehold_phase, '\"during\"', EXTENSION",
    "0, freehold_effect, '\"model\"', EXTENSION",
    "0, freehold_tokens, -1, EXTENSION",
    "0, freehold_tokens, '\"1\"', EXTENSION",
    "0, freehold_tokens, 9007199254740991, EXTENSION",
    "0, freehold_class, '\"secret\"', EXTENSION",
    "0, freehold_content, '\"sha256:00\"', EXTENSION",
    "0, freehold_time, '\"2026-11-25\"', EXTENSION",
    "0, freehold_time, '\"2026-11-25T04:00:01.000Z\"', TIME",
    "0, freehold_outcome, '\"returned\"', EXTENSION",
    "0, freehold_unknown, 1, EXTENSION",
    "0, freehold_amount, 1, EXTENSION",
    "0, path_summary_hash, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', PATH",
    "0, interception_point, '\"POST_CALL_TOOL_RESULT\"', ACTION",
    "0, step_index, 0, NONE",
    "2, freehold_outcome, '\"vanished\"', EXTENSION",
    "2, freehold_status, 99, EXTENSION",
    "1, freehold_mandate, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', ACTION",
    "1, target_resource, '\"elsewhere\"', ACTION",
    "1, initiating_user, '\"somebody else\"', ACTION",
    "1, policy_bundle_hash, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', ACTION",
    "1, dispatched_snapshot_hash, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', ACTION",
    "1, freehold_effect, '\"tool_call\"', ACTION",
    "1, freehold_action, '\"00000000000000000000000000000000\"', ACTION",
    "1, interception_point, '\"PRE_CALL_TOOL_INVOCATION\"', ACTION",
    "1, verdict, '\"DENY\"', ACTION",
    "1, freehold_previous, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', PREVIOUS",
    "1, chain_head, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', CHAIN_HEAD",
    "1, merkle_root, '\"sha-256:0000000000000000000000000000000000000000000000000000000000000000\"', MERKLE_ROOT",
    "1, tree_size, 3, MERKLE_ROOT",
    "1, agent_id, '\"somebody else\"', OTHER_AGENT",
  })
  void refusesARecordThatDoesNotFit(int at, String claim, String json, String kind) {
    List<Token> tokens = new ArrayList<>(Walks.history(Walks.KEY, "hello"));
    tokens.set(at, Walks.resigned(tokens.get(at), Walks.KEY, claim, Json.parse(json)));
    Optional<ChainFault> fault = check(tokens.subList(0, at + 1));
    if (kind.equals("NONE")) {
      assertThat(fault).isEmpty();
    } else {
      assertThat(fault).isPresent();
      assertThat(fault.get().kind()).isEqualTo(ChainFault.Kind.valueOf(kind));
      assertThat(fault.get().step()).isEqualTo(at);
      assertThat(fault.get().reason()).isNotBlank();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, freehold_action",
    "0, freehold_class",
    "0, freehold_content",
    "0, freehold_effect",
    "0, freehold_mandate",
    "0, freehold_phase",
    "0, freehold_time",
    "0, freehold_tokens",
    "1, freehold_previous",
    "2, freehold_outcome",
    "2, freehold_tokens",
  })
  void refusesARecordThatLacksAClaim(int at, String claim) {
    List<Token> tokens = new ArrayList<>(Walks.history(Walks.KEY, "hello"));
    tokens.set(at, Walks.resigned(tokens.get(at), Walks.KEY, claim, null));
    assertThat(check(tokens.subList(0, at + 1)).orElseThrow().kind())
        .isEqualTo(ChainFault.Kind.EXTENSION);
  }

  @Test
  void refusesTimeThatRunsBackwards() {
    List<Token> tokens = new ArrayList<>(Walks.history(Walks.KEY, "hello"));
    Timestamp earlier = Timestamp.parse("2026-11-25T03:59:59.000Z");
    Json.Obj token =
        tokens.get(1).toJson().with("iat", Json.of(earlier.instant().getEpochSecond()));
    Token backdated =
        Walks.resigned(
            Walks.resigned(token, Walks.KEY),
            Walks.KEY,
            "freehold_time",
            Json.of(earlier.toString()));
    tokens.set(1, backdated);
    assertThat(check(tokens).orElseThrow().kind()).isEqualTo(ChainFault.Kind.TIME);
  }

  /** The reserve of an answer under way counts, so that a budget can't be spent twice. */
  @Test
  void thePathAddsUp() {
    AgentRecorder recorder = Walks.recorder(Walks.KEY);
    Walks.answer(recorder, "a");
    AgentRecorder.Begun open = recorder.before(Walks.asked("b", Decision.ALLOW, 70));
    recorder.before(
        Walks.judged(
            new Action(EffectKind.PAYMENT, "bank", Classification.CONFIDENTIAL, 3_000_000),
            "c",
            Decision.ALLOW,
            0));
    recorder.before(
        Walks.judged(Action.of(EffectKind.DATA_EGRESS, "peer"), "d", Decision.ALLOW, 0));
    assertThat(recorder.history().path())
        .isEqualTo(new PathSummary(4, 3_000_000, 2, Classification.CONFIDENTIAL, 1, 110));
    recorder.after(open.action(), Walks.returned("b", 7));
    assertThat(recorder.history().path().tokens()).isEqualTo(47);
  }

  private static Optional<ChainFault> check(List<Token> tokens) {
    AgentHistory history = new AgentHistory();
    for (Token token : tokens) {
      Optional<ChainFault> fault = history.accept(token);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }
}
