// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Statement.Choice;
import dev.freehold.evidence.Transcript;
import dev.freehold.node.files.OwnerFiles;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * The receipts of a home. What {@link #append} returned from is on the disk, whatever happens next;
 * what it threw for is there whole or not at all. Any thread may call; other processes may read and
 * append at the same time.
 */
public final class ReceiptStore implements AutoCloseable {
  /** The database's name in FREEHOLD_HOME. */
  public static final String FILE = "receipts.db";

  private static final String COLUMNS =
      "id, kind, model, model_digest, finished, prompt_tokens, output_tokens, node";

  /** Opens a connection; tests open ones that fail. */
  interface Opener {
    Connection open() throws SQLException;
  }

  private final Path file;
  private final Opener opener;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}; null after a failure that left it unusable. */
  private @Nullable Connection connection;

  ReceiptStore(Path file, Opener opener) {
    this.file = file;
    this.opener = opener;
  }

  /**
   * Opens the receipts of a home, and makes the database if there is none.
   *
   * @throws ReceiptStoreException if it can't be opened
   */
  public static ReceiptStore open(Path home) {
    Path file = home.resolve(FILE);
    try {
      OwnerFiles.file(file);
    } catch (IOException e) {
      throw new ReceiptStoreException("cannot make " + file + ": " + e.getMessage(), e);
    }
    ReceiptStore store = new ReceiptStore(file, () -> connect(file));
    store.locked("open", Connection::isReadOnly);
    return store;
  }

  /** Opens the receipts of a home, if it has any. */
  public static Optional<ReceiptStore> openIfThere(Path home) {
    return Files.exists(home.resolve(FILE)) ? Optional.of(open(home)) : Optional.empty();
  }

  static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // FULL: a commit returns when the log is on the disk, not when the system has taken it.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(5_000);
    return new JDBC4Connection(
        "jdbc:sqlite:" + file.toAbsolutePath(),
        file.toAbsolutePath().toString(),
        config.toProperties());
  }

  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private <T> T locked(String verb, Work<T> work) {
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

  private void drop() {
    Connection old = connection;
    connection = null;
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

  /**
   * Keeps an answer's transcript. When it returns, the transcript is on the disk.
   *
   * @throws ReceiptStoreException if it could not be kept; then there is no receipt, or (where the
   *     disk failed after it had written) a whole one that nobody was told of
   */
  public void append(Transcript transcript) {
    insert(transcript, null);
  }

  /**
   * Keeps the transcript of an answer that another machine gave and signed, as {@link #append}
   * does. It is that machine's to log, so it is none of the {@link #unlogged}.
   */
  public void appendForeign(Transcript transcript) {
    insert(transcript, transcript.receipt().statement().node());
  }

  private void insert(Transcript transcript, @Nullable NodeId signer) {
    Receipt receipt = transcript.receipt();
    byte[] bytes;
    try {
      bytes = transcript.encode();
    } catch (IllegalStateException e) {
      throw new ReceiptStoreException(String.valueOf(e.getMessage()), e);
    }
    long prompt = 0;
    long output = 0;
    for (Choice choice : receipt.statement().choices()) {
      prompt += choice.prompt();
      output += choice.output();
    }
    long promptTokens = prompt;
    long outputTokens = output;
    locked(
        "write",
        open -> {
          try (PreparedStatement insert =
              open.prepareStatement(
                  "INSERT INTO receipt (" + COLUMNS + ", transcript) VALUES (?,?,?,?,?,?,?,?,?)")) {
            insert.setString(1, receipt.id().text());
            insert.setString(2, receipt.statement().kind().text());
            insert.setString(3, receipt.statement().model().name());
            insert.setString(4, receipt.statement().model().digest().toString());
            insert.setString(5, receipt.statement().finished().toString());
            insert.setLong(6, promptTokens);
            insert.setLong(7, outputTokens);
            insert.setString(8, signer == null ? null : signer.toString());
            insert.setBytes(9, bytes);
            return insert.executeUpdate();
          }
        });
  }

  /**
   * Receipts, the newest first.
   *
   * @param limit how many at most
   * @param before only those written before this one; null for the newest of all
   * @throws ReceiptStoreException if {@code before} names a receipt that is not here
   */
  public List<StoredReceipt> list(int limit, @Nullable ReceiptId before) {
    return locked(
        "read",
        open -> {
          long sequence = Long.MAX_VALUE;
          if (before != null) {
            try (PreparedStatement find =
                open.prepareStatement("SELECT sequence FROM receipt WHERE id = ?")) {
              find.setString(1, before.text());
              try (ResultSet rows = find.executeQuery()) {
                if (!rows.next()) {
                  throw new ReceiptStoreException("there is no receipt " + before);
                }
                sequence = rows.getLong(1);
              }
            }
          }
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT "
                      + COLUMNS
                      + " FROM receipt WHERE sequence < ? ORDER BY sequence DESC LIMIT ?")) {
            select.setLong(1, sequence);
            select.setInt(2, limit);
            List<StoredReceipt> found = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new StoredReceipt(
                        new ReceiptId(rows.getString(1)),
                        Kind.parse(rows.getString(2)),
                        rows.getString(3),
                        Digest.parse(rows.getString(4)),
                        Timestamp.parse(rows.getString(5)),
                        rows.getLong(6),
                        rows.getLong(7),
                        Optional.ofNullable(rows.getString(8)).flatMap(NodeId::parse)));
              }
            }
            return found;
          }
        });
  }

  /** The receipt that was kept last of those that another node signed. */
  public Optional<ReceiptId> newestOf(NodeId signer) {
    return locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT id FROM receipt WHERE node = ? ORDER BY sequence DESC LIMIT 1")) {
            select.setString(1, signer.toString());
            try (ResultSet rows = select.executeQuery()) {
              return rows.next()
                  ? Optional.of(new ReceiptId(rows.getString(1)))
                  : Optional.<ReceiptId>empty();
            }
          }
        });
  }

  /** How many receipts there are. */
  public long count() {
    return locked(
        "read",
        open -> {
          try (Statement statement = open.createStatement();
              ResultSet rows = statement.executeQuery("SELECT count(*) FROM receipt")) {
            return rows.next() ? rows.getLong(1) : 0;
          }
        });
  }

  /**
   * A receipt with its transcript: {@link Transcript#encode} and {@link Receipt#encode} are the
   * bytes of its export. Empty where there is no such receipt, and where its transcript is
   * forgotten.
   *
   * @throws ReceiptStoreException if what is stored is damaged
   */
  public Optional<Transcript> find(ReceiptId id) {
    return evidence(id)
        .flatMap(
            evidence ->
                switch (evidence) {
                  case EvidenceFile.WithTranscript(Transcript transcript) ->
                      Optional.of(transcript);
                  case EvidenceFile.ReceiptAlone _ -> Optional.empty();
                });
  }

  /**
   * A receipt, also one whose transcript is forgotten.
   *
   * @throws ReceiptStoreException if what is stored is damaged
   */
  public Optional<Receipt> receipt(ReceiptId id) {
    return evidence(id).map(EvidenceFile::receipt);
  }

  private Optional<EvidenceFile> evidence(ReceiptId id) {
    return locked(
            "read",
            open -> {
              try (PreparedStatement select =
                  open.prepareStatement("SELECT transcript FROM receipt WHERE id = ?")) {
                select.setString(1, id.text());
                try (ResultSet rows = select.executeQuery()) {
                  return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.<byte[]>empty();
                }
              }
            })
        .map(bytes -> decode(bytes, "the receipt " + id));
  }

  private EvidenceFile decode(byte[] bytes, String what) {
    return EvidenceFile.decode(bytes)
        .orElse(
            why -> {
              throw new ReceiptStoreException(what + " in " + file + " is damaged: " + why);
            });
  }

  /**
   * Forgets the transcript of a receipt: request, answer, tokens and salts. The receipt stays, and
   * without the salts its digests tell nobody what they are of. False where there is no such
   * receipt.
   *
   * @throws ReceiptStoreException if it could not be forgotten, or its bytes still lie in the
   *     database's files because another process is reading them: forget it again then
   */
  public boolean forget(ReceiptId id) {
    Optional<Receipt> receipt = receipt(id);
    if (receipt.isEmpty()) {
      return false;
    }
    boolean gone =
        locked(
            "write",
            open -> {
              try (Statement statement = open.createStatement();
                  PreparedStatement update =
                      open.prepareStatement("UPDATE receipt SET transcript = ? WHERE id = ?")) {
                // What is freed is overwritten with zeros, and the journal's copies cut off.
                statement.execute("PRAGMA secure_delete = ON");
                update.setBytes(1, receipt.get().encode());
                update.setString(2, id.text());
                update.executeUpdate();
                try (ResultSet rows = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                  return rows.next() && rows.getInt(1) == 0;
                }
              }
            });
    if (!gone) {
      throw new ReceiptStoreException(
          "the transcript of "
              + id
              + " is forgotten, but another process is reading "
              + file
              + ", so that its bytes still lie there: do it again in a moment");
    }
    return true;
  }

  /**
   * Keeps a signed record that is to be logged. One that is here already stays as it is.
   *
   * @param record its canonical JSON
   */
  public void record(byte[] record) {
    locked(
        "write",
        open -> {
          try (PreparedStatement insert =
              open.prepareStatement("INSERT OR IGNORE INTO record (record) VALUES (?)")) {
            insert.setBytes(1, record);
            return insert.executeUpdate();
          }
        });
  }

  /** Records that are not known to be in the log, the oldest first, at most {@code limit}. */
  public List<byte[]> unloggedRecords(int limit) {
    return locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT record FROM record WHERE entry IS NULL ORDER BY sequence LIMIT ?")) {
            select.setInt(1, limit);
            List<byte[]> rows = new ArrayList<>();
            try (ResultSet results = select.executeQuery()) {
              while (results.next()) {
                rows.add(results.getBytes(1));
              }
            }
            return rows;
          }
        });
  }

  /** Writes down where a record stands in the log; one that this store never had is added. */
  public void recordLogged(byte[] record, long entry) {
    locked(
        "write",
        open -> {
          try (PreparedStatement insert =
              open.prepareStatement(
                  "INSERT INTO record (record, entry) VALUES (?, ?) ON CONFLICT (record) DO UPDATE"
                      + " SET entry = excluded.entry WHERE entry IS NULL")) {
            insert.setBytes(1, record);
            insert.setLong(2, entry);
            return insert.executeUpdate();
          }
        });
  }

  /** Own receipts that are not known to be in the log, the oldest first, at most {@code limit}. */
  public List<Receipt> unlogged(int limit) {
    List<byte[]> found =
        locked(
            "read",
            open -> {
              try (PreparedStatement select =
                  open.prepareStatement(
                      "SELECT transcript FROM receipt WHERE node IS NULL AND sequence NOT IN"
                          + " (SELECT receipt FROM logged) ORDER BY sequence LIMIT ?")) {
                select.setInt(1, limit);
                List<byte[]> rows = new ArrayList<>();
                try (ResultSet results = select.executeQuery()) {
                  while (results.next()) {
                    rows.add(results.getBytes(1));
                  }
                }
                return rows;
              }
            });
    return found.stream().map(bytes -> decode(bytes, "a receipt").receipt()).toList();
  }

  /** Writes down where receipts stand in the log; what is known already stays as it is. */
  public void logged(Map<ReceiptId, Long> entries) {
    locked(
        "write",
        open -> {
          boolean done = false;
          try (Statement statement = open.createStatement();
              PreparedStatement insert =
                  open.prepareStatement(
                      "INSERT OR IGNORE INTO logged SELECT sequence, ? FROM receipt WHERE id ="
                          + " ?")) {
            statement.execute("BEGIN IMMEDIATE");
            try {
              for (Map.Entry<ReceiptId, Long> entry : entries.entrySet()) {
                insert.setLong(1, entry.getValue());
                insert.setString(2, entry.getKey().text());
                insert.executeUpdate();
              }
              statement.execute("COMMIT");
              done = true;
            } finally {
              if (!done) {
                statement.execute("ROLLBACK");
              }
            }
          }
          return entries.size();
        });
  }

  /** Index of a receipt's entry in the log, where that is known. */
  public OptionalLong entryOf(ReceiptId id) {
    return locked(
        "read",
        open -> {
          try (PreparedStatement select =
              open.prepareStatement(
                  "SELECT entry FROM logged, receipt WHERE logged.receipt = receipt.sequence AND"
                      + " receipt.id = ?")) {
            select.setString(1, id.text());
            try (ResultSet rows = select.executeQuery()) {
              return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
          }
        });
  }

  /** The first index of the log behind all entries that receipts are known to have. */
  public long loggedUpTo() {
    return locked(
        "read",
        open -> {
          try (Statement statement = open.createStatement();
              ResultSet rows =
                  statement.executeQuery(
                      "SELECT 1 + max(ifnull((SELECT max(entry) FROM logged), -1),"
                          + " ifnull((SELECT max(entry) FROM record), -1))")) {
            return rows.next() ? rows.getLong(1) : 0;
          }
        });
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
