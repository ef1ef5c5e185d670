// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.bundle;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.action.Phase;
import dev.freehold.evidence.action.StepClaims;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a gateway's log, from its end, for the entries that lead to a receipt: the mandates
 * down from the owner's, their revocations, and the three records of the action. What it finds is
 * not judged here.
 */
public final class AuthorisingEntries {
  private static final int AT_ONCE = 256;

  /**
   * An entry that was found, not proven yet.
   *
   * @param index where it stands in the log
   */
  public record Found(long index, Entry entry) {}

  private final LogReader log;
  private final ReceiptId receipt;
  private final Map<Phase, Found> steps = new EnumMap<>(Phase.class);
  private final List<Found> mandates = new ArrayList<>();
  private final List<Found> revocations = new ArrayList<>();
  private final Set<Digest> chain = new HashSet<>();
  private @Nullable Nonce action;

  /** The mandate that is looked for; null before the action's request is found. */
  private @Nullable TaggedDigest wanted;

  private boolean whole;

  private AuthorisingEntries(LogReader log, ReceiptId receipt) {
    this.log = log;
    this.receipt = receipt;
  }

  /**
   * The entries in the order of the walk; empty where no action in this log ended in the receipt.
   */
  public static List<Found> of(LogReader log, ReceiptId receipt) throws LogException {
    return new AuthorisingEntries(log, receipt).find();
  }

  private List<Found> find() throws LogException {
    for (long end = log.size(); end > 0 && !whole; end -= AT_ONCE) {
      long begin = Math.max(0, end - AT_ONCE);
      List<byte[]> entries = log.entries(begin, end);
      for (int i = entries.size() - 1; i >= 0 && !whole; i--) {
        if (Entry.decode(entries.get(i)) instanceof Parsed.Read<Entry>(Entry entry)) {
          take(new Found(begin + i, entry));
        }
      }
    }
    List<Found> found = new ArrayList<>();
    if (steps.containsKey(Phase.AFTER)) {
      found.addAll(mandates.reversed());
      for (Found revocation : revocations.reversed()) {
        if (revocation(revocation.entry).filter(chain::contains).isPresent()) {
          found.add(revocation);
        }
      }
      found.addAll(steps.values());
    }
    return found;
  }

  private void take(Found found) {
    switch (found.entry.kind()) {
      case RESULT ->
          claims(found.entry)
              .filter(c -> action == null && receipt.text().equals(c.receiptOrNull()))
              .ifPresent(
                  claims -> {
                    action = claims.action();
                    steps.put(Phase.AFTER, found);
                  });
      case EFFECT, REQUEST ->
          claims(found.entry)
              .filter(c -> c.action().equals(action))
              .ifPresent(
                  claims -> {
                    steps.put(claims.phase(), found);
                    wanted = claims.mandate();
                  });
      case MANDATE -> mandate(found);
      case REVOCATION -> revocations.add(found);
      case RECEIPT,
          REFUSAL,
          VERDICT,
          TOKEN,
          VOUCHER,
          SETTLEMENT,
          ANCHOR,
          TIMESTAMP,
          IDENTITY,
          END -> {}
    }
  }

  private void mandate(Found found) {
    if (!(Mandate.decode(CanonicalJson.bytes(found.entry.record()))
            instanceof Parsed.Read<Mandate>(Mandate mandate))
        || !TaggedDigest.of(mandate.digest()).equals(wanted)) {
      return;
    }
    mandates.add(found);
    chain.add(mandate.digest());
    wanted = mandate.terms().parent().map(TaggedDigest::of).orElse(null);
    whole = wanted == null;
  }

  private static Optional<StepClaims> claims(Entry entry) {
    return Token.of(entry.record()) instanceof TokenReading.Accepted(Token token, List<String> _)
            && StepClaims.read(token) instanceof Parsed.Read<StepClaims>(StepClaims claims)
        ? Optional.of(claims)
        : Optional.empty();
  }

  private static Optional<Digest> revocation(Entry entry) {
    return Revocation.decode(CanonicalJson.bytes(entry.record()))
            instanceof Parsed.Read<Revocation>(Revocation revocation)
        ? Optional.of(revocation.mandate())
        : Optional.empty();
  }
}
