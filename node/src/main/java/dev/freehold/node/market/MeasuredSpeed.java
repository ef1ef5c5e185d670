// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.market.offer.Speed;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.StoredReceipt;
import dev.freehold.record.Digest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How fast this machine answered, from the times and counts of its own receipts.
 *
 * <p>A receipt has one time for prompt and answer together. The two paces are those that fit all
 * receipts best (least squares over prompt tokens and answer tokens); where the receipts don't tell
 * them apart, or a pace would not be positive, each is what the whole time gives: no faster than
 * the machine was.
 */
public final class MeasuredSpeed {
  /** So many of the latest receipts are looked at. */
  static final int LATEST = 31;

  /** Of the newest receipts, so many are looked through for those. */
  private static final int LOOKED_AT = 500;

  private MeasuredSpeed() {}

  /** From this machine's own answers with a model; empty where there is none that says anything. */
  public static Optional<Speed> of(ReceiptStore receipts, NodeId self, Digest model) {
    List<Statement> found = new ArrayList<>();
    for (StoredReceipt each : receipts.list(LOOKED_AT, null)) {
      if (found.size() < 2 * LATEST && each.node().isEmpty() && each.modelDigest().equals(model)) {
        receipts
            .receipt(each.id())
            .map(Receipt::statement)
            .filter(statement -> statement.node().equals(self))
            .ifPresent(found::add);
      }
    }
    return of(found);
  }

  /** From the statements of one model; empty where none of them says anything. */
  static Optional<Speed> of(List<Statement> statements) {
    double pp = 0;
    double po = 0;
    double oo = 0;
    double pt = 0;
    double ot = 0;
    double prompt = 0;
    double output = 0;
    double seconds = 0;
    int usable = 0;
    for (Statement each : statements) {
      if (usable == LATEST || !speaks(each)) {
        continue;
      }
      Statement.Choice choice = each.choices().getFirst();
      double time = seconds(each);
      double p = choice.prompt();
      double o = choice.output();
      pp += p * p;
      po += p * o;
      oo += o * o;
      pt += p * time;
      ot += o * time;
      prompt += p;
      output += o;
      seconds += time;
      usable++;
    }
    if (usable == 0) {
      return Optional.empty();
    }
    double determinant = pp * oo - po * po;
    double perPrompt = (pt * oo - ot * po) / determinant;
    double perOutput = (ot * pp - pt * po) / determinant;
    boolean apart =
        usable > 2 && determinant > 1e-3 * pp * oo && perPrompt > 1e-7 && perOutput > 1e-7;
    return Optional.of(
        apart
            ? new Speed(rate(1 / perPrompt), rate(1 / perOutput))
            : new Speed(rate(prompt / seconds), rate(output / seconds)));
  }

  private static boolean speaks(Statement statement) {
    return statement.kind() != Kind.EMBEDDING
        && statement.choices().size() == 1
        && statement.choices().getFirst().output() > 1
        && seconds(statement) > 0;
  }

  private static double seconds(Statement statement) {
    return Duration.between(statement.received().instant(), statement.finished().instant())
            .toMillis()
        / 1e3;
  }

  private static int rate(double tokens) {
    return (int) Math.min(Math.round(tokens), Integer.MAX_VALUE);
  }
}
