// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receipts beside statements about their signer's key. The receipt finished at 22:15:01.250. */
class KeysBesideTest {
  private static final SigningKey FIRST = SigningKey.ofSeed(Digest.sha256("first").bytes());
  private static final Timestamp BEFORE = Timestamp.parse("2026-11-23T22:15:01.249Z");
  private static final Timestamp THEN = Timestamp.parse("2026-11-23T22:15:01.250Z");
  private static final Timestamp AFTER = Timestamp.parse("2026-11-23T22:15:01.251Z");

  @TempDir private Path folder = Path.of("");

  private Report report(Demands demands, byte[]... beside) throws Exception {
    List<Path> paths = new ArrayList<>();
    for (byte[] bytes : beside) {
      paths.add(Files.write(folder.resolve("beside" + paths.size()), bytes));
    }
    Given given = new Given(paths, List.of(), List.of(), AFTER, null);
    return new Verifier(
            demands.with(Set.of(Claim.SIGNED)),
            ReplayCheck.of(new ModelFiles(null, folder), null, 1),
            given)
        .verify(Invented.receipt().encode());
  }

  private static byte[] succession(SigningKey key, SigningKey next, Timestamp from) {
    return KeyStatement.Succession.sign(key, next, from).encode();
  }

  private static byte[] end(SigningKey key, Timestamp from) {
    return KeyStatement.End.sign(key, from).encode();
  }

  private void valid(Demands demands, byte[]... beside) throws Exception {
    assertThat(report(demands, beside).verdict()).isEqualTo(new Verdict.Valid());
  }

  private void invalid(String reason, Demands demands, byte[]... beside) throws Exception {
    assertThat(report(demands, beside).verdict())
        .isInstanceOfSatisfying(
            Verdict.Invalid.class,
            found -> assertThat(String.join(";", found.reasons())).contains(reason));
  }

  private static Demands of(SigningKey key) {
    return Demands.usual().of(NodeId.of(key.verifyingKey()));
  }

  @Test
  void whatWasSignedBeforeAKeyEndedStaysValid() throws Exception {
    valid(Demands.usual(), end(Invented.KEY, AFTER));
    valid(Demands.usual(), succession(Invented.KEY, Invented.OTHER_KEY, AFTER));
    valid(of(Invented.KEY), succession(Invented.KEY, Invented.OTHER_KEY, AFTER));
  }

  @Test
  void whatIsDatedFromThenOnIsInvalid() throws Exception {
    for (Timestamp from : List.of(BEFORE, THEN)) {
      invalid("signs nothing more from", Demands.usual(), end(Invented.KEY, from));
      invalid(
          "signs nothing more from",
          Demands.usual(),
          succession(Invented.KEY, Invented.OTHER_KEY, from));
    }
  }

  @Test
  void theStricterOfTwoStatementsCounts() throws Exception {
    invalid(
        "signs nothing more from",
        Demands.usual(),
        succession(Invented.KEY, Invented.OTHER_KEY, AFTER),
        end(Invented.KEY, BEFORE));
  }

  @Test
  void anotherKeysEndSaysNothing() throws Exception {
    valid(Demands.usual(), end(Invented.OTHER_KEY, BEFORE));
    valid(Demands.usual(), succession(FIRST, Invented.OTHER_KEY, BEFORE));
  }

  @Test
  void whoExpectsAKeyTakesItsSuccessorFromItsTimeOn() throws Exception {
    valid(of(FIRST), succession(FIRST, Invented.KEY, BEFORE));
    valid(of(FIRST), succession(FIRST, Invented.KEY, THEN));
    invalid("not by the expected", of(FIRST), succession(FIRST, Invented.KEY, AFTER));
    invalid("not by the expected", of(FIRST));
  }

  @Test
  void aChainOfSuccessorsIsFollowedAndABrokenOneIsNot() throws Exception {
    byte[] toOther = succession(FIRST, Invented.OTHER_KEY, BEFORE);
    byte[] toKey = succession(Invented.OTHER_KEY, Invented.KEY, THEN);
    valid(of(FIRST), toOther, toKey);
    invalid("not by the expected", of(FIRST), toKey);
    invalid("not by the expected", of(FIRST), toOther);
    invalid(
        "not by the expected",
        of(FIRST),
        toOther,
        succession(Invented.OTHER_KEY, Invented.KEY, AFTER));
  }

  @Test
  void aKeyThatWasEndedOrNamesTwoHasNoSuccessor() throws Exception {
    byte[] good = succession(FIRST, Invented.KEY, BEFORE);
    invalid("not by the expected", of(FIRST), good, end(FIRST, BEFORE));
    valid(of(FIRST), good, end(FIRST, AFTER));
    invalid("not by the expected", of(FIRST), good, succession(FIRST, Invented.OTHER_KEY, BEFORE));
  }

  @Test
  void successorsInACircleEnd() throws Exception {
    invalid(
        "not by the expected",
        of(FIRST),
        succession(FIRST, Invented.OTHER_KEY, BEFORE),
        succession(Invented.OTHER_KEY, FIRST, BEFORE));
  }

  @Test
  void aStatementThatWasChangedMakesItUndecidable() throws Exception {
    byte[] forged =
        new String(end(Invented.KEY, BEFORE), StandardCharsets.UTF_8)
            .replace(BEFORE.toString(), AFTER.toString())
            .getBytes(StandardCharsets.UTF_8);
    assertThat(report(Demands.usual(), forged).verdict())
        .isInstanceOfSatisfying(
            Verdict.Undecidable.class, found -> assertThat(found.why()).contains("did not sign"));
    byte[] cut = end(Invented.KEY, BEFORE);
    cut[cut.length - 1] = ' ';
    assertThat(report(Demands.usual(), cut).verdict()).isInstanceOf(Verdict.Undecidable.class);
  }

  @Test
  void aSuccessionThatOnlyTheThiefSignedLeadsNowhere() throws Exception {
    // The signer wants to be the successor of a key that is not theirs.
    KeyStatement.Succession own =
        KeyStatement.Succession.sign(Invented.OTHER_KEY, Invented.KEY, BEFORE);
    KeyStatement.Succession claimed =
        new KeyStatement.Succession(
            FIRST.nodeId(), own.next(), BEFORE, own.signature(), own.nextSignature());
    invalid("not by the expected", of(FIRST), claimed.encode());
  }

  @Test
  void aStatementItselfIsOfTheExpectedNodeOrInvalid() throws Exception {
    Verifier verifier =
        new Verifier(
            Demands.usual().of(FIRST.nodeId()),
            ReplayCheck.of(new ModelFiles(null, folder), null, 1),
            Given.nothing(AFTER));
    assertThat(verifier.verify(end(FIRST, THEN)).verdict()).isEqualTo(new Verdict.Valid());
    assertThat(verifier.verify(end(Invented.KEY, THEN)).verdict())
        .isInstanceOf(Verdict.Invalid.class);
  }
}
