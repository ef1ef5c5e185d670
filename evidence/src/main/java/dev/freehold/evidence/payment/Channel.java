// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.time.Duration;
import java.util.HexFormat;

/**
 * A payment channel of one contract on one chain.
 *
 * @param config what it is, for ever
 * @param chain the chain
 * @param contract the payment channels
 */
public record Channel(ChannelConfig config, ChainId chain, Address contract) {
  /** For which contract on which chain its vouchers are signed. */
  public Domain domain() {
    return Domain.ofPaymentChannels(chain, contract);
  }

  /** Its name. */
  public ChannelId id() {
    return config.id(domain());
  }

  /** In what is paid through it. */
  public Coin coin() {
    return new Coin(chain, contract, config.token());
  }

  /** As formats embed it. */
  public Json.Obj toJson() {
    return Json.object()
        .put("chain", chain.number())
        .put("contract", contract.toString())
        .put("delay", config.withdrawDelay().toSeconds())
        .put("payer", config.payer().toString())
        .put("payerAuthorizer", config.payerAuthorizer().toString())
        .put("receiver", config.receiver().toString())
        .put("receiverAuthorizer", config.receiverAuthorizer().toString())
        .put("salt", config.salt().toString())
        .put("token", config.token().toString())
        .build();
  }

  /** Reads all members of {@link #toJson}. */
  public static Channel read(Members members) throws Members.MalformedException {
    int delay = members.count("delay", 1);
    ChannelConfig config;
    try {
      config =
          new ChannelConfig(
              Coin.address(members, "payer"),
              Coin.address(members, "payerAuthorizer"),
              Coin.address(members, "receiver"),
              Coin.address(members, "receiverAuthorizer"),
              Coin.address(members, "token"),
              Duration.ofSeconds(delay),
              members.typed("salt", Channel::word));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    Channel channel =
        new Channel(config, Coin.chain(members, "chain"), Coin.address(members, "contract"));
    members.end();
    return channel;
  }

  private static Keccak256 word(String text) {
    if (!text.matches("0x[0-9a-f]{64}")) {
      throw new IllegalArgumentException("it is not 0x and 64 lower-case hexadecimal digits");
    }
    return Keccak256.of(HexFormat.of().parseHex(text, 2, text.length()));
  }
}
