// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.util.Optional;

/**
 * One way to pay.
 *
 * @param scheme how; perhaps one that we don't speak
 * @param network where
 * @param amount how much, or how much at most, as the scheme says
 * @param asset the token, as its network writes it
 * @param payTo who is paid, as its network writes it
 * @param maxTimeoutSeconds how long the payment must be good, from 1
 * @param extra what the scheme wants beside
 */
public record PaymentRequirements(
    String scheme,
    Network network,
    Amount amount,
    String asset,
    String payTo,
    int maxTimeoutSeconds,
    Json.Obj extra) {
  /**
   * Checks that nothing is empty.
   *
   * @throws IllegalArgumentException naming what is
   */
  public PaymentRequirements {
    if (scheme.isEmpty() || asset.isEmpty() || payTo.isEmpty() || maxTimeoutSeconds < 1) {
      throw new IllegalArgumentException("scheme, asset, payTo or time of requirements is empty");
    }
  }

  /** The token, where it is one of an EVM chain. */
  public Optional<Address> token() {
    return Evm.address(asset);
  }

  /** Who is paid, where it is an account of an EVM chain. */
  public Optional<Address> receiver() {
    return Evm.address(payTo);
  }

  /** Whether they are the same but for what is beside. */
  public boolean agrees(PaymentRequirements other) {
    return scheme.equals(other.scheme)
        && network.equals(other.network)
        && amount.equals(other.amount)
        && same(asset, other.asset)
        && same(payTo, other.payTo)
        && maxTimeoutSeconds == other.maxTimeoutSeconds;
  }

  private static boolean same(String one, String other) {
    return one.equals(other)
        || (Evm.address(one).isPresent() && Evm.address(one).equals(Evm.address(other)));
  }

  /** The same with other things beside. */
  public PaymentRequirements with(Json.Obj other) {
    return new PaymentRequirements(scheme, network, amount, asset, payTo, maxTimeoutSeconds, other);
  }

  /** Its JSON. */
  public Json.Obj toJson() {
    return Json.object()
        .put("scheme", scheme)
        .put("network", network.text())
        .put("amount", amount.toString())
        .put("asset", asset)
        .put("payTo", payTo)
        .put("maxTimeoutSeconds", maxTimeoutSeconds)
        .put("extra", extra)
        .build();
  }

  static PaymentRequirements read(Members members) throws Members.MalformedException {
    PaymentRequirements requirements;
    try {
      requirements =
          new PaymentRequirements(
              members.string("scheme"),
              members.typed("network", Network::new),
              Evm.amount(members, "amount"),
              members.string("asset"),
              members.string("payTo"),
              members.count("maxTimeoutSeconds", 1),
              Evm.open(members, "extra"));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    members.end();
    return requirements;
  }
}
