// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

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

  /** How many receipts are remembered that are not known to be in the log. */
  private static final int REMEMBERED = 256;

  private final Path file;
  private final Database database;

  /**
   * Receipts that were kept last, so that logging one need not read it; under the database's lock.
   */
  private final SequencedMap<ReceiptId, Receipt> fresh = new LinkedHashMap<>();

  /** No own receipt up to this sequence is to be logged; under the database's lock. */
  private long allLoggedTo;

  ReceiptStore(Path file, Database.Opener opener) {
    this.file = file;
    this.database = new Database(file, opener);
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
    ReceiptStore store = new ReceiptStore(file, () -> Database.connect(file));
    store.locked("open", Connection::isReadOnly);
    return store;
  }

  /** Opens the receipts of a home, if it has any. */
  public static Optional<ReceiptStore> openIfThere(Path home) {
    return Files.exists(home.resolve(FILE)) ? Optional.of(open(home)) : Optional.empty();
  }

  /** What this home bought. */
  public PurchaseStore purchases() {
    return new PurchaseStore(database);
  }

  private <T> T locked(String verb, Database.Work<T> work) {
    return database.locked(verb, work);
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
    ReceiptId id = receipt.id();
    locked(
        "write",
        open -> {
          PreparedStatement insert =
              database.kept(
                  open,
                  "INSERT INTO receipt (" + COLUMNS + ", transcript) VALUES (?,?,?,?,?,?,?,?,?)");
          insert.setString(1, id.text());
          insert.setString(2, receipt.statement().kind().text());
          insert.setString(3, receipt.statement().model().name());
          insert.setString(4, receipt.statement().model().digest().toString());
          insert.setString(5, receipt.statement().finished().toString());
          insert.setLong(6, promptTokens);
          insert.setLong(7, outputTokens);
          insert.setString(8, signer == null ? null : signer.toString());
          insert.setBytes(9, bytes);
          insert.executeUpdate();
          // The statement is kept, and a transcript may be long.
          insert.clearParameters();
          if (signer == null) {
            remember(id, receipt);
          }
          return id;
        });
  }

  private void remember(ReceiptId id, Receipt receipt) {
    fresh.put(id, receipt);
    if (fresh.size() > REMEMBERED) {
      fresh.pollFirstEntry();
    }
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

  /** Keeps a verdict that is to be logged. One that is here already stays as it is. */
  public void record(SignedVerdict verdict) {
    database.together(
        open -> {
          Records.insert(open, verdict.encode(), verdict.receipt());
          return verdict;
        });
  }

  /** Records that are not known to be in the log, the oldest first, at most {@code limit}. */
  public List<byte[]> unloggedRecords(int limit) {
    return locked("read", open -> Records.unlogged(database, open, limit));
  }

  /** Writes down where records stand in the log; one that this store never had is added. */
  public void recordsLogged(Map<Long, byte[]> entries) {
    database.unflushed(
        open -> {
          Records.logged(open, entries);
          return entries;
        });
  }

  /** Entries of the log that tell of a receipt of another node's: verdicts, vouchers. */
  public List<Long> entriesAbout(ReceiptId id) {
    return locked("read", open -> Records.entriesOf(open, id));
  }

  /** Own receipts that are not known to be in the log, the oldest first, at most {@code limit}. */
  public SequencedMap<ReceiptId, Receipt> unlogged(int limit) {
    SequencedMap<ReceiptId, Receipt> found = new LinkedHashMap<>();
    for (ReceiptId id : locked("read", open -> unlogged(open, limit))) {
      found.put(
          id,
          remembered(id)
              .or(() -> receipt(id))
              .orElseThrow(() -> new ReceiptStoreException(id + " is gone from " + file)));
    }
    return found;
  }

  private List<ReceiptId> unlogged(Connection open, int limit) throws SQLException {
    List<ReceiptId> found = new ArrayList<>();
    // Before the others are looked for: what another process adds meanwhile is beyond it.
    long last = last(open);
    if (last <= allLoggedTo) {
      return found;
    }
    PreparedStatement select =
        database.kept(
            open,
            "SELECT sequence, id FROM receipt WHERE sequence > ? AND node IS NULL AND sequence NOT IN"
                + " (SELECT receipt FROM logged) ORDER BY sequence LIMIT ?");
    select.setLong(1, allLoggedTo);
    select.setInt(2, limit);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        if (found.isEmpty()) {
          last = rows.getLong(1) - 1;
        }
        found.add(new ReceiptId(rows.getString(2)));
      }
    }
    allLoggedTo = last;
    return found;
  }

  private long last(Connection open) throws SQLException {
    PreparedStatement select = database.kept(open, "SELECT ifnull(max(sequence), 0) FROM receipt");
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  private Optional<Receipt> remembered(ReceiptId id) {
    return locked("read", _ -> Optional.ofNullable(fresh.get(id)));
  }

  /** Writes down where receipts stand in the log; what is known already stays as it is. */
  public void logged(Map<ReceiptId, Long> entries) {
    database.unflushed(
        open -> {
          PreparedStatement insert =
              database.kept(
                  open,
                  "INSERT OR IGNORE INTO logged SELECT sequence, ? FROM receipt WHERE id = ?");
          for (Map.Entry<ReceiptId, Long> entry : entries.entrySet()) {
            insert.setLong(1, entry.getValue());
            insert.setString(2, entry.getKey().text());
            insert.executeUpdate();
            fresh.remove(entry.getKey());
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
    database.close();
  }
}
