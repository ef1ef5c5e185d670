// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;

/** A payment of {@link Scheme#BATCH_SETTLEMENT}. Its signatures are not checked here. */
public sealed interface ChannelPayload {
  /** Of which channel. */
  ChannelConfig config();

  /** What may be claimed of it in all. */
  Voucher voucher();

  /** Of the voucher. */
  PaymentSignature signature();

  /**
   * Pays from what is in the channel.
   *
   * @param config of which channel
   * @param voucher what may be claimed of it in all
   * @param signature of the voucher
   */
  record Pay(ChannelConfig config, Voucher voucher, PaymentSignature signature)
      implements ChannelPayload {}

  /**
   * Funds the channel first.
   *
   * @param config of which channel
   * @param voucher what may be claimed of it in all
   * @param signature of the voucher
   * @param deposit what comes into the channel
   */
  record Fund(ChannelConfig config, Voucher voucher, PaymentSignature signature, Deposit deposit)
      implements ChannelPayload {}

  /**
   * Asks coins back.
   *
   * @param config of which channel
   * @param voucher exactly what was charged
   * @param signature of the voucher
   * @param amount how many; empty: all that were not charged
   */
  record Refund(
      ChannelConfig config, Voucher voucher, PaymentSignature signature, Optional<Amount> amount)
      implements ChannelPayload {}

  /**
   * Coins that a payer gives by ERC-3009, for one channel only.
   *
   * @param amount 128 bits at most
   * @param validAfter Unix time, seconds
   * @param validBefore Unix time, seconds
   * @param salt tells deposits into one channel apart
   * @param signature over the authorization in the token's domain
   */
  record Deposit(
      Amount amount,
      BigInteger validAfter,
      BigInteger validBefore,
      Keccak256 salt,
      PaymentSignature signature) {
    private Json.Obj toJson() {
      return Json.object()
          .put("amount", amount.toString())
          .put(
              "authorization",
              Json.object()
                  .put(
                      "erc3009Authorization",
                      Json.object()
                          .put("validAfter", validAfter.toString())
                          .put("validBefore", validBefore.toString())
                          .put("salt", salt.toString())
                          .put("signature", signature.toString())
                          .build())
                  .build())
          .build();
    }
  }

  /** Its JSON. */
  default Json.Obj toJson() {
    Json.Builder payload = Json.object();
    payload.put(
        "type",
        switch (this) {
          case Pay _ -> "voucher";
          case Fund _ -> "deposit";
          case Refund _ -> "refund";
        });
    ChannelConfig config = config();
    payload.put(
        "channelConfig",
        Json.object()
            .put("payer", config.payer().toString())
            .put("payerAuthorizer", config.payerAuthorizer().toString())
            .put("receiver", config.receiver().toString())
            .put("receiverAuthorizer", config.receiverAuthorizer().toString())
            .put("token", config.token().toString())
            .put("withdrawDelay", config.withdrawDelay().toSeconds())
            .put("salt", config.salt().toString())
            .build());
    payload.put(
        "voucher",
        Json.object()
            .put("channelId", voucher().channel().toString())
            .put("maxClaimableAmount", voucher().maxClaimable().toString())
            .put("signature", signature().toString())
            .build());
    switch (this) {
      case Pay _ -> {}
      case Fund fund -> payload.put("deposit", fund.deposit.toJson());
      case Refund refund ->
          refund.amount.ifPresent(amount -> payload.put("amount", amount.toString()));
    }
    return payload.build();
  }

  /** Reads a payload. */
  static Parsed<ChannelPayload> of(Json.Obj payload) {
    try {
      Members members = new Members("the payload", payload);
      String type = members.string("type");
      ChannelConfig config = config(members.object("channelConfig"));
      Members signed = members.object("voucher");
      Voucher voucher =
          new Voucher(
              new ChannelId(Evm.word(signed, "channelId")),
              Evm.channelAmount(signed, "maxClaimableAmount"));
      PaymentSignature signature = Evm.signature(signed, "signature");
      signed.end();
      ChannelPayload read =
          switch (type) {
            case "voucher" -> new Pay(config, voucher, signature);
            case "deposit" ->
                new Fund(config, voucher, signature, deposit(members.object("deposit")));
            case "refund" ->
                new Refund(
                    config,
                    voucher,
                    signature,
                    members.has("amount")
                        ? Optional.of(Evm.channelAmount(members, "amount"))
                        : Optional.empty());
            default ->
                throw new Members.MalformedException("its type is not voucher, deposit or refund");
          };
      members.end();
      return new Parsed.Read<>(read);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a payment by channel: " + e.reason());
    }
  }

  private static ChannelConfig config(Members members) throws Members.MalformedException {
    int delay = members.count("withdrawDelay", 1);
    ChannelConfig config;
    try {
      config =
          new ChannelConfig(
              Evm.address(members, "payer"),
              Evm.address(members, "payerAuthorizer"),
              Evm.address(members, "receiver"),
              Evm.address(members, "receiverAuthorizer"),
              Evm.address(members, "token"),
              Duration.ofSeconds(delay),
              Evm.word(members, "salt"));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    members.end();
    return config;
  }

  private static Deposit deposit(Members members) throws Members.MalformedException {
    Amount amount = Evm.channelAmount(members, "amount");
    Members ways = members.object("authorization");
    members.end();
    if (ways.has("permit2Authorization")) {
      throw new Members.MalformedException("deposits by Permit2 are not taken here");
    }
    Members given = ways.object("erc3009Authorization");
    ways.end();
    Deposit deposit =
        new Deposit(
            amount,
            Evm.amount(given, "validAfter").units(),
            Evm.amount(given, "validBefore").units(),
            Evm.word(given, "salt"),
            Evm.signature(given, "signature"));
    given.end();
    return deposit;
  }
}
