// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.settlement.LoggedSettlement;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.market.match.Answered;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a home bought, and the records of its money that wait for the log: docs/formats/purchase.md,
 * payment-entry.md. What a call returned from is on the disk. Any thread may call; other processes
 * may read at the same time.
 */
public final class PurchaseStore {
  private static final String COLUMNS =
      "seller, ended, model, model_digest, channel, paid, receipt, how, finding, prompt_tokens,"
          + " output_tokens, to_first, total";

  private final Database database;

  PurchaseStore(Database database) {
    this.database = database;
  }

  /**
   * Keeps a purchase with what is to be logged of it, all or nothing.
   *
   * @param verdict what the check found
   * @param voucher the last one that was signed for it
   */
  public void add(
      Purchased purchase, Optional<SignedVerdict> verdict, Optional<LoggedVoucher> voucher) {
    database.together(
        open -> {
          insert(open, purchase);
          if (verdict.isPresent()) {
            SignedVerdict found = verdict.get();
            Records.insert(open, found.encode(), found.receipt());
          }
          if (voucher.isPresent()) {
            insert(open, voucher.get());
          }
          return purchase;
        });
  }

  private static void insert(Connection open, Purchased purchase) throws SQLException {
    Answered answered = purchase.answered();
    try (PreparedStatement insert =
        open.prepareStatement(
            "INSERT INTO bought (" + COLUMNS + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
      insert.setString(1, purchase.seller().toString());
      insert.setString(2, purchase.ended().toString());
      insert.setString(3, purchase.model().name());
      insert.setString(4, purchase.model().digest().toString());
      insert.setString(5, purchase.channel().toString());
      insert.setString(6, purchase.paid().toString());
      insert.setString(7, purchase.receipt().map(ReceiptId::text).orElse(null));
      insert.setString(8, purchase.how().text());
      insert.setString(9, answered.finding().word());
      insert.setLong(10, answered.counts().input());
      insert.setLong(11, answered.counts().output());
      insert.setLong(12, answered.toFirst().toNanos() / 1_000);
      insert.setLong(13, answered.total().toNanos() / 1_000);
      insert.executeUpdate();
    }
  }

  /** A voucher's record, and up to where its channel's vouchers have become records. */
  private static void insert(Connection open, LoggedVoucher voucher) throws SQLException {
    Records.insert(open, voucher.encode(), voucher.receipt());
    ChannelId channel = voucher.voucher().voucher().channel();
    Amount amount = voucher.voucher().voucher().maxClaimable();
    Amount before = recorded(open, voucher.role()).getOrDefault(channel, Amount.ZERO);
    try (PreparedStatement update =
        open.prepareStatement(
            "INSERT INTO voucher (role, channel, amount) VALUES (?,?,?) ON CONFLICT (role, channel)"
                + " DO UPDATE SET amount = excluded.amount")) {
      update.setString(1, voucher.role().text());
      update.setString(2, channel.toString());
      update.setString(3, amount.atLeast(before).toString());
      update.executeUpdate();
    }
  }

  private static Map<ChannelId, Amount> recorded(Connection open, LoggedVoucher.Role role)
      throws SQLException {
    Map<ChannelId, Amount> all = new HashMap<>();
    try (PreparedStatement select =
        open.prepareStatement("SELECT channel, amount FROM voucher WHERE role = ?")) {
      select.setString(1, role.text());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          all.put(
              ChannelId.parse(rows.getString(1)).orElseThrow(),
              Amount.parse(rows.getString(2)).orElseThrow());
        }
      }
    }
    return all;
  }

  /** Up to what amount vouchers of each channel have become records. */
  public Map<ChannelId, Amount> recorded(LoggedVoucher.Role role) {
    return database.locked("read", open -> recorded(open, role));
  }

  /**
   * Keeps what is to be logged of vouchers and settlements, all or nothing.
   *
   * @param mandates under which was paid, and revocations; those that are here already stay
   */
  public void record(
      List<LoggedVoucher> vouchers, List<LoggedSettlement> settlements, List<byte[]> mandates) {
    database.together(
        open -> {
          for (byte[] mandate : mandates) {
            Records.insert(open, mandate, Optional.empty());
          }
          for (LoggedVoucher voucher : vouchers) {
            insert(open, voucher);
          }
          for (LoggedSettlement settlement : settlements) {
            Records.insert(open, settlement.encode(), Optional.empty());
          }
          return vouchers;
        });
  }

  /** The latest purchases, the newest first. */
  public List<Purchased> newest(int limit) {
    return database.locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT " + COLUMNS + " FROM bought ORDER BY sequence DESC LIMIT ?")) {
            select.setInt(1, limit);
            return read(select);
          }
        });
  }

  /** The purchase that gave a receipt. */
  public Optional<Purchased> of(ReceiptId receipt) {
    return database.locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT "
                      + COLUMNS
                      + " FROM bought WHERE receipt = ? ORDER BY sequence LIMIT 1")) {
            select.setString(1, receipt.text());
            return read(select).stream().findFirst();
          }
        });
  }

  /**
   * The latest answers of each seller, the oldest first; none that the buyer's own client left.
   *
   * @param each of a seller, at most
   */
  public Map<NodeId, List<Answered>> histories(int each) {
    return database.locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT "
                      + COLUMNS
                      + " FROM (SELECT *, row_number() OVER (PARTITION BY seller ORDER BY sequence"
                      + " DESC) AS place FROM bought WHERE how <> 'left') WHERE place <= ? ORDER BY"
                      + " sequence")) {
            select.setInt(1, each);
            Map<NodeId, List<Answered>> all = new LinkedHashMap<>();
            for (Purchased purchase : read(select)) {
              all.computeIfAbsent(purchase.seller(), _ -> new ArrayList<>())
                  .add(purchase.answered());
            }
            return all;
          }
        });
  }

  private List<Purchased> read(PreparedStatement select) throws SQLException {
    List<Purchased> found = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        try {
          found.add(purchase(rows));
        } catch (IllegalArgumentException e) {
          throw new ReceiptStoreException(
              "a purchase in " + database.file() + " is damaged: " + e.getMessage(), e);
        }
      }
    }
    return found;
  }

  private static Purchased purchase(ResultSet row) throws SQLException {
    Purchased.How how = Purchased.How.valueOf(row.getString(8).toUpperCase(Locale.ROOT));
    return new Purchased(
        NodeId.parse(row.getString(1)).orElseThrow(() -> new IllegalArgumentException("seller")),
        Timestamp.parse(row.getString(2)),
        new Statement.Model(Digest.parse(row.getString(4)), row.getString(3)),
        ChannelId.parse(row.getString(5))
            .orElseThrow(() -> new IllegalArgumentException("channel")),
        Amount.parse(row.getString(6)).orElseThrow(() -> new IllegalArgumentException("paid")),
        Optional.ofNullable(row.getString(7)).map(ReceiptId::new),
        how,
        new Answered(
            new TokenCounts(row.getInt(10), row.getInt(11)),
            micros(row.getLong(12)),
            micros(row.getLong(13)),
            SignedVerdict.Finding.parse(row.getString(9)),
            how == Purchased.How.WHOLE));
  }

  private static Duration micros(long micros) {
    return Duration.ofNanos(micros * 1_000);
  }
}
