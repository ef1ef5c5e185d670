// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.record.ChainId;

/**
 * A voucher as it travels: for which contract on which chain it says it was signed.
 *
 * @param chain the chain
 * @param contract the payment channels
 * @param voucher channel and amount
 * @param signature not yet believed
 */
public record SignedVoucher(
    ChainId chain, Address contract, Voucher voucher, PaymentSignature signature) {
  /** Whether this key's holder signed it, for this contract and chain. */
  public boolean signedBy(Address authorizer) {
    return signedBy(authorizer, Domain.ofPaymentChannels(chain, contract).separator());
  }

  /** The same, where the domain's separator is known already. */
  public boolean signedBy(Address authorizer, Keccak256 separator) {
    return signature
        .signer(Domain.digest(separator, voucher))
        .filter(authorizer::equals)
        .isPresent();
  }
}
