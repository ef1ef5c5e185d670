// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.kernel.Kernel;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.match.Demand;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.FolderSales;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.spending.BudgetFile;
import dev.freehold.market.table.Bounds;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.TableFile;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.market.BuyerBook;
import dev.freehold.node.market.MachineCapacity;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.market.Paid;
import dev.freehold.node.market.Quoting;
import dev.freehold.node.market.SaleFolder;
import dev.freehold.node.market.Selling;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The market of a home while no node runs on it: what is for sale, what was sold, and the offers
 * that were known last. It holds the home's lock.
 */
public final class HomeMarket implements AutoCloseable {
  private static final Amount HIGHEST = new Amount(BigInteger.TWO.pow(96).subtract(BigInteger.ONE));

  private final HomeLock lock;
  private final ReceiptStore receipts;
  private final MarketAnswers answers;

  private HomeMarket(HomeLock lock, ReceiptStore receipts, MarketAnswers answers) {
    this.lock = lock;
    this.receipts = receipts;
    this.answers = answers;
  }

  /**
   * Opens it.
   *
   * @param passphrases asked where the home's key is sealed
   * @throws IOException if something in the home can't be read
   * @throws NodeException if a node runs on it
   */
  public static HomeMarket open(NodeConfiguration configuration, PassphraseSource passphrases)
      throws IOException, KeyFileException {
    PrivateFolder.make(configuration.home());
    HomeLock lock = HomeLock.take(configuration.home());
    boolean opened = false;
    Optional<ReceiptStore> made = Optional.empty();
    try {
      ReceiptStore receipts = ReceiptStore.open(configuration.home());
      made = Optional.of(receipts);
      MarketAnswers answers = answers(configuration, passphrases, receipts);
      opened = true;
      return new HomeMarket(lock, receipts, answers);
    } finally {
      if (!opened) {
        made.ifPresent(ReceiptStore::close);
        lock.close();
      }
    }
  }

  private static MarketAnswers answers(
      NodeConfiguration configuration, PassphraseSource passphrases, ReceiptStore receipts)
      throws IOException, KeyFileException {
    Clock clock = Clock.system(ZoneId.systemDefault());
    SecureRandom random = new SecureRandom();
    MarketFolder folder = new MarketFolder(configuration.home());
    PrivateFolder.make(folder.folder());
    SigningKey key =
        KeyFile.loadOrCreate(configuration.home().resolve(Node.KEY_FILE), passphrases, random);
    ModelStore store = new ModelStore(configuration.cache(), clock);
    Paid paid = paid(configuration, folder, key, clock);
    Selling selling =
        Selling.open(
            new SaleFolder(folder.sales(), random),
            new Selling.Parts(
                key,
                () -> paid,
                new MachineCapacity(
                    here(store),
                    key.nodeId(),
                    Optional.of(receipts),
                    configuration.memoryBytes(),
                    configuration.maxConcurrent(),
                    clock),
                () -> where(configuration),
                clock));
    BuyerBook bought = BuyerBook.open(receipts.purchases(), key, clock, () -> {});
    OfferTable table =
        OfferTable.open(
            new TableFile(folder.offers(), random), Bounds.DEFAULT, bought::standing, clock);
    Quarantine quarantine =
        Quarantine.open(
            configuration.home().resolve(FleetNode.FOLDER), clock, random, (_, _) -> {});
    FolderChannels<PayeeChannel> channels = FolderChannels.ofPayee(folder.payee(), random);
    return new MarketAnswers(
        MarketAnswers.offline(
            selling,
            table,
            new Known(
                table,
                bought,
                quarantine,
                new BudgetFile(folder.budget(), Party.of(key.nodeId())),
                configuration,
                clock),
            bought::standing,
            new SaleBook(new FolderSales(folder.sold(), random)),
            name -> here(store, name),
            name -> named(table, name),
            Catalogue.shipped().defaultName(),
            () -> all(channels),
            configuration.money().power(),
            clock));
  }

  private static List<PayeeChannel> all(FolderChannels<PayeeChannel> channels) {
    try {
      return channels.all();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MachineCapacity.Here here(ModelStore store) {
    return digest ->
        store
            .find(digest)
            .<MachineCapacity.Here.Found>map(
                model -> new MachineCapacity.Here.Found.Model(served(model), false))
            .orElseGet(
                () ->
                    new MachineCapacity.Here.Found.Not(
                        "the model " + digest + " is not here: 'freehold model pull' fetches it",
                        false));
  }

  private static ServedModel served(StoredModel model) {
    return new ServedModel(model.name(), model.file(), model.digest());
  }

  private static Optional<Digest> here(ModelStore store, String name) {
    try {
      return store.find(name).map(StoredModel::digest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Digest> named(OfferTable table, String name) {
    Optional<Digest> meant = Catalogue.shipped().find(name).map(ModelEntry::digest);
    if (meant.isPresent()) {
      return meant;
    }
    List<Digest> digests =
        table.entries().stream()
            .map(each -> each.listing().offer().offer().model())
            .filter(each -> each.name().equals(name) || each.digest().toString().equals(name))
            .map(Statement.Model::digest)
            .distinct()
            .toList();
    return digests.size() == 1 ? Optional.of(digests.getFirst()) : Optional.empty();
  }

  /** How it will be paid, by its configuration and its key: no chain is asked. */
  private static Paid paid(
      NodeConfiguration configuration, MarketFolder folder, SigningKey key, Clock clock)
      throws IOException, KeyFileException {
    Optional<Coin> coin = configuration.money().coin();
    if (coin.isEmpty()) {
      return configuration.money().configured()
          ? new Paid.Not(
              "the node's configuration names a chain and lacks "
                  + String.join(" and ", configuration.money().missing()))
          : Paid.by(Optional.empty());
    }
    if (!Files.exists(folder.key())) {
      return new Paid.Not(
          "there is no payment key: 'freehold chain key "
              + folder.key()
              + "' makes one, as does the node when it starts");
    }
    return new Paid.In(
        KeyBinding.sign(key, PaymentKeyFile.load(folder.key()), new Timestamp(clock.instant())),
        coin.get(),
        configuration.money().window(),
        configuration.money().delay());
  }

  /** Where the node will be reached, by its configuration. */
  private static Optional<Whereabouts> where(NodeConfiguration configuration) {
    List<Place> relays =
        configuration.fleet().relays().stream()
            .map(relay -> new Place(relay.toString()))
            .distinct()
            .limit(Whereabouts.PLACES)
            .toList();
    InetSocketAddress listen = configuration.fleet().listen();
    List<Place> direct =
        listen == null || listen.getPort() == 0 || listen.getAddress().isAnyLocalAddress()
            ? List.of()
            : List.of(
                new Place(new DirectAddress(listen.getAddress(), listen.getPort()).toString()));
    if (relays.isEmpty() && direct.isEmpty()) {
      // At an address that only the running node knows.
      return listen == null
          ? Optional.empty()
          : Optional.of(Whereabouts.of(List.of(), List.of(new Place("link-listen"))));
    }
    return Optional.of(Whereabouts.of(relays, direct));
  }

  /** The choice by the offers that were known last, and by what was bought. */
  private record Known(
      OfferTable table,
      BuyerBook bought,
      Quarantine quarantine,
      Budget budget,
      NodeConfiguration configuration,
      Clock clock)
      implements Quoting {
    @Override
    public Match quote(Digest model, TokenCounts expected, Tier widest) {
      Coin coin =
          configuration
              .money()
              .coin()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no chain is configured, so nothing can be bought: write 'chain', "
                              + "'chain-id' and 'coin' into FREEHOLD_HOME/config"));
      return Match.of(
          new Demand(
              model,
              Kernel.ARITHMETIC_VERSION,
              coin,
              expected,
              new Price(HIGHEST, HIGHEST),
              widest,
              configuration.money().second()),
          table.candidates(model, _ -> Tier.PUBLIC, this::history).stream()
              .filter(each -> !aside(each.offer().seller().node()))
              .toList(),
          mandated(),
          new Timestamp(clock.instant()));
    }

    /** Which offers the owner's mandate names. */
    private Predicate<Offer> mandated() {
      Catalogue catalogue = Catalogue.shipped();
      try {
        Budget.Standing standing = budget.standing(new Timestamp(clock.instant()));
        return offer ->
            standing.names(offer, catalogue.find(offer.model().digest()).map(ModelEntry::name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public History history(NodeId seller) {
      return bought.history(seller);
    }

    @Override
    public boolean aside(NodeId seller) {
      return quarantine.holds(seller);
    }
  }

  /**
   * Answers as a running node does.
   *
   * @throws IOException if a change could not be kept, or something can't be read
   */
  public Optional<Answer> answer(String verb, Json request)
      throws IOException, InterruptedException {
    try {
      return answers.answer(verb, request);
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    receipts.close();
    lock.close();
  }
}
