// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.sales.FolderSales;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.market.table.Bounds;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Source;
import dev.freehold.market.table.TableFile;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.money.Deposits;
import dev.freehold.node.money.Money;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node's place in the market: what it sells, what it knows of other sellers, and its books. Any
 * thread may call.
 */
public final class Market implements AutoCloseable {
  private final Parts parts;
  private final Money money;
  private final OfferTable table;
  private final Reputation reputation;
  private final Selling selling;
  private final SaleBook book;
  private final BuyerBook bought;

  /** Set once; owned by this object's monitor, as are those below. */
  private @Nullable Shop shop;

  private @Nullable Finding finding;

  private final FleetEarnings elsewhere;

  private Optional<RegistryDesk> registry = Optional.empty();

  private boolean serving;

  /**
   * What a market is made of.
   *
   * @param home where its files are
   * @param attentionBytes memory for the attention of one model's answers
   * @param atOnce answers that are made at a time
   * @param made how answers that are sold are made: what the owner's own requests get, unless
   *     somebody means to show what happens to a cheat
   * @param added told that there is something to log
   * @param events told of what goes wrong
   */
  public record Parts(
      Path home,
      SigningKey key,
      FleetNode fleet,
      Models models,
      ReceiptStore receipts,
      long attentionBytes,
      int atOnce,
      Clock clock,
      SecureRandom random,
      UnaryOperator<JobWork> made,
      Runnable added,
      BiConsumer<String, Json.Obj> events) {}

  private Market(
      Parts parts,
      Money money,
      OfferTable table,
      Reputation reputation,
      Selling selling,
      SaleBook book,
      BuyerBook bought) {
    this.parts = parts;
    this.money = money;
    this.table = table;
    this.reputation = reputation;
    this.selling = selling;
    this.book = book;
    this.bought = bought;
    this.elsewhere =
        FleetEarnings.serve(
            parts.fleet,
            () ->
                new Earning(
                        book,
                        () -> money.payee().channels(),
                        selling,
                        money.settings().power(),
                        parts.clock)
                    .told(FleetEarnings.DAYS),
            System::nanoTime);
  }

  /**
   * Takes up what is in the home.
   *
   * @throws IOException if something in it can't be read: nothing is bought or sold then
   */
  public static Market open(Parts parts, Money money) throws IOException {
    Path folder = new MarketFolder(parts.home).folder();
    PrivateFolder.make(folder);
    BuyerBook bought =
        BuyerBook.open(parts.receipts.purchases(), parts.key, parts.clock, parts.added);
    Reputation reputation = new Reputation();
    // Before the table is read: it drops those first for whom nothing speaks.
    reputation.bought(bought::history);
    OfferTable table =
        OfferTable.open(
            new TableFile(new MarketFolder(parts.home).offers(), parts.random),
            Bounds.DEFAULT,
            reputation,
            parts.clock);
    Selling selling =
        Selling.open(
            new SaleFolder(folder.resolve("sales"), parts.random),
            new Selling.Parts(
                parts.key,
                () -> Paid.by(Optional.of(money)),
                new MachineCapacity(
                    MachineCapacity.Here.of(parts.models),
                    parts.key.nodeId(),
                    Optional.of(parts.receipts),
                    parts.attentionBytes,
                    parts.atOnce,
                    parts.clock),
                () -> where(parts.fleet),
                parts.clock));
    SaleBook book = new SaleBook(new FolderSales(folder.resolve("sold"), parts.random));
    return new Market(parts, money, table, reputation, selling, book, bought);
  }

  private static Optional<Whereabouts> where(FleetNode fleet) {
    try {
      return fleet.reachable() ? Places.of(fleet.address(), Optional.empty()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** With what jobs are bought and sold. */
  public Trade trade() {
    return new Trade(money, table, bought, selling::terms, this::sold, parts.made);
  }

  private void sold(SoldAnswer answer) {
    try {
      book.append(answer);
    } catch (IOException e) {
      parts.events.accept(
          "sale-unwritten", Json.object().put("problem", String.valueOf(e.getMessage())).build());
    }
  }

  /**
   * From now on looks for sellers and is found, and serves buyers once anything is for sale.
   *
   * @throws IOException if the address to listen at can't be bound
   */
  public synchronized void begin(Shop served, Buying buying) throws IOException {
    shop = served;
    buying.begin(parts.events);
    registry =
        RegistryDesk.start(
            money,
            parts.key.nodeId(),
            () -> where(parts.fleet),
            parts.events,
            MonotonicClock.system());
    Optional<RegistryDesk> desk = registry;
    desk.ifPresent(it -> reputation.registered(it::standing));
    Finding found =
        Finding.start(
            new Finding.Parts(
                parts.key.nodeId(),
                table,
                selling::listings,
                node -> parts.fleet.members().find(node).isPresent(),
                () -> asked(desk),
                address -> parts.fleet.stream(address, OfferStream.PROTOCOL),
                parts.clock,
                MonotonicClock.system(),
                parts.events));
    finding = found;
    parts.fleet.serve(OfferStream.PROTOCOL, (_, stream) -> found.serve(stream));
    serve();
  }

  /**
   * Whom to ask for offers: the relays' boards, the fleet, and who is registered and unheard of.
   */
  private List<Finding.Asked> asked(Optional<RegistryDesk> desk) {
    List<Finding.Asked> all = new ArrayList<>();
    for (RelayAddress relay : parts.fleet.ownRelays()) {
      all.add(
          new Finding.Asked(
              new Source(Source.Kind.RELAY, relay.relay()),
              NodeAddress.behind(relay.relay(), relay)));
    }
    for (Member member : parts.fleet.members().list()) {
      all.add(new Finding.Asked(new Source(Source.Kind.PEER, member.node()), member.address()));
    }
    desk.ifPresent(it -> all.addAll(Finding.unheard(table, it.addresses())));
    return all;
  }

  /** What the owner asks. */
  public MarketAnswers answers(Quoting quoting, Function<String, Optional<Digest>> named) {
    return new MarketAnswers(
        new MarketAnswers.Parts(
            this::sell,
            selling,
            table,
            quoting,
            reputation,
            book,
            name -> parts.models.find(name).map(ServedModel::digest),
            named,
            Catalogue.shipped().defaultName(),
            () -> money.payee().channels(),
            money.settings().power(),
            parts.clock,
            (wish, asked) -> desk().answer(wish, asked),
            this::withdraw));
  }

  /** Asks back what is left in a channel that this node pays from. */
  private OwnerAnswers.Answer withdraw(ChannelId id) throws IOException {
    Optional<PayerChannel> end =
        money.payer().channels().stream()
            .filter(each -> each.channel().id().equals(id))
            .findFirst();
    if (end.isEmpty()) {
      return new OwnerAnswers.Answer.Refused(
          "this node pays from no channel " + id + " ('freehold wallet' shows them)");
    }
    try {
      var _ = new Deposits(money).withdraw(end.get().channel());
    } catch (RpcException e) {
      return new OwnerAnswers.Answer.Refused(String.valueOf(e.getMessage()));
    }
    return new OwnerAnswers.Answer.Done(
        Json.object()
            .put(
                "done",
                "asked back; it is taken out "
                    + end.get().channel().config().withdrawDelay().toSeconds()
                    + " s from now, while this node runs")
            .build());
  }

  private synchronized MarketAnswers.Registry desk() {
    return registry
        .<MarketAnswers.Registry>map(it -> it::answer)
        .orElse(
            (_, _) ->
                new OwnerAnswers.Answer.Refused(
                    "no registry is configured: write 'registry = ADDRESS' into"
                        + " FREEHOLD_HOME/config and start the node again"));
  }

  /** Lets strangers link themselves to this node once it has something for sale. */
  synchronized void serve() throws IOException {
    Shop now = shop;
    Finding found = finding;
    if (now != null && found != null && !serving && !selling.sales().isEmpty()) {
      parts.fleet.serveAnybody(OfferStream.PROTOCOL, found::serve);
      parts.fleet.serveAnybody(Shop.ACCOUNT, now::account);
      parts.fleet.serveAnybody(Shop.SALE, now::sale);
      serving = true;
    }
  }

  /**
   * Puts a model up for sale, or changes how it is sold.
   *
   * @throws IOException if it can't be written down: it is sold as before
   */
  public Selling.Outcome sell(Selling.Wanted wanted) throws IOException {
    Selling.Outcome outcome = selling.sell(wanted);
    serve();
    return outcome;
  }

  /**
   * Takes a model's offer back.
   *
   * @throws IOException if it can't be written down: it is sold as before
   */
  public Selling.Outcome cancel(Digest model) throws IOException {
    return selling.cancel(model);
  }

  /** What this node sells. */
  public Selling selling() {
    return selling;
  }

  /** Who sells what. */
  public OfferTable table() {
    return table;
  }

  /** What was sold. */
  public SaleBook book() {
    return book;
  }

  /** What the owner's other machines earned. */
  public FleetEarnings elsewhere() {
    return elsewhere;
  }

  /** What was bought. */
  public BuyerBook bought() {
    return bought;
  }

  /** In what is paid. */
  public Money money() {
    return money;
  }

  @Override
  public void close() throws IOException {
    Finding found;
    synchronized (this) {
      found = finding;
      registry.ifPresent(RegistryDesk::close);
    }
    if (found == null) {
      table.save();
    } else {
      found.close();
    }
  }
}
