// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Brings a database to the newest schema by the numbered SQL files that it lacks. */
final class Schema {
  /** In the order of their numbers, which start at 1 and leave none out. */
  private static final List<String> FILES =
      List.of(
          "0001-receipts.sql",
          "0002-logged.sql",
          "0003-records.sql",
          "0004-foreign.sql",
          "0005-bought.sql");

  private Schema() {}

  /**
   * Applies what is missing, all of it or nothing.
   *
   * @throws ReceiptStoreException if the database comes from a newer Freehold
   */
  static void upgrade(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (version(statement) == FILES.size()) {
        return;
      }
      // Takes the write lock first, so that two processes can't both find the same file missing.
      statement.execute("BEGIN IMMEDIATE");
      boolean done = false;
      try {
        int version = version(statement);
        if (version > FILES.size()) {
          throw new ReceiptStoreException(
              "the receipts were written by a newer Freehold (schema "
                  + version
                  + ", this one knows "
                  + FILES.size()
                  + "): use that one, or another FREEHOLD_HOME");
        }
        if (version == 0) {
          statement.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)");
          statement.execute("INSERT INTO schema_version VALUES (0)");
        }
        for (int next = version; next < FILES.size(); next++) {
          for (String command : read(FILES.get(next)).split(";", -1)) {
            if (!command.isBlank()) {
              statement.execute(command);
            }
          }
        }
        statement.execute("UPDATE schema_version SET version = " + FILES.size());
        statement.execute("COMMIT");
        done = true;
      } finally {
        if (!done) {
          statement.execute("ROLLBACK");
        }
      }
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet tables =
        statement.executeQuery(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'")) {
      if (!tables.next()) {
        return 0;
      }
    }
    try (ResultSet rows = statement.executeQuery("SELECT version FROM schema_version")) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /** The file without its comments. */
  private static String read(String name) {
    try (InputStream in = Schema.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks its schema file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)--.*$", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
