// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.fleet.FormerHome;
import dev.freehold.node.identity.HomeKey;
import dev.freehold.node.keys.Keyring;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold key bind, rotate, revoke}: what is said of the node's key. */
final class KeyIdentity {
  private KeyIdentity() {}

  /** What the verbs share: a stopped node's key, and where the statement goes. */
  abstract static class Stating extends Verb {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "Write the statement into a file, for others.")
    private @Nullable Path output;

    /**
     * What was stated.
     *
     * @param statement as it is logged
     * @param said for a person
     */
    record Stated(Json.Obj statement, List<String> said) {}

    abstract Stated state(HomeKey key) throws Exception;

    @Override
    final int run() throws Exception {
      Stated stated;
      try (HomeKey key =
          HomeKey.open(
              places.home(), Passphrases.of(places), InstantSource.system(), new SecureRandom())) {
        stated = state(key);
      }
      if (!json) {
        stated.said().forEach(screen::line);
      }
      if (output != null) {
        OutputFile.write(output, CanonicalJson.bytes(stated.statement()), screen, json);
      } else if (json) {
        screen.json(stated.statement());
      }
      return OK;
    }
  }

  /** Tells the fleet; what came of it, for a person. */
  private static List<String> tellFleet(Places places, HomeKey key, KeyStatement statement)
      throws IOException, InterruptedException {
    FleetSettings settings = ConfigurationFile.read(places.home(), places.cache()).fleet();
    List<String> said = new ArrayList<>();
    key.tell(statement, places.home(), settings)
        .forEach(
            (name, told) ->
                said.add(
                    switch (told) {
                      case TAKEN -> "told        " + name + ", which took it";
                      case REFUSED ->
                          "refused by  " + name + ": 'freehold doctor' and node.log there say why";
                      case NOT_REACHED ->
                          statement instanceof KeyStatement.Succession
                              ? "not told    "
                                  + name
                                  + ": the node goes on trying once it runs, unless its key is"
                                  + " sealed ('freehold key tell'); or 'freehold fleet follow FILE'"
                                  + " there"
                              : "not told    " + name + ": 'freehold fleet remove' it there";
                    }));
    return said;
  }

  /** {@code freehold key tell}. */
  @Command(
      name = "tell",
      description =
          "Tell the machines of the fleet again who follows the keys that this home had before: those"
              + " that were off when it was rotated.")
  static final class Tell extends Verb {
    @Override
    int run() throws Exception {
      List<Json> all = new ArrayList<>();
      List<FormerHome> formers = FormerHome.all(places.home());
      if (formers.isEmpty() && !json) {
        screen.line("this home has had no key before: there is nothing to tell");
      }
      for (FormerHome former : formers) {
        try (HomeKey key =
            HomeKey.open(
                former.home(),
                Passphrases.of(places),
                InstantSource.system(),
                new SecureRandom())) {
          for (String line : tellFleet(places, key, former.statement())) {
            all.add(Json.of(line));
            if (!json) {
              screen.line(line);
            }
          }
        }
      }
      if (json) {
        screen.json(Json.object().put("told", Json.array(all)).build());
      }
      return OK;
    }
  }

  /** {@code freehold key bind}. */
  @Command(
      name = "bind",
      description = {
        "State that an account belongs to this node's key: signed by both, and logged. The node must"
            + " be stopped."
      })
  static final class Bind extends Stating {
    @Option(
        names = "--payment",
        paramLabel = "FILE",
        required = true,
        description = "The payment key ('freehold chain key FILE' makes one).")
    private Path payment = Path.of("");

    @Override
    Stated state(HomeKey key) throws Exception {
      KeyBinding binding = key.bind(PaymentKeyFile.load(payment));
      return new Stated(
          binding.toJson(),
          List.of("node        " + binding.node(), "account     " + binding.account()));
    }
  }

  /** {@code freehold key rotate}. */
  @Command(
      name = "rotate",
      description = {
        "Put a new key in the place of this node's. The old one signs that it follows, and nothing"
            + " after; its log, receipts and key stay together under FREEHOLD_HOME/former.",
        "The node must be stopped. What broke off is taken up again."
      })
  static final class Rotate extends Stating {
    @Override
    Stated state(HomeKey key) throws Exception {
      requireNoKeyring();
      KeyStatement.Succession succession = key.rotate();
      String old = succession.node().toString();
      List<String> said =
          new ArrayList<>(
              List.of(
                  "was         " + old,
                  "is          " + succession.next(),
                  "from        " + succession.from(),
                  "Old receipts: FREEHOLD_HOME="
                      + places
                          .home()
                          .resolve(FormerHome.FOLDER)
                          .resolve(old.substring(old.lastIndexOf(':') + 1))
                      + " freehold receipt list"));
      said.addAll(tellFleet(places, key, succession));
      return new Stated(succession.toJson(), said);
    }

    /** A keyring keeps passphrases by key: it has none for one that isn't there yet. */
    private void requireNoKeyring() throws IOException, KeyFileException, Failure {
      if (KeyFile.sealed(places.home().resolve(Node.KEY_FILE))
          && !places.environment().containsKey(Passphrases.FILE)
          && Keyring.find(places.environment()).isPresent()) {
        throw new Failure(
            "the key's passphrase is the keyring's: 'freehold key open', rotate, 'freehold key seal"
                + " --keyring'; or name the passphrase's file in "
                + Passphrases.FILE);
      }
    }
  }

  /** {@code freehold key revoke}. */
  @Command(
      name = "revoke",
      description = {
        "End this node's key for good, without a successor: signed, and the last of its log. The node"
            + " must be stopped, and never starts on this home again.",
        "What it signed before stays valid."
      })
  static final class Revoke extends Stating {
    @Option(
        names = "--from",
        paramLabel = "TIME",
        description =
            "Since when it counts no more, such as 2026-11-29T12:00:00.000Z (now unless given).")
    private @Nullable String from;

    @Option(names = "--for-good", required = true, description = "Yes, for good.")
    @SuppressWarnings("unused")
    private boolean sure;

    @Override
    Stated state(HomeKey key) throws Exception {
      Timestamp since;
      try {
        since =
            from == null ? new Timestamp(InstantSource.system().instant()) : Timestamp.parse(from);
      } catch (IllegalArgumentException e) {
        throw new Failure("--from: " + e.getMessage());
      }
      KeyStatement.End end = key.end(since);
      List<String> said =
          new ArrayList<>(List.of("ended       " + end.node(), "from        " + end.from()));
      said.addAll(tellFleet(places, key, end));
      return new Stated(end.toJson(), said);
    }
  }
}
