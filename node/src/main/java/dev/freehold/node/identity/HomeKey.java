// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.identity;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.SourceEnd;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.fleet.MemberName;
import dev.freehold.fleet.pair.KeyNews;
import dev.freehold.node.HomeLock;
import dev.freehold.node.Node;
import dev.freehold.node.NodeException;
import dev.freehold.node.evidence.EvidenceLog;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.fleet.FormerHome;
import dev.freehold.node.fleet.KeyTeller;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;

/** The evidence key of a home whose node is stopped. One thread's; hold it shortly. */
public final class HomeKey implements AutoCloseable {
  private static final String KEY = Node.KEY_FILE;
  private static final int KEY_LIMIT = 4096;

  /** What goes with an old key: its log, what others said of it, and the receipts it signed. */
  private static final List<String> ITS_OWN =
      List.of(
          WitnessedFiles.FOLDER,
          ReceiptStore.FILE + "-shm",
          ReceiptStore.FILE + "-wal",
          ReceiptStore.FILE,
          EvidenceLog.FOLDER);

  private final Path home;
  private final SigningKey key;
  private final PassphraseSource passphrases;
  private final InstantSource clock;
  private final SecureRandom random;
  private final HomeFiles files;
  private final HomeLock lock;

  private HomeKey(
      Path home,
      SigningKey key,
      PassphraseSource passphrases,
      InstantSource clock,
      SecureRandom random,
      HomeFiles files,
      HomeLock lock) {
    this.home = home;
    this.key = key;
    this.passphrases = passphrases;
    this.clock = clock;
    this.random = random;
    this.files = files;
    this.lock = lock;
  }

  /**
   * Takes a home's lock and reads its key.
   *
   * @throws NodeException if a node runs on it, or not all that the key signed is logged
   */
  public static HomeKey open(
      Path home, PassphraseSource passphrases, InstantSource clock, SecureRandom random)
      throws IOException, KeyFileException {
    return open(home, passphrases, clock, random, HomeFiles.disk(random));
  }

  static HomeKey open(
      Path home,
      PassphraseSource passphrases,
      InstantSource clock,
      SecureRandom random,
      HomeFiles files)
      throws IOException, KeyFileException {
    if (!Files.exists(home.resolve(KEY))) {
      throw new NodeException("there is no key " + home.resolve(KEY) + ": 'freehold up' makes it");
    }
    HomeLock lock = HomeLock.take(home);
    boolean opened = false;
    try {
      requireAllLogged(home);
      SigningKey key = KeyFile.load(home.resolve(KEY), passphrases);
      opened = true;
      return new HomeKey(home, key, passphrases, clock, random, files, lock);
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private static void requireAllLogged(Path home) {
    Optional<ReceiptStore> store = ReceiptStore.openIfThere(home);
    if (store.isPresent()) {
      try (ReceiptStore open = store.get()) {
        if (!open.unlogged(1).isEmpty() || !open.unloggedRecords(1).isEmpty()) {
          throw new NodeException(
              "not all receipts and verdicts are logged yet: let 'freehold up' run once more, and"
                  + " stop it");
        }
      }
    }
  }

  /** The key's name. */
  public NodeId id() {
    return key.nodeId();
  }

  /**
   * Tells the machines of a fleet what this key said of itself.
   *
   * @param fleetHome the home whose fleet it is
   * @return what came of it, by the members' names
   */
  public Map<MemberName, KeyNews.Told> tell(
      KeyStatement statement, Path fleetHome, FleetSettings settings)
      throws IOException, InterruptedException {
    return KeyTeller.tell(key, statement, fleetHome, settings, clock, random);
  }

  /**
   * Binds an account to the key; it is logged when this returns.
   *
   * @throws NodeException if the log has ended, or a rotation broke off
   */
  public KeyBinding bind(PaymentKey account) throws IOException, LogException {
    requireNoRotation();
    KeyBinding binding = KeyBinding.sign(key, account, new Timestamp(clock.instant()));
    try (Log log = log(key)) {
      append(log, binding.toJson(), false, key);
    }
    return binding;
  }

  /**
   * Ends the key for good: its statement is the log's last record but one, and no node starts on
   * this home again.
   *
   * @param from since when it counts no more, at most now
   * @throws NodeException if the log has ended, or a rotation broke off
   */
  public KeyStatement.End end(Timestamp from) throws IOException, LogException {
    requireNoRotation();
    if (from.instant().isAfter(clock.instant())) {
      throw new NodeException("a key ends now, or ended before, not later: " + from);
    }
    KeyStatement.End end = KeyStatement.End.sign(key, from);
    try (Log log = log(key)) {
      append(log, end.toJson(), true, key);
    }
    return end;
  }

  private void requireNoRotation() {
    if (Files.exists(home.resolve(Node.NEXT_KEY_FILE))) {
      throw new NodeException("a rotation of this key broke off: 'freehold key rotate' ends it");
    }
  }

  /**
   * Puts a new key in the place of this one. The old log ends with the statement; it, the receipts
   * and the old key stay together in a home of their own under {@link FormerHome#FOLDER}; a new log
   * begins with the same statement. What broke off is taken up again where it was.
   *
   * @throws NodeException if the log has ended otherwise
   */
  public KeyStatement.Succession rotate() throws IOException, KeyFileException, LogException {
    SigningKey next = successor();
    String name = key.nodeId().toString();
    Path former =
        home.resolve(FormerHome.FOLDER).resolve(name.substring(name.lastIndexOf(':') + 1));
    Path written = former.resolve(FormerHome.SUCCESSION);
    KeyStatement.Succession succession;
    if (Files.exists(former.resolve(EvidenceLog.FOLDER))) {
      succession = FormerHome.succession(former);
    } else {
      succession = ended(next);
      files.folder(home.resolve(FormerHome.FOLDER));
      files.folder(former);
      files.write(written, succession.encode());
      files.write(former.resolve(KEY), readKey());
      for (String each : ITS_OWN) {
        // The log is the last: where it is, everything is.
        if (Files.exists(home.resolve(each))) {
          files.move(home.resolve(each), former.resolve(each));
        }
      }
    }
    files.folder(home.resolve(EvidenceLog.FOLDER));
    try (Log log = log(next)) {
      if (log.nextSequence(source(next)).equals(OptionalLong.of(0))) {
        append(log, succession.toJson(), false, next);
      }
    }
    files.move(home.resolve(Node.NEXT_KEY_FILE), home.resolve(KEY));
    return succession;
  }

  private byte[] readKey() throws IOException {
    byte[] bytes = Files.readAllBytes(home.resolve(KEY));
    if (bytes.length > KEY_LIMIT) {
      throw new IOException(home.resolve(KEY) + " is longer than any key file");
    }
    return bytes;
  }

  /** The new key, protected as the old one is. */
  private SigningKey successor() throws IOException, KeyFileException {
    Path file = home.resolve(KEY);
    Path fresh = home.resolve(Node.NEXT_KEY_FILE);
    PassphraseSource same = (_, _) -> passphrases.passphrase(file, key.nodeId());
    if (!Files.exists(fresh)) {
      SigningKey made = SigningKey.generate(random);
      Path unfinished = home.resolve(Node.NEXT_KEY_FILE + ".new");
      if (KeyFile.sealed(file)) {
        try (Passphrase passphrase =
            same.passphrase(file, key.nodeId())
                .orElseThrow(() -> new NodeException("nobody gave the key's passphrase"))) {
          KeyFile.seal(unfinished, made, passphrase, random);
        }
      } else {
        KeyFile.open(unfinished, made, random);
      }
      files.move(unfinished, fresh);
    }
    return KeyFile.load(fresh, same);
  }

  /** The succession with which the old log ends: made now, or found there. */
  private KeyStatement.Succession ended(SigningKey next) throws IOException, LogException {
    try (Log log = log(key)) {
      if (log.nextSequence(source(key)).isPresent()) {
        KeyStatement.Succession succession =
            KeyStatement.Succession.sign(key, next, new Timestamp(clock.instant()));
        append(log, succession.toJson(), true, key);
        return succession;
      }
      // What was appended may not have been published.
      log.publish();
      LogReader reader = log.reader();
      if (reader.size() >= 2
          && Entry.decode(reader.entry(reader.size() - 2)) instanceof Parsed.Read<Entry>(Entry last)
          && last.kind() == EntryKind.IDENTITY
          && KeyStatement.decode(CanonicalJson.bytes(last.record()))
              instanceof Parsed.Read<KeyStatement>(KeyStatement statement)
          && statement instanceof KeyStatement.Succession found
          && found.next().equals(next.nodeId())) {
        return found;
      }
      throw new NodeException(
          "the log of "
              + key.nodeId()
              + " has ended ('freehold log end' or 'freehold key revoke'), so its key can't name a"
              + " successor: take away "
              + home.resolve(Node.NEXT_KEY_FILE)
              + " and use another FREEHOLD_HOME");
    }
  }

  private static Source source(SigningKey key) {
    return new Source(key.nodeId().toString());
  }

  private Log log(SigningKey owner) throws IOException, LogException {
    KeyName name = NodeLog.keyName(owner.nodeId());
    Path folder = home.resolve(EvidenceLog.FOLDER);
    files.folder(folder);
    return Log.open(
        FolderStorage.open(folder), Origin.of(name), NoteSigner.ed25519(name, owner), clock);
  }

  private void append(Log log, Json.Obj statement, boolean last, SigningKey owner)
      throws LogException {
    Source source = source(owner);
    long sequence =
        log.nextSequence(source)
            .orElseThrow(
                () ->
                    new NodeException(
                        "the log of "
                            + owner.nodeId()
                            + " has ended ('freehold log end' or 'freehold key revoke'): its key"
                            + " says nothing more"));
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(EntryKind.IDENTITY, source, sequence, statement));
    if (last) {
      Json.Obj end = SourceEnd.sign(sequence + 1, new Timestamp(clock.instant()), owner).toJson();
      entries.add(new Entry(EntryKind.END, source, sequence + 1, end));
    }
    try {
      // All or none: a log that ends without saying why would be an end without a successor.
      log.append(entries).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LogException cause) {
        throw cause;
      }
      throw e;
    }
    log.publish();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
