// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What an owner signed for buying, and how it is read.
 *
 * @param coin that the mandate's unit means
 * @param decimals how many of the coin's digits are behind the point
 * @param owner who is trusted to grant it
 * @param chain from the owner's mandate down to the buyer's
 * @param revocations that end one of them
 */
public record Grant(
    Coin coin, int decimals, Owner owner, MandateChain chain, List<Revocation> revocations) {
  /** More digits than any coin has. */
  public static final int DECIMALS = 36;

  /** So many revocations are kept. */
  public static final int REVOCATIONS = 16;

  private static final int MILLIONTHS = 6;

  /**
   * Copies the revocations.
   *
   * @throws IllegalArgumentException if there is no mandate, or something is out of its range
   */
  public Grant {
    revocations = List.copyOf(revocations);
    if (chain.mandates().isEmpty()) {
      throw new IllegalArgumentException("there is no mandate");
    }
    if (decimals < 0 || decimals > DECIMALS) {
      throw new IllegalArgumentException("a coin has 0 to " + DECIMALS + " decimals");
    }
    if (revocations.size() > REVOCATIONS) {
      throw new IllegalArgumentException("at most " + REVOCATIONS + " revocations are kept");
    }
  }

  /** The mandate under which is bought. */
  public Mandate acting() {
    return chain.mandates().getLast();
  }

  /** What it allows. */
  public Allowance allow() {
    return acting().terms().allow();
  }

  /** How much may be spent in all: of its millionths, what the coin can express. */
  public Spent allowed() {
    BigInteger millionths = BigInteger.valueOf(allow().pay());
    BigInteger units =
        decimals >= MILLIONTHS
            ? millionths.multiply(BigInteger.TEN.pow(decimals - MILLIONTHS))
            : millionths.divide(BigInteger.TEN.pow(MILLIONTHS - decimals));
    return Spent.of(new Amount(units), allow().answers(), allow().tokens());
  }

  /** Why {@code acting} may buy nothing under it at a moment; empty where it may. */
  public Optional<String> objection(Party acting, Timestamp now) {
    return switch (chain.check(List.of(owner), acting, revocations, now)) {
      case MandateChain.Standing.Refused(var fault, int _) -> Optional.of(fault.reason());
      case MandateChain.Standing.InForce _ -> unfit();
    };
  }

  private Optional<String> unfit() {
    for (EffectKind effect : List.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT)) {
      if (!allow().effects().contains(effect)) {
        return Optional.of("it does not allow " + effect.text() + ", and buying takes both");
      }
      if (allow().approve().contains(effect)) {
        return Optional.of(
            effect.text() + " needs a person's approval each time, and a node asks nobody");
      }
    }
    return Optional.empty();
  }

  /**
   * Whether it names a model and a seller, or any.
   *
   * @param model by which a name in the mandate may be its digest
   * @param name what the catalogue calls it; what a seller calls it counts for nothing
   */
  public boolean names(Digest model, Optional<String> name, NodeId seller, Address payee) {
    return (Allowance.holds(allow().models(), model.toString())
            || name.filter(each -> Allowance.holds(allow().models(), each)).isPresent())
        && (Allowance.holds(allow().peers(), seller.toString())
            || Allowance.holds(allow().peers(), payee.toString()));
  }
}
