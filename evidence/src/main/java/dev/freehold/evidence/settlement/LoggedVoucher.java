// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.settlement;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A voucher as the record of an entry (docs/formats/payment-entry.md). Not yet believed.
 *
 * @param role what the log's node did with it
 * @param account whose signature it is said to be
 * @param voucher the voucher
 * @param receiptOrNull of the answer after which it was signed
 */
public record LoggedVoucher(
    Role role, Address account, SignedVoucher voucher, @Nullable ReceiptId receiptOrNull) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-voucher/1";

  /** The longest record in bytes. */
  public static final int LIMIT = 2_048;

  /** What a node did with a voucher. */
  public enum Role {
    /** It signed it. */
    PAID,
    /** It took it. */
    RECEIVED;

    /** As it is written. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Role parse(String text) {
      return Arrays.stream(values())
          .filter(role -> role.text().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("a voucher is paid or received"));
    }
  }

  /** The receipt of the answer after which it was signed, where that is known. */
  public Optional<ReceiptId> receipt() {
    return Optional.ofNullable(receiptOrNull);
  }

  /** Whether the account that it names signed it. */
  public boolean signed() {
    return voucher.signedBy(account);
  }

  /** The record. */
  public Json.Obj toJson() {
    Json.Builder json =
        Json.object()
            .put("account", account.toString())
            .put("amount", voucher.voucher().maxClaimable().toString())
            .put("chain", voucher.chain().number())
            .put("channel", voucher.voucher().channel().toString())
            .put("contract", voucher.contract().toString())
            .put("format", FORMAT);
    if (receiptOrNull != null) {
      json.put("receipt", receiptOrNull.text());
    }
    return json.put("role", role.text()).put("signature", voucher.signature().toString()).build();
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<LoggedVoucher> decode(byte[] bytes) {
    try {
      Members members = new Members("the voucher", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      LoggedVoucher read =
          new LoggedVoucher(
              members.typed("role", Role::parse),
              Coin.address(members, "account"),
              new SignedVoucher(
                  Coin.chain(members, "chain"),
                  Coin.address(members, "contract"),
                  new Voucher(
                      members.typed("channel", LoggedVoucher::channel),
                      Coin.amount(members, "amount")),
                  members.typed("signature", LoggedVoucher::signature)),
              members.has("receipt") ? members.typed("receipt", ReceiptId::new) : null);
      members.end();
      Members.requireSame(read.encode(), bytes);
      return new Parsed.Read<>(read);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("no voucher's entry: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("no voucher's entry: " + e.getMessage());
    }
  }

  private static ChannelId channel(String text) {
    return ChannelId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no channel's id"));
  }

  private static PaymentSignature signature(String text) {
    return PaymentSignature.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no signature"));
  }
}
