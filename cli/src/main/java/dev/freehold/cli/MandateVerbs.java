// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold mandate}: what an owner allows. */
@Command(
    name = "mandate",
    description = "What an owner allows a gateway to do for agents.",
    subcommands = {MandateVerbs.Sign.class, MandateVerbs.Show.class, MandateVerbs.Revoke.class})
final class MandateVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** The owner's key of this home, made when it is first wanted. */
  static SigningKey ownerKey(Places places, @Nullable Path file) throws IOException, Verb.Failure {
    Path key = file == null ? places.home().resolve("owner.key") : file;
    try {
      if (file == null) {
        Files.createDirectories(places.home());
        return KeyFile.loadOrCreate(key, Passphrases.of(places), new SecureRandom());
      }
      return KeyFile.load(key, Passphrases.of(places));
    } catch (KeyFileException e) {
      throw new Verb.Failure(String.valueOf(e.getMessage()));
    }
  }

  static MandateChain chain(Path file) throws IOException, Verb.Failure {
    return switch (MandateChain.decode(Files.readAllBytes(file))) {
      case Parsed.Read<MandateChain>(MandateChain chain) -> chain;
      case Parsed.Malformed<MandateChain>(String reason) ->
          throw new Verb.Failure(file + " holds no mandates: " + reason);
    };
  }

  /** {@code freehold mandate sign}. */
  @Command(
      name = "sign",
      description = {
        "Sign a mandate with the owner's key or passkey, or narrow one that it holds (--under).",
        "What is not named is not allowed. It prints what it says before it writes the file."
      })
  static final class Sign extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file to write: a chain of mandates.")
    private Path output = Path.of("mandate");

    @Option(
        names = "--holder",
        required = true,
        paramLabel = "DID",
        description = "Who may act ('freehold gateway --id' prints a gateway's name).")
    private String holder = "";

    @Option(names = "--key", paramLabel = "FILE", description = "The issuer's key file.")
    private @Nullable Path key;

    @Option(names = "--under", paramLabel = "FILE", description = "The chain to narrow.")
    private @Nullable Path under;

    @Option(names = "--days", description = "How long it counts (default ${DEFAULT-VALUE}).")
    private int days = 30;

    @Option(
        names = "--effect",
        paramLabel = "EFFECT",
        description = "model_call, tool_call, payment or data_egress (repeatable).")
    private List<String> effects = List.of("model_call");

    @Option(
        names = "--approve",
        paramLabel = "EFFECT",
        description = "Effects of which each needs another mandate's approval (repeatable).")
    private List<String> approve = List.of();

    @Option(names = "--model", description = "A model, or * (repeatable).")
    private List<String> models = List.of();

    @Option(names = "--tool", description = "A tool, or * (repeatable).")
    private List<String> tools = List.of();

    @Option(names = "--peer", description = "HOST:PORT, tool server or payee, or * (repeatable).")
    private List<String> peers = List.of();

    @Option(names = "--answers", description = "Model calls in all (default ${DEFAULT-VALUE}).")
    private long answers = 1000;

    @Option(names = "--tokens", description = "Output tokens in all (default ${DEFAULT-VALUE}).")
    private long tokens = 1_000_000;

    @Option(
        names = "--output",
        description = "Output tokens in an answer (default ${DEFAULT-VALUE}).")
    private long outputTokens = 4096;

    @Option(names = "--pay", description = "Millionths of the unit, all payments together.")
    private long pay;

    @Option(names = "--unit", description = "What --pay counts: EUR, for example.")
    private String unit = "";

    @Option(names = "--class", description = "The highest class of data that may be touched.")
    private String classification = "public";

    @Option(names = "--egress", description = "The highest class touched when data may leave.")
    private String egress = "public";

    @Option(names = "--delegate", description = "How many mandates may follow below it.")
    private int delegate;

    @Mixin
    @SuppressWarnings("unused")
    private PasskeyOptions passkey = new PasskeyOptions();

    @Override
    int run() throws Exception {
      passkey.check(key != null, under != null);
      List<Mandate> above = under == null ? List.of() : chain(under).mandates();
      MandateDraft draft = draft(above, InstantSource.system().instant());
      MandateChain chain;
      if (passkey.wanted()) {
        chain = passkey.sign(draft, screen);
      } else {
        SigningKey issuer = ownerKey(places, key);
        try {
          chain = draft.chain(Mandate.sign(draft.by(Party.of(issuer.nodeId())), issuer));
        } catch (IllegalArgumentException e) {
          throw new Failure(String.valueOf(e.getMessage()));
        }
      }
      Mandate mandate = chain.mandates().getLast();
      Files.write(output, chain.encode());
      if (json) {
        screen.json(mandate.toJson());
      } else {
        screen.piece(mandate.terms().shown());
        screen.line("written to " + output);
      }
      return OK;
    }

    /** What is wrong with it is told before anybody is asked to sign. */
    private MandateDraft draft(List<Mandate> above, Instant now) throws Failure {
      Party held =
          Party.parse(holder)
              .orElseThrow(
                  () ->
                      new Failure(
                          "--holder takes a did:key, not '"
                              + holder
                              + "': 'freehold key show' prints a node's, 'freehold gateway' its"
                              + " own"));
      Mandate.Terms terms;
      try {
        Timestamp expires = new Timestamp(now.plus(Duration.ofDays(days)));
        if (!above.isEmpty() && above.getLast().terms().expires().compareTo(expires) < 0) {
          expires = above.getLast().terms().expires();
        }
        terms =
            new Mandate.Terms(
                allowance(),
                expires,
                held,
                new Timestamp(now),
                above.isEmpty() ? held : above.getLast().terms().holder(),
                Nonce.random(new SecureRandom()),
                above.isEmpty() ? null : above.getLast().digest());
      } catch (IllegalArgumentException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
      if (!above.isEmpty()) {
        List<String> wider = above.getLast().terms().allow().widened(terms.allow());
        if (!wider.isEmpty()) {
          throw new Failure(
              "a mandate only narrows the one above it; this allows more: "
                  + String.join(", ", wider));
        }
      }
      return new MandateDraft(above, terms);
    }

    private Allowance allowance() {
      return new Allowance(
          answers,
          effects(approve),
          Classification.parse(classification),
          delegate,
          effects(effects),
          Classification.parse(egress),
          sorted(models),
          outputTokens,
          pay,
          sorted(peers),
          tokens,
          sorted(tools),
          unit);
    }

    private static Set<EffectKind> effects(List<String> names) {
      Set<EffectKind> all = EnumSet.noneOf(EffectKind.class);
      names.forEach(name -> all.add(EffectKind.parse(name)));
      return all;
    }

    private static List<String> sorted(List<String> names) {
      return names.stream().distinct().sorted().toList();
    }
  }

  /** {@code freehold mandate show}. */
  @Command(name = "show", description = "Show what a chain of mandates says.")
  static final class Show extends Verb {
    @Parameters(paramLabel = "FILE", description = "A chain of mandates.")
    private Path file = Path.of("mandate");

    @Override
    int run() throws Exception {
      MandateChain chain = chain(file);
      if (json) {
        screen.json(Json.array(chain.mandates().stream().map(Mandate::toJson).toList()));
        return OK;
      }
      for (Mandate mandate : chain.mandates()) {
        screen.piece(mandate.terms().shown() + "\n");
      }
      return OK;
    }
  }

  /** {@code freehold mandate revoke}. */
  @Command(
      name = "revoke",
      description = {
        "Sign the end of the last mandate of a chain, from now on.",
        "Post the file to the gateway: curl --data-binary @FILE http://127.0.0.1:8403/v1/revocations"
      })
  static final class Revoke extends Verb {
    @Parameters(index = "0", paramLabel = "CHAIN", description = "The chain of mandates.")
    private Path file = Path.of("mandate");

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to write.")
    private Path output = Path.of("revocation");

    @Option(names = "--key", paramLabel = "FILE", description = "The issuer's key file.")
    private @Nullable Path key;

    @Mixin
    @SuppressWarnings("unused")
    private PasskeyOptions passkey = new PasskeyOptions();

    @Override
    int run() throws Exception {
      passkey.check(key != null, true);
      RevocationDraft draft =
          new RevocationDraft(chain(file), new Timestamp(InstantSource.system().instant()));
      Mandate last = draft.chain().mandates().getLast();
      Revocation revocation =
          passkey.wanted()
              ? passkey.sign(draft, screen)
              : Revocation.sign(last.digest(), draft.revoked(), ownerKey(places, key));
      Files.write(output, revocation.encode());
      if (json) {
        screen.json(revocation.toJson());
      } else {
        screen.line("Ended " + last.digest() + " from " + revocation.revoked() + " on: " + output);
      }
      return OK;
    }
  }
}
