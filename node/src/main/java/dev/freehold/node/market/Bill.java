// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.market.match.Answered;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.node.receipts.Purchased;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** What is owed for one answer, whoever of several sellers gives it. Any thread may call. */
public final class Bill {
  private static final Address NOBODY = Address.of(new byte[Address.BYTES]);
  private static final String ORDERED = "ordered";
  private static final String COUNTED = "counted";
  private static final String REPLAYED = "replayed";

  /** What is checked of each answer before it counts as one (docs/formats/verdict.md). */
  private static final Map<String, Finding> CHECKED =
      Map.of(ORDERED, Finding.VALID, "signed", Finding.VALID, "transcript", Finding.VALID);

  private final Optional<BuyerBook> book;
  private final Address account;
  private final long started = System.nanoTime();
  private final Map<NodeId, PaidAttempt> begun = new ConcurrentHashMap<>();
  private final Map<NodeId, BuyerBook.Checked> wrong = new ConcurrentHashMap<>();
  private volatile Optional<Amount> paid = Optional.empty();
  private volatile TokenCheck tokens = TokenCheck.none();

  /**
   * @param account that pays
   */
  Bill(BuyerBook book, Address account) {
    this.book = Optional.of(book);
    this.account = account;
  }

  private Bill() {
    this.book = Optional.empty();
    this.account = NOBODY;
  }

  /** Where nothing is bought. */
  public static Bill none() {
    return new Bill();
  }

  /** Has what is owed counted by a tokenizer. Told before anybody is asked. */
  public void countedBy(TokenCheck check) {
    tokens = check;
  }

  TokenCheck tokens() {
    return tokens;
  }

  void begun(NodeId seller, PaidAttempt attempt) {
    begun.put(seller, attempt);
  }

  /**
   * The answer was checked, and is good: whoever gave it is paid.
   *
   * @param counts those of the receipt
   * @param toFirst how long the first token took
   * @param examined what its tokens and a replay say, where they were looked at
   */
  public void answered(
      NodeId machine,
      TokenCounts counts,
      Duration toFirst,
      Transcript transcript,
      Examination examined)
      throws InterruptedException {
    PaidAttempt attempt = begun.remove(machine);
    if (attempt == null) {
      return;
    }
    Duration total = Duration.ofNanos(System.nanoTime() - started);
    Duration first = toFirst.compareTo(total) > 0 ? total : toFirst;
    Map<String, Finding> claims = claims(examined, transcript);
    BuyerBook.Checked checked =
        new BuyerBook.Checked(
            Digest.sha256(transcript.encode()),
            Optional.of(transcript.receipt().id()),
            claims,
            Finding.VALID);
    try {
      attempt.settle(
          counts,
          voucher ->
              ended(
                  machine,
                  attempt,
                  Purchased.How.WHOLE,
                  new Answered(counts, first, total, Finding.VALID, true),
                  Optional.of(checked),
                  voucher));
    } catch (IOException | ReceiptStoreException e) {
      // What was signed is durable: it is handed over later, or the channel's next voucher covers
      // this answer too.
    } finally {
      paid = Optional.of(attempt.purchase().paid());
      attempt.over(true);
    }
  }

  private static Map<String, Finding> claims(Examination examined, Transcript transcript) {
    Map<String, Finding> claims = new HashMap<>(CHECKED);
    examined.counted(transcript).ifPresent(found -> claims.put(COUNTED, finding(found)));
    examined.replayed(transcript).ifPresent(found -> claims.put(REPLAYED, finding(found)));
    return claims;
  }

  private static Finding finding(Judgement judgement) {
    return switch (judgement) {
      case Judgement.Holds _ -> Finding.VALID;
      case Judgement.Fails _ -> Finding.INVALID;
      case Judgement.CannotJudge _ -> Finding.UNDECIDABLE;
    };
  }

  /**
   * An answer of a seller's was wrong.
   *
   * @param examined what its tokens and a replay say; where neither was wrong, it does not fit its
   *     order
   */
  public void wrong(Case found, Examination examined) {
    Optional<Transcript> signed =
        found.evidence() instanceof Case.Evidence.Signed(Transcript transcript)
            ? Optional.of(transcript)
            : Optional.empty();
    Map<String, Finding> claims =
        signed
            .map(transcript -> claims(examined, transcript))
            .filter(each -> each.containsValue(Finding.INVALID))
            .orElse(Map.of(ORDERED, Finding.INVALID));
    Optional<ReceiptId> receipt = signed.map(transcript -> transcript.receipt().id());
    wrong.put(
        found.machine(),
        new BuyerBook.Checked(
            Digest.sha256(found.evidenceBytes()), receipt, claims, Finding.INVALID));
  }

  /** The client is gone: what came is paid as far as it was counted. */
  public void left() {
    Duration total = Duration.ofNanos(System.nanoTime() - started);
    begun.forEach(
        (seller, attempt) ->
            attempt.leave(
                voucher ->
                    ended(
                        seller,
                        attempt,
                        Purchased.How.LEFT,
                        new Answered(attempt.metered(), total, total, Finding.UNDECIDABLE, false),
                        Optional.empty(),
                        voucher)));
    begun.clear();
  }

  /**
   * It is over: the others gave nothing whole, and get nothing more.
   *
   * @param convicted whether an answer of this seller was wrong
   */
  public void over(Predicate<NodeId> convicted) {
    Duration total = Duration.ofNanos(System.nanoTime() - started);
    begun.forEach(
        (seller, attempt) -> {
          attempt.over(false);
          Optional<BuyerBook.Checked> found = Optional.ofNullable(wrong.get(seller));
          boolean lied = found.isPresent() || convicted.test(seller);
          try {
            ended(
                seller,
                attempt,
                Purchased.How.BROKEN,
                new Answered(
                    TokenCounts.NONE,
                    total,
                    total,
                    lied ? Finding.INVALID : Finding.UNDECIDABLE,
                    false),
                found,
                Optional.empty());
          } catch (ReceiptStoreException e) {
            // It counts until the node ends; who lied is kept apart.
          }
        });
    begun.clear();
  }

  private void ended(
      NodeId seller,
      PaidAttempt attempt,
      Purchased.How how,
      Answered answered,
      Optional<BuyerBook.Checked> checked,
      Optional<SignedVoucher> voucher) {
    book.ifPresent(
        it ->
            it.ended(
                new Purchased(
                    seller,
                    it.now(),
                    attempt.model(),
                    attempt.channel(),
                    attempt.purchase().paid(),
                    checked.flatMap(BuyerBook.Checked::receipt),
                    how,
                    answered),
                checked,
                voucher,
                account));
  }

  /** What the answer cost; empty where it was not bought. */
  public Optional<Amount> paid() {
    return paid;
  }
}
