// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import dev.freehold.evidence.action.AgentHistory;
import dev.freehold.evidence.action.Phase;
import dev.freehold.evidence.action.StepClaims;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a gateway's log as it grows. Each look reads a bounded number of entries, and goes on where
 * the last one ended. All state is owned by this object's monitor.
 */
public final class GatewayLog {
  /** The most entries that one look reads. */
  static final int AT_ONCE = 8192;

  private static final int BATCH = 1024;

  /** Actions that are remembered one by one. */
  private static final int ACTIONS = 50;

  private final TileSource files;
  private final int atOnce;

  private Map<Digest, Mandate> mandates = new LinkedHashMap<>();
  private List<Revocation> revocations = new ArrayList<>();
  private Map<String, long[]> counts = new HashMap<>();
  private AgentHistory history = new AgentHistory();
  private Map<Nonce, List<Acted.Step>> actions = new LinkedHashMap<>();
  private long refusals;
  private long read;
  private @Nullable String fault;
  private String origin = "";

  /** That of the gateway in a folder: {@code FREEHOLD_HOME/gateway}. */
  public GatewayLog(Path folder) {
    this(FolderStorage.reading(folder.resolve("log")), AT_ONCE);
  }

  GatewayLog(TileSource files, int atOnce) {
    this.files = files;
    this.atOnce = atOnce;
  }

  /** Looks; empty where no gateway has published anything. */
  public synchronized Optional<GatewayPicture> look(Timestamp now)
      throws IOException, LogException {
    Optional<byte[]> checkpoint = files.read("checkpoint");
    if (checkpoint.isEmpty()
        || !(SignedCheckpoint.parse(checkpoint.get())
            instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint newest))) {
      return Optional.empty();
    }
    LogReader reader = new LogReader(files, newest);
    String name = newest.checkpoint().origin().text();
    if (!name.equals(origin) || reader.size() < read) {
      forget(name);
    }
    String source =
        NodeLog.node(newest.checkpoint().origin()).map(Object::toString).orElse("no gateway");
    long end = Math.min(reader.size(), read + atOnce);
    while (read < end && fault == null) {
      long to = Math.min(end, read + BATCH);
      long at = read;
      for (byte[] bytes : reader.entries(read, to)) {
        if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)
            && entry.source().text().equals(source)) {
          take(entry, at);
        }
        at++;
      }
      read = to;
    }
    return Optional.of(
        new GatewayPicture(
            newest.checkpoint().origin(),
            read,
            reader.size(),
            granted(now),
            history.path(),
            history.open().size(),
            refusals,
            actions.values().stream().map(Acted::new).toList().reversed(),
            Optional.ofNullable(fault)));
  }

  /** Another log lies there now, or it was put back. */
  private void forget(String name) {
    mandates = new LinkedHashMap<>();
    revocations = new ArrayList<>();
    counts = new HashMap<>();
    history = new AgentHistory();
    actions = new LinkedHashMap<>();
    refusals = 0;
    read = 0;
    fault = null;
    origin = name;
  }

  private void take(Entry entry, long at) {
    switch (entry.kind()) {
      case MANDATE -> {
        if (Mandate.decode(CanonicalJson.bytes(entry.record()))
            instanceof Parsed.Read<Mandate>(Mandate mandate)) {
          mandates.putIfAbsent(mandate.digest(), mandate);
        }
      }
      case REVOCATION -> {
        if (Revocation.decode(CanonicalJson.bytes(entry.record()))
            instanceof Parsed.Read<Revocation>(Revocation revocation)) {
          revocations.add(revocation);
        }
      }
      case REFUSAL -> refusals++;
      case REQUEST, EFFECT, RESULT, TOKEN -> {
        switch (Token.of(entry.record())) {
          case TokenReading.Accepted(Token token, List<String> _) -> count(entry, token, at);
          case TokenReading.Refused(var code, String reason) ->
              broken(entry, code.code() + ": " + reason);
          case TokenReading.Undecided(Token _, String why) -> broken(entry, why);
        }
      }
      case RECEIPT, VERDICT, VOUCHER, SETTLEMENT, ANCHOR, TIMESTAMP, IDENTITY, END -> {}
    }
  }

  private void broken(Entry entry, String why) {
    if (fault == null) {
      fault = "record " + entry.sequence() + " does not continue the history: " + why;
    }
  }

  private void count(Entry entry, Token token, long at) {
    if (fault != null) {
      return;
    }
    Optional<ChainFault> wrong = history.accept(token);
    if (wrong.isPresent()) {
      broken(entry, wrong.get().reason());
    } else if (StepClaims.read(token) instanceof Parsed.Read<StepClaims>(StepClaims claims)) {
      if (claims.phase() == Phase.BEFORE) {
        counts
            .computeIfAbsent(claims.mandate().hex(), _ -> new long[2])[
            token.decision().releases() ? 0 : 1]++;
        if (actions.size() == ACTIONS) {
          actions.remove(actions.keySet().iterator().next());
        }
        actions.put(claims.action(), new ArrayList<>());
      }
      List<Acted.Step> known = actions.get(claims.action());
      if (known != null) {
        known.add(new Acted.Step(at, token, claims));
      }
    }
  }

  private List<Granted> granted(Timestamp now) {
    List<Granted> all = new ArrayList<>();
    for (Mandate mandate : mandates.values()) {
      MandateChain chain = chain(mandate);
      long[] done = counts.getOrDefault(mandate.digest().hex(), new long[2]);
      all.addFirst(
          new Granted(
              chain,
              chain.check(owners(chain), mandate.terms().holder(), revocations, now),
              done[0],
              done[1]));
    }
    return all;
  }

  private MandateChain chain(Mandate last) {
    List<Mandate> chain = new ArrayList<>();
    Mandate mandate = last;
    while (mandate != null && chain.size() < 16) {
      chain.addFirst(mandate);
      mandate = mandate.terms().parent().map(mandates::get).orElse(null);
    }
    return new MandateChain(chain);
  }

  /**
   * Whom the gateway trusts is given to it when it starts. It took these mandates, so their first
   * issuer is one of them; of a passkey, where it was asked is read from what it signed.
   */
  private static List<Owner> owners(MandateChain chain) {
    return chain.mandates().stream()
        .limit(1)
        .map(
            first ->
                switch (first.proof()) {
                  case Proof.Key _ -> Owner.of(first.terms().issuer());
                  case Proof.Passkey(var assertion) ->
                      new Owner(first.terms().issuer(), passkey(assertion.clientDataJson()));
                })
        .toList();
  }

  private static Owner.@Nullable Passkey passkey(byte[] client) {
    try {
      if (Json.parse(client) instanceof Json.Obj told
          && told.get("origin").orElse(Json.Null.VALUE) instanceof Json.Str(String origin)) {
        return Stream.ofNullable(URI.create(origin).getHost())
            .map(host -> new Owner.Passkey(host, Set.of(origin), 0))
            .findFirst()
            .orElse(null);
      }
    } catch (JsonException | IllegalArgumentException e) {
      // The signature is not that of a known passkey then, and is said not to be.
      return null;
    }
    return null;
  }
}
