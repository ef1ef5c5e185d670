// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The budget in a file, read anew whenever somebody asks; its signatures are checked once for the
 * same bytes. Safe for use by many threads.
 */
public final class BudgetFile implements Budget {
  private final Path file;
  private final Party acting;

  /** Owned by this object's monitor. */
  private @Nullable Known known;

  /** What was found, and the moments between which it stays so. */
  private record Known(Digest file, Standing standing, Timestamp from, Optional<Instant> until) {
    boolean holds(Digest now, Timestamp at) {
      return file.equals(now)
          && at.compareTo(from) >= 0
          && (until.isEmpty() || at.instant().isBefore(until.get()));
    }
  }

  /**
   * Nothing is read yet.
   *
   * @param acting who buys
   */
  public BudgetFile(Path file, Party acting) {
    this.file = file;
    this.acting = acting;
  }

  @Override
  public synchronized Standing standing(Timestamp now) throws IOException {
    byte[] bytes = bytes();
    Digest digest = Digest.sha256(bytes);
    Known before = known;
    if (before != null && before.holds(digest, now)) {
      return before.standing();
    }
    BudgetBook book = book(bytes);
    Standing standing =
        book.current()
            .<Standing>map(grant -> standing(book, grant, now))
            .orElse(new Standing.Unset());
    known =
        new Known(
            digest,
            standing,
            now,
            book.current().flatMap(grant -> grant.chain().changes(grant.revocations(), now)));
    return standing;
  }

  private Standing standing(BudgetBook book, Grant grant, Timestamp now) {
    return grant
        .objection(acting, now)
        .<Standing>map(why -> new Standing.Closed(grant, why))
        .orElseGet(() -> new Standing.Open(grant, book.most(grant)));
  }

  /**
   * What the file holds.
   *
   * @throws IOException if it can't be read: nothing may be spent then
   */
  public BudgetBook read() throws IOException {
    return book(bytes());
  }

  private byte[] bytes() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(BudgetBook.LIMIT + 1);
    } catch (NoSuchFileException e) {
      return BudgetBook.EMPTY.encode();
    }
  }

  private BudgetBook book(byte[] bytes) throws IOException {
    return switch (BudgetBook.decode(bytes)) {
      case Parsed.Read<BudgetBook>(BudgetBook book) -> book;
      case Parsed.Malformed<BudgetBook>(String reason) ->
          throw new IOException(
              file + ": " + reason + ". Nothing is spent; put back the file as it was");
    };
  }

  /** What came of a change. */
  public sealed interface Change {
    /**
     * It is durable.
     *
     * @param grant the mandate in use
     */
    record Done(Grant grant) implements Change {}

    /**
     * Nothing was changed.
     *
     * @param why for a person
     */
    record Refused(String why) implements Change {}
  }

  /**
   * Takes up a mandate: it counts from now on. Durable when it returns.
   *
   * @param spent all that this machine ever spent
   * @throws IOException if it can't be read or written
   */
  public Change take(Grant grant, Spent spent, Timestamp now, SecureRandom random)
      throws IOException {
    Optional<String> objection = grant.objection(acting, now);
    if (objection.isPresent()) {
      return new Change.Refused(objection.get());
    }
    try {
      write(read().taking(grant, spent, now), random);
    } catch (IllegalArgumentException e) {
      return new Change.Refused(String.valueOf(e.getMessage()));
    }
    return new Change.Done(grant);
  }

  /**
   * Keeps what ends the mandate in use, or one above it. Durable when it returns.
   *
   * @throws IOException if it can't be read or written
   */
  public Change revoke(Revocation revocation, SecureRandom random) throws IOException {
    BudgetBook book = read();
    if (book.current().isEmpty()) {
      return new Change.Refused("no mandate is in use");
    }
    Grant grant = book.current().get();
    Optional<String> objection = grant.chain().objection(revocation, List.of(grant.owner()));
    if (objection.isPresent()) {
      return new Change.Refused(objection.get());
    }
    List<Revocation> all = new ArrayList<>(grant.revocations());
    if (!all.contains(revocation)) {
      all.add(revocation);
    }
    try {
      Grant ended = new Grant(grant.coin(), grant.decimals(), grant.owner(), grant.chain(), all);
      write(new BudgetBook(Optional.of(ended), book.known()), random);
      return new Change.Done(ended);
    } catch (IllegalArgumentException e) {
      return new Change.Refused(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Lays the mandate aside: what a person set as limits decides alone. Durable when it returns.
   *
   * @throws IOException if it can't be read or written
   */
  public void drop(SecureRandom random) throws IOException {
    write(read().without(), random);
  }

  private void write(BudgetBook book, SecureRandom random) throws IOException {
    PrivateFile.replace(file, book.encode(), random);
  }
}
