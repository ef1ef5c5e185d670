// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A home's database: one connection, used by one thread after the other. What a call returned from
 * is on the disk; what it threw for is there whole or not at all.
 */
final class Database implements AutoCloseable {
  /** Opens a connection; tests open ones that fail. */
  interface Opener {
    Connection open() throws SQLException;
  }

  /** Something done with the connection. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private final Path file;
  private final Opener opener;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}; null after a failure that left it unusable. */
  private @Nullable Connection connection;

  /** Statements of this connection by their text; guarded by {@link #lock}. */
  private final Map<String, PreparedStatement> kept = new HashMap<>();

  Database(Path file, Opener opener) {
    this.file = file;
    this.opener = opener;
  }

  static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // FULL: a commit returns when the log is on the disk, not when the system has taken it.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(5_000);
    // Nobody asks for them, and each insert would be followed by a statement of its own.
    config.setGetGeneratedKeys(false);
    return new JDBC4Connection(
        "jdbc:sqlite:" + file.toAbsolutePath(),
        file.toAbsolutePath().toString(),
        config.toProperties());
  }

  Path file() {
    return file;
  }

  /**
   * Does something.
   *
   * @param verb for the message of the failure
   * @throws ReceiptStoreException if the database can't be used
   */
  <T> T locked(String verb, Work<T> work) {
    lock.lock();
    try {
      Connection open = connection;
      if (open == null) {
        open = opener.open();
        Schema.upgrade(open);
        connection = open;
      }
      return work.on(open);
    } catch (SQLException e) {
      // The next call starts afresh, so that one failure is not all that ever happens.
      drop();
      throw new ReceiptStoreException("cannot " + verb + " " + file + ": " + reason(e), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A statement of the connection that {@link #locked} gave, made once: for what every answer does.
   * Whoever uses it closes its rows, and not the statement.
   */
  PreparedStatement kept(Connection open, String text) throws SQLException {
    PreparedStatement found = kept.get(text);
    if (found == null) {
      found = open.prepareStatement(text);
      kept.put(text, found);
    }
    return found;
  }

  /** Writes several rows: all of them or none. */
  <T> T together(Work<T> work) {
    return locked("write", open -> together(open, work));
  }

  /**
   * Does the same for what can be found out anew, without waiting for the disk: of these writes, a
   * power cut may take back the last ones, and nothing else. What is written otherwise is on the
   * disk with all that was written before it.
   */
  <T> T unflushed(Work<T> work) {
    return locked(
        "write",
        open -> {
          try (Statement statement = open.createStatement()) {
            statement.execute("PRAGMA synchronous = NORMAL");
            try {
              return together(open, work);
            } finally {
              statement.execute("PRAGMA synchronous = FULL");
            }
          }
        });
  }

  private <T> T together(Connection open, Work<T> work) throws SQLException {
    boolean done = false;
    kept(open, "BEGIN IMMEDIATE").execute();
    try {
      T result = work.on(open);
      kept(open, "COMMIT").execute();
      done = true;
      return result;
    } finally {
      if (!done) {
        kept(open, "ROLLBACK").execute();
      }
    }
  }

  private void drop() {
    Connection old = connection;
    connection = null;
    kept.clear();
    if (old != null) {
      try {
        old.close();
      } catch (SQLException e) {
        // It is given up either way.
      }
    }
  }

  private static String reason(SQLException e) {
    if (e instanceof SQLiteException sqlite) {
      SQLiteErrorCode code = sqlite.getResultCode();
      return switch (code) {
        case SQLITE_FULL -> "the disk is full: free some space";
        case SQLITE_BUSY -> "another process has held it for 5 s: see which node or tool does";
        case SQLITE_READONLY -> "it can't be written: see to its permissions";
        case SQLITE_NOTADB, SQLITE_CORRUPT ->
            "it is damaged: put back a copy, or move it away to begin a new one";
        default -> code.name() + " (" + code.message + ")";
      };
    }
    return String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      drop();
    } finally {
      lock.unlock();
    }
  }
}
