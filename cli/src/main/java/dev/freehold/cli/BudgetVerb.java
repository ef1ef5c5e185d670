// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.BudgetFile;
import dev.freehold.market.spending.BudgetState;
import dev.freehold.market.spending.Grant;
import dev.freehold.market.spending.Spent;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold wallet budget}: the mandate under which this machine buys. */
@Command(
    name = "budget",
    description = {
      "Buy only inside what an owner signed: coins, answers and tokens in all, models, sellers, until"
          + " when.",
      "FILE holds a mandate of this machine ('freehold mandate sign --holder NAME --effect model_call"
          + " --effect payment ...'). It counts at once, beside the limits. Without FILE: what is left"
          + " of it."
    })
final class BudgetVerb extends Verb {
  @Parameters(arity = "0..1", paramLabel = "FILE", description = "A chain of mandates to take up.")
  private @Nullable Path file;

  @Option(
      names = "--owner",
      paramLabel = "OWNER",
      description = "Whose word counts: a did:key, or DID,RELYING-PARTY,ORIGIN of a passkey.")
  private @Nullable String owner;

  @Option(
      names = "--revocation",
      paramLabel = "FILE",
      description = "Take in what ends it ('freehold mandate revoke' writes it).")
  private @Nullable Path revocation;

  @Option(
      names = "--none",
      description = "Lay it aside: the limits decide alone. What was spent meanwhile still counts.")
  private boolean none;

  @Override
  int run() throws Exception {
    int asked = (file == null ? 0 : 1) + (revocation == null ? 0 : 1) + (none ? 1 : 0);
    if (asked > 1 || (file == null) != (owner == null)) {
      throw new Failure("give FILE with --owner, or --revocation, or --none, or nothing");
    }
    BudgetFile budget = open(places);
    if (file != null && owner != null) {
      take(places, file, owner);
    } else if (revocation != null) {
      done(
          budget.revoke(
              read(Revocation.decode(Files.readAllBytes(revocation)), revocation),
              new SecureRandom()));
    } else if (none) {
      budget.drop(new SecureRandom());
    }
    BudgetState state = state(places);
    if (json) {
      screen.json(state.toJson());
    } else {
      lines(state).forEach(screen::line);
    }
    return OK;
  }

  private static BudgetFile open(Places places) throws IOException, Failure {
    Path key = places.home().resolve(Node.KEY_FILE);
    if (!Files.exists(key)) {
      throw new Failure(
          "this home has no key yet, which a mandate would name: its first 'freehold up' makes one");
    }
    try {
      MarketFolder folder = new MarketFolder(places.home());
      return new BudgetFile(folder.budget(), Party.of(KeyFile.name(key)));
    } catch (KeyFileException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Takes up the mandate of a file, for the coin of the home's configuration.
   *
   * @throws Failure if it does not count, or the configuration names no coin
   */
  static void take(Places places, Path file, String owner) throws IOException, Failure {
    NodeConfiguration configuration = ConfigurationFile.read(places.home(), places.cache());
    Coin coin =
        configuration
            .money()
            .coin()
            .orElseThrow(
                () ->
                    new Failure(
                        "the node's configuration lacks "
                            + String.join(" and ", configuration.money().missing())
                            + ": in which coin would be bought?"));
    Owner trusted =
        Owner.parse(owner).orElseThrow(() -> new Failure("'" + owner + "' names no owner"));
    MandateChain chain = read(MandateChain.decode(Files.readAllBytes(file)), file);
    MarketFolder folder = new MarketFolder(places.home());
    PrivateFolder.make(places.home());
    PrivateFolder.make(Objects.requireNonNull(folder.budget().getParent()));
    Grant grant;
    try {
      grant = new Grant(coin, configuration.money().power().decimals(), trusted, chain, List.of());
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
    done(
        open(places)
            .take(
                grant,
                spent(folder, coin),
                new Timestamp(InstantSource.system().instant()),
                new SecureRandom()));
  }

  private static void done(BudgetFile.Change change) throws Failure {
    if (change instanceof BudgetFile.Change.Refused(String why)) {
      throw new Failure("nothing was changed: " + why);
    }
  }

  private static <T> T read(Parsed<T> parsed, Path file) throws Failure {
    return switch (parsed) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) -> throw new Failure(file + ": " + reason);
    };
  }

  private static Spent spent(MarketFolder folder, Coin coin) throws IOException {
    Spent sum = Spent.NOTHING;
    for (PayerChannel end : FolderChannels.ofPayer(folder.payer(), new SecureRandom()).all()) {
      sum = sum.plus(end.channel().coin().equals(coin) ? end.spent() : end.spent().unpaid());
    }
    return sum;
  }

  /** The budget of a home, whether or not a node runs on it. */
  static BudgetState state(Places places) throws IOException, Failure {
    MarketFolder folder = new MarketFolder(places.home());
    if (!Files.exists(folder.budget())) {
      return new BudgetState(new Budget.Standing.Unset(), Spent.NOTHING);
    }
    Budget.Standing standing =
        open(places).standing(new Timestamp(InstantSource.system().instant()));
    Optional<Grant> grant = standing.inUse();
    return new BudgetState(
        standing, grant.isEmpty() ? Spent.NOTHING : spent(folder, grant.get().coin()));
  }

  /** For a person. */
  static List<String> lines(BudgetState state) {
    return switch (state.standing()) {
      case Budget.Standing.Unset _ ->
          List.of("budget    none: the limits decide alone ('freehold wallet budget --help')");
      case Budget.Standing.Closed(Grant grant, String why) ->
          List.of(named(grant), "  not in force, so nothing is bought: " + why);
      case Budget.Standing.Open(Grant grant, Spent most) -> {
        Spent used = BudgetState.used(grant, most, state.spent());
        Spent allowed = grant.allowed();
        yield List.of(
            named(grant),
            "  used: "
                + of(used.pay(), allowed.pay())
                + " of token "
                + grant.coin().token()
                + " on chain "
                + grant.coin().chain(),
            "  used: "
                + of(used.answers(), allowed.answers())
                + " answers, "
                + of(used.tokens(), allowed.tokens())
                + " output tokens");
      }
    };
  }

  private static String named(Grant grant) {
    return "budget    mandate "
        + grant.acting().digest()
        + " of "
        + grant.owner().party()
        + ", until "
        + grant.acting().terms().expires();
  }

  private static String of(Amount used, Amount allowed) {
    return used + " of " + allowed;
  }
}
