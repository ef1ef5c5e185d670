// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Keccak256;

/** Something that is signed as typed data. */
public sealed interface TypedStruct
    permits ChannelConfig, Voucher, ClaimBatch, Refund, TransferAuthorization {
  /** The hash of the type and the members (EIP-712, hashStruct). */
  Keccak256 structHash();
}
