// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.evidence.ReceiptId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of records that wait for the log, or are there. */
final class Records {
  private Records() {}

  /** Adds a record; one that is here already stays as it is. */
  static void insert(Connection open, byte[] record, Optional<ReceiptId> receipt)
      throws SQLException {
    try (PreparedStatement insert =
        open.prepareStatement("INSERT OR IGNORE INTO record (record, receipt) VALUES (?, ?)")) {
      insert.setBytes(1, record);
      insert.setString(2, receipt.map(ReceiptId::text).orElse(null));
      insert.executeUpdate();
    }
  }

  /** Records that are not known to be in the log, the oldest first. */
  static List<byte[]> unlogged(Database database, Connection open, int limit) throws SQLException {
    PreparedStatement select =
        database.kept(
            open, "SELECT record FROM record WHERE entry IS NULL ORDER BY sequence LIMIT ?");
    select.setInt(1, limit);
    List<byte[]> rows = new ArrayList<>();
    try (ResultSet results = select.executeQuery()) {
      while (results.next()) {
        rows.add(results.getBytes(1));
      }
    }
    return rows;
  }

  /** Writes down where records stand in the log; one that was never here is added. */
  static void logged(Connection open, Map<Long, byte[]> entries) throws SQLException {
    try (PreparedStatement insert =
        open.prepareStatement(
            "INSERT INTO record (record, entry) VALUES (?, ?) ON CONFLICT (record) DO UPDATE"
                + " SET entry = excluded.entry WHERE entry IS NULL")) {
      for (Map.Entry<Long, byte[]> entry : entries.entrySet()) {
        insert.setBytes(1, entry.getValue());
        insert.setLong(2, entry.getKey());
        insert.executeUpdate();
      }
    }
  }

  /** Where the records that tell of a receipt stand in the log, as far as that is known. */
  static List<Long> entriesOf(Connection open, ReceiptId receipt) throws SQLException {
    try (PreparedStatement select =
        open.prepareStatement(
            "SELECT entry FROM record WHERE receipt = ? AND entry IS NOT NULL ORDER BY entry")) {
      select.setString(1, receipt.text());
      List<Long> entries = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          entries.add(rows.getLong(1));
        }
      }
      return entries;
    }
  }
}
