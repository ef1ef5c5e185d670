// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

/** Why a payment is not taken, in words that x402's clients know. */
public enum PaymentRefusal {
  /** It can't be read. */
  PAYLOAD("invalid_payload"),
  /** A scheme that is not spoken here. */
  SCHEME("unsupported_scheme"),
  /** On another chain. */
  NETWORK("invalid_network"),
  /** Another price, token or receiver than this request's. */
  REQUIREMENTS("invalid_payment_requirements"),
  /** Not signed by whose coins it would take. */
  SIGNATURE("invalid_exact_evm_payload_signature"),
  /** It pays somebody else. */
  RECIPIENT("invalid_exact_evm_payload_recipient_mismatch"),
  /** It pays another amount. */
  VALUE("invalid_exact_evm_payload_authorization_value_mismatch"),
  /** It is not good yet. */
  TOO_EARLY("invalid_exact_evm_payload_authorization_valid_after"),
  /** It is not good any more, or not for long enough. */
  TOO_LATE("invalid_exact_evm_payload_authorization_valid_before"),
  /** It was used before. */
  USED("invalid_exact_evm_nonce_already_used"),
  /** The payer has too little. */
  FUNDS("insufficient_funds"),
  /** The chain refused or reverted it. */
  TRANSACTION("invalid_transaction_state"),
  /** Nobody knows yet what becomes of it. */
  PENDING("settlement_pending"),
  /** It can't be judged now. */
  VERIFY("unexpected_verify_error"),
  /** It can't be settled now. */
  SETTLE("unexpected_settle_error"),
  /** The channel's name is not that of its parts. */
  CHANNEL_ID(Channels.OF + "channel_id_mismatch"),
  /** The channel pays somebody else. */
  CHANNEL_RECEIVER(Channels.OF + "receiver_mismatch"),
  /** Somebody else could claim from the channel. */
  CHANNEL_AUTHORIZER(Channels.OF + "receiver_authorizer_mismatch"),
  /** The channel is in another token. */
  CHANNEL_TOKEN(Channels.OF + "token_mismatch"),
  /** The channel's withdrawals take less time than is demanded. */
  CHANNEL_DELAY(Channels.OF + "withdraw_delay_mismatch"),
  /** No key signs the channel's vouchers. */
  CHANNEL_KEY(Channels.OF + "authorizer_not_configured"),
  /** So many channels are known already. */
  CHANNELS_FULL(Channels.OF + "verification_state_unavailable"),
  /** The voucher is not its payer's. */
  VOUCHER_SIGNATURE(Channels.OF + "voucher_signature"),
  /** The voucher does not start from what was charged. */
  VOUCHER_PLACE(Channels.OF + "cumulative_amount_mismatch"),
  /** The voucher is for more than the channel holds for it. */
  VOUCHER_UNCOVERED(Channels.OF + "cumulative_exceeds_balance"),
  /** Another answer of this channel is under way. */
  CHANNEL_BUSY(Channels.OF + "channel_busy"),
  /** The deposit is not its payer's. */
  DEPOSIT_SIGNATURE(Channels.OF + "receive_authorization_signature"),
  /** The deposit is not good yet. */
  DEPOSIT_TOO_EARLY(Channels.OF + "payload_authorization_valid_after"),
  /** The deposit is not good any more, or not for long enough. */
  DEPOSIT_TOO_LATE(Channels.OF + "payload_authorization_valid_before"),
  /** The payer has too little for the deposit. */
  DEPOSIT_FUNDS(Channels.OF + "insufficient_balance"),
  /** The deposit is smaller than is worth its gas. */
  DEPOSIT_SMALL(Channels.OF + "deposit_below_min_deposit"),
  /** The chain refused or reverted the deposit. */
  DEPOSIT_TRANSACTION(Channels.OF + "deposit_transaction_failed"),
  /** More is asked back than is free, or nothing. */
  REFUND_AMOUNT(Channels.OF + "refund_amount_invalid"),
  /** Nothing can be given back. */
  REFUND_NOTHING(Channels.OF + "refund_no_balance"),
  /** The chain refused or reverted the refund. */
  REFUND_TRANSACTION(Channels.OF + "refund_transaction_failed");

  private final String word;

  PaymentRefusal(String word) {
    this.word = word;
  }

  /** As clients know it. */
  public String word() {
    return word;
  }

  private static final class Channels {
    private static final String OF = "invalid_batch_settlement_evm_";
  }
}
