// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Continues what a gateway's log holds: budgets spent, mandates adopted, actions under way. */
final class Resumption {
  private static final int AT_ONCE = 1024;

  private Resumption() {}

  static void resume(Log log, Source source, Interceptor interceptor)
      throws LogException, GatewayException {
    if (log.sizeDurable() == 0) {
      return;
    }
    log.publish();
    LogReader reader = log.reader();
    Map<Digest, Mandate> mandates = new HashMap<>();
    for (long from = 0; from < reader.size(); from += AT_ONCE) {
      long to = Math.min(reader.size(), from + AT_ONCE);
      long index = from;
      for (byte[] bytes : reader.entries(from, to)) {
        Entry entry = read(bytes, index++);
        if (entry.source().equals(source)) {
          take(entry, interceptor, mandates);
        }
      }
    }
    Optional<String> unrecorded = interceptor.closeInterrupted();
    if (unrecorded.isPresent()) {
      throw new GatewayException(unrecorded.get());
    }
  }

  private static Entry read(byte[] bytes, long index) throws GatewayException {
    return switch (Entry.decode(bytes)) {
      case Parsed.Read<Entry>(Entry entry) -> entry;
      case Parsed.Malformed<Entry>(String reason) ->
          throw new GatewayException(
              "entry " + index + " of the log is none: " + reason + "; run 'freehold log check'");
    };
  }

  private static void take(Entry entry, Interceptor interceptor, Map<Digest, Mandate> mandates)
      throws GatewayException {
    switch (entry.kind()) {
      case MANDATE -> {
        if (Mandate.decode(CanonicalJson.bytes(entry.record()))
            instanceof Parsed.Read<Mandate>(Mandate mandate)) {
          mandates.put(mandate.digest(), mandate);
          interceptor.resume(chain(mandate, mandates));
        }
      }
      case REVOCATION -> {
        if (Revocation.decode(CanonicalJson.bytes(entry.record()))
            instanceof Parsed.Read<Revocation>(Revocation revocation)) {
          interceptor.resume(revocation);
        }
      }
      case REQUEST, EFFECT, RESULT, TOKEN -> {
        Optional<ChainFault> fault =
            switch (Token.of(entry.record())) {
              case TokenReading.Accepted(Token token, List<String> _) -> interceptor.resume(token);
              case TokenReading.Refused(var code, String reason) ->
                  throw broken(entry, code.code() + ": " + reason);
              case TokenReading.Undecided(Token _, String why) -> throw broken(entry, why);
            };
        if (fault.isPresent()) {
          throw broken(entry, fault.get().reason());
        }
      }
      case RECEIPT, REFUSAL, VERDICT, VOUCHER, SETTLEMENT, ANCHOR, TIMESTAMP, IDENTITY, END -> {}
    }
  }

  private static GatewayException broken(Entry entry, String why) {
    return new GatewayException(
        "the record "
            + entry.sequence()
            + " in the gateway's log does not continue its history: "
            + why
            + ". Acting on top of it would hide that: keep the folder, and start with a new one");
  }

  /** The mandate and those above it, the owner's first. */
  private static MandateChain chain(Mandate last, Map<Digest, Mandate> mandates) {
    List<Mandate> chain = new ArrayList<>();
    Mandate mandate = last;
    while (mandate != null && chain.size() < 16) {
      chain.addFirst(mandate);
      mandate = mandate.terms().parent().map(mandates::get).orElse(null);
    }
    return new MandateChain(chain);
  }
}
