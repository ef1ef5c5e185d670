// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.PathSummary;
import dev.freehold.evidence.control.Decision;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final Policy WIDE = new Policy(new MandateChain(List.of(Grants.root())));
  private static final Policy NARROW =
      new Policy(new MandateChain(List.of(Grants.root(), Grants.child())));

  @Test
  void allowsWhatIsWithinTheMandate() {
    assertThat(NARROW.judge(ask("smollm2", 64), PathSummary.EMPTY))
        .isEqualTo(new Judgement.Allowed("within the mandate", 64));
    assertThat(NARROW.judge(tool("search"), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.ALLOW);
    assertThat(WIDE.judge(egress(Classification.INTERNAL), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.ALLOW);
  }

  @Test
  void narrowsAnswersThatWouldBeTooLong() {
    assertThat(NARROW.judge(ask("smollm2", 65), PathSummary.EMPTY))
        .isEqualTo(new Judgement.Narrowed("output: at most 64 tokens in an answer", 64, 64));
    assertThat(NARROW.judge(ask("smollm2", -1), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.MODIFY);
    assertThat(NARROW.judge(ask("smollm2", 64), path(0, 0, 600, Classification.PUBLIC)))
        .isEqualTo(new Judgement.Narrowed("output: at most 40 tokens in an answer", 40, 40));
  }

  @Test
  void deniesWhatIsNotAmongWhatIsAllowed() {
    denied(NARROW, ask("gemma", 5), "models");
    denied(NARROW, ask("", 5), "models");
    denied(NARROW, tool("shell"), "tools");
    denied(NARROW, egress(Classification.PUBLIC), "effects");
    denied(NARROW, pay(1, "EUR"), "effects");
    denied(WIDE, pay(1, "USD"), "unit");
    denied(WIDE, pay(1, ""), "unit");
    denied(WIDE, pay(5_000_001, "EUR"), "pay");
    denied(
        WIDE,
        new Proposal(
            Action.of(EffectKind.MODEL_CALL, "x"),
            "evil.example",
            "gemma",
            List.of(),
            OptionalLong.of(1),
            1,
            ""),
        "peers");
    denied(
        WIDE,
        new Proposal(
            new Action(EffectKind.TOOL_CALL, "x", Classification.RESTRICTED, 0),
            "localhost",
            "",
            List.of("search"),
            OptionalLong.empty(),
            0,
            ""),
        "class");
    denied(
        WIDE,
        new Proposal(
            Action.of(EffectKind.MODEL_CALL, "x"),
            "localhost",
            "gemma",
            List.of("search", "shell"),
            OptionalLong.of(1),
            1,
            ""),
        "tools");
  }

  @Test
  void deniesOnceABudgetIsUsedUp() {
    assertThat(NARROW.judge(ask("smollm2", 1), path(10, 0, 0, Classification.PUBLIC)).reason())
        .startsWith("answers");
    assertThat(NARROW.judge(ask("smollm2", 1), path(0, 0, 640, Classification.PUBLIC)).reason())
        .startsWith("tokens");
    assertThat(WIDE.judge(pay(1_000_001, "EUR"), path(0, 4_000_000, 0, Classification.PUBLIC)))
        .isEqualTo(new Judgement.Denied("pay: the budget is used up"));
    // Four answers at once share what is left.
    Proposal four =
        new Proposal(
            Action.of(EffectKind.MODEL_CALL, "x"),
            "localhost",
            "smollm2",
            List.of(),
            OptionalLong.empty(),
            4,
            "");
    assertThat(NARROW.judge(four, path(0, 0, 560, Classification.PUBLIC)))
        .isEqualTo(new Judgement.Narrowed("output: at most 20 tokens in an answer", 20, 80));
  }

  /** A6 of the standard's harness: each step is allowed, their composition is not. */
  @Test
  void a6DataThatWereReadDoNotLeaveAfterwards() {
    PathSummary read = path(0, 0, 0, Classification.CONFIDENTIAL);
    assertThat(WIDE.judge(egress(Classification.PUBLIC), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.ALLOW);
    assertThat(WIDE.judge(egress(Classification.PUBLIC), read).decision()).isEqualTo(Decision.DENY);
    assertThat(WIDE.judge(egress(Classification.PUBLIC), read).reason())
        .isEqualTo("egress: the path has touched confidential data");
  }

  @Test
  void asksAPersonWhereTheMandateWantsIt() {
    assertThat(WIDE.judge(pay(1, "EUR"), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.ESCALATE);
    // What is not allowed at all is not worth asking for.
    assertThat(WIDE.judge(pay(9_000_000, "EUR"), PathSummary.EMPTY).decision())
        .isEqualTo(Decision.DENY);
  }

  @Test
  void itsDigestNamesEveryMandateAndTheRules() {
    assertThat(WIDE.digest()).isNotEqualTo(NARROW.digest());
    assertThat(NARROW.digest())
        .isEqualTo(new Policy(new MandateChain(List.of(Grants.root(), Grants.child()))).digest());
  }

  private static void denied(Policy policy, Proposal proposal, String reason) {
    Judgement judgement = policy.judge(proposal, PathSummary.EMPTY);
    assertThat(judgement.decision()).as(judgement.reason()).isEqualTo(Decision.DENY);
    assertThat(judgement.reason()).startsWith(reason + ":");
  }

  private static Proposal ask(String model, long output) {
    return new Proposal(
        Action.of(EffectKind.MODEL_CALL, "POST /v1/chat/completions"),
        "localhost",
        model,
        List.of(),
        output < 0 ? OptionalLong.empty() : OptionalLong.of(output),
        1,
        "");
  }

  private static Proposal tool(String name) {
    return new Proposal(
        Action.of(EffectKind.TOOL_CALL, name),
        "localhost",
        "",
        List.of(name),
        OptionalLong.empty(),
        0,
        "");
  }

  private static Proposal egress(Classification classification) {
    return new Proposal(
        new Action(EffectKind.DATA_EGRESS, "api.example", classification, 0),
        "api.example",
        "",
        List.of(),
        OptionalLong.empty(),
        0,
        "");
  }

  private static Proposal pay(long amount, String unit) {
    return new Proposal(
        new Action(EffectKind.PAYMENT, "api.example", Classification.PUBLIC, amount),
        "api.example",
        "",
        List.of(),
        OptionalLong.empty(),
        0,
        unit);
  }

  private static PathSummary path(
      long answers, long amount, long tokens, Classification classification) {
    return new PathSummary(answers, amount, answers, classification, 0, tokens);
  }
}
