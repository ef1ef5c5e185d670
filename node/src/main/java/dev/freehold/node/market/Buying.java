// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Statement;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.route.Machine;
import dev.freehold.kernel.Kernel;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.Purchase;
import dev.freehold.market.channel.SpendingRefusal;
import dev.freehold.market.channel.Wanted;
import dev.freehold.market.match.Candidate;
import dev.freehold.market.match.Demand;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.spending.Budget;
import dev.freehold.market.table.OfferTable;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.money.Deposits;
import dev.freehold.node.money.Money;
import dev.freehold.node.serve.Asked;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The buyer's side: which sellers may answer a request, best first, each with a channel from which
 * it is paid. Any thread may call.
 */
public final class Buying implements Quoting, AutoCloseable {
  /** Sellers that one request is given to, one after the other. */
  private static final int SELLERS = 4;

  /** Channels that are kept with sellers of one model, so that an answer can go on elsewhere. */
  private static final int CHANNELS = 2;

  /** Codes of what is refused. */
  private static final String LIMITS = "spending_limit";

  private static final String MANDATE = "spending_mandate";

  /** How long an answer is thought to become where the request doesn't say. */
  private static final int USUAL_TOKENS = 256;

  /** So many whole answers of a seller are replayed, whatever share is. */
  private static final int TRIALS = 3;

  /** How long a seller whose answer broke off may take to say what it served: others wait. */
  private static final Duration RECOUNT = Duration.ofMillis(800);

  private static final Duration DEPOSIT = Duration.ofSeconds(60);
  private static final Amount HIGHEST = new Amount(BigInteger.TWO.pow(96).subtract(BigInteger.ONE));

  private final Money money;
  private final Deposits deposits;
  private final FleetNode fleet;
  private final OfferTable table;
  private final BuyerBook book;
  private final Catalogue catalogue = Catalogue.shipped();
  private final Predicate<NodeId> setAside;
  private final InstantSource clock;
  private final JobClient client;

  private final SellerAccounts accounts;
  private final Set<NodeId> openings = ConcurrentHashMap.newKeySet();

  /**
   * Buys nothing yet.
   *
   * @param table who sells what
   * @param book what was learnt of sellers
   * @param setAside of whom nothing is wanted
   */
  public Buying(
      Money money,
      FleetNode fleet,
      SigningKey node,
      OfferTable table,
      BuyerBook book,
      Predicate<NodeId> setAside,
      InstantSource clock,
      SecureRandom random) {
    this.money = money;
    this.deposits = new Deposits(money);
    this.fleet = fleet;
    this.table = table;
    this.book = book;
    this.setAside = setAside;
    this.clock = clock;
    this.accounts = new SellerAccounts(money, deposits, fleet, table, setAside);
    this.client = new JobClient(node, accounts, random);
  }

  /** A bill for one answer. */
  public Bill bill() {
    return new Bill(book, money.account());
  }

  /** Whether a seller is asked for the first times: its answers are replayed then. */
  public boolean untried(NodeId node) {
    History history = history(node);
    if (history.answers() == 0 && !accounts.has(node)) {
      return table.whereabouts(node).isPresent() && fleet.members().find(node).isEmpty();
    }
    return history.answers() - history.broken() < TRIALS;
  }

  @Override
  public History history(NodeId seller) {
    return book.history(seller);
  }

  @Override
  public boolean aside(NodeId seller) {
    return setAside.test(seller);
  }

  @Override
  public Match quote(Digest model, TokenCounts expected, Tier widest) {
    List<Candidate> candidates =
        table.candidates(model, this::tier, this::history).stream()
            .filter(each -> !setAside.test(each.offer().seller().node()))
            .toList();
    return Match.of(
        new Demand(
            model,
            Kernel.ARITHMETIC_VERSION,
            money.coin(),
            expected,
            new Price(HIGHEST, HIGHEST),
            widest,
            money.settings().second()),
        candidates,
        mandated(),
        new Timestamp(clock.instant()));
  }

  /**
   * Which offers the owner's mandate names; what can't be read now is told by who reserves coins.
   */
  private Predicate<Offer> mandated() {
    Budget.Standing standing;
    try {
      standing = money.budget();
    } catch (IOException e) {
      return _ -> true;
    }
    return offer ->
        standing.names(offer, catalogue.find(offer.model().digest()).map(ModelEntry::name));
  }

  /** How many tokens a request will likely take. */
  public static TokenCounts expected(Request request, String body) {
    return new TokenCounts(bytes(body) / 4, most(request).orElse(USUAL_TOKENS));
  }

  private static int bytes(String body) {
    return body.getBytes(StandardCharsets.UTF_8).length;
  }

  private static OptionalInt most(Request request) {
    return switch (request) {
      case ChatRequest chat -> times(chat.decoding().maxTokens(), chat.decoding().n());
      case CompletionRequest completion ->
          times(
              completion.decoding().maxTokens(),
              completion.decoding().n() * completion.prompts().size());
      case EmbeddingRequest _ -> OptionalInt.of(0);
    };
  }

  private static OptionalInt times(OptionalInt tokens, int choices) {
    return tokens.isEmpty()
        ? tokens
        : OptionalInt.of(Math.toIntExact(Math.min(1L << 30, (long) tokens.getAsInt() * choices)));
  }

  /** Who may answer. */
  public sealed interface Found {
    /**
     * These, best first.
     *
     * @param machines at least one
     */
    record Sellers(List<Machine> machines) implements Found {
      /** Copies the list. */
      public Sellers {
        machines = List.copyOf(machines);
      }
    }

    /**
     * Nobody.
     *
     * @param why for a person
     */
    record Nobody(String why) implements Found {}
  }

  /**
   * Which model is meant. A name that the catalogue has means its file; any other one what all
   * sellers call so, if that is one file: whoever wants to be sure asks by digest.
   */
  public Optional<Digest> named(String name) {
    List<Statement.Model> sold =
        table.entries().stream().map(entry -> entry.listing().offer().offer().model()).toList();
    Optional<Digest> meant = catalogue.find(name).map(ModelEntry::digest);
    if (meant.isPresent()) {
      return meant.filter(digest -> sold.stream().anyMatch(each -> each.digest().equals(digest)));
    }
    List<Digest> digests =
        sold.stream()
            .filter(each -> each.name().equals(name) || each.digest().toString().equals(name))
            .map(Statement.Model::digest)
            .distinct()
            .toList();
    return digests.size() == 1 ? Optional.of(digests.getFirst()) : Optional.empty();
  }

  /**
   * Finds sellers for a request.
   *
   * @param bill on which they are put when they begin
   * @param opening whether a channel is opened where there is none with a seller that fits, which
   *     takes as long as the chain does; else this returns at once
   */
  public Found find(Digest model, Asked asked, Bill bill, Tier widest, boolean opening)
      throws InterruptedException {
    Request request = asked.request();
    String body = asked.body();
    TokenCounts expected = expected(request, body);
    Match match = quote(model, expected, widest);
    if (match.ranked().isEmpty()) {
      return new Found.Nobody(
          match.excluded().isEmpty()
              ? "nobody is known who sells it"
              : "of "
                  + match.excluded().size()
                  + " offers none fits: "
                  + match.excluded().getFirst().why().text());
    }
    List<Match.Ranked> funded = new ArrayList<>();
    List<Match.Ranked> without = new ArrayList<>();
    for (Match.Ranked ranked : match.ranked()) {
      Offer offer = ranked.candidate().offer();
      TokenCounts most = most(offer, request, body);
      Optional<Amount> free = deposits.free(accounts.channel(offer));
      boolean enough =
          free.isPresent() && free.get().compareTo(offer.terms().price().cost(most)) >= 0;
      (enough ? funded : without).add(ranked);
    }
    Optional<String> problem = Optional.empty();
    for (Match.Ranked ranked : without) {
      if (!funded.isEmpty() || !opening) {
        break;
      }
      problem = deposit(ranked.candidate().offer());
      if (problem.isEmpty()) {
        funded.add(ranked);
      }
    }
    if (funded.isEmpty()) {
      return new Found.Nobody("no channel with a seller could be opened: " + problem.orElse(""));
    }
    if (opening && funded.size() < CHANNELS) {
      without.stream()
          .filter(ranked -> !funded.contains(ranked))
          .findFirst()
          .ifPresent(ranked -> openBeside(ranked.candidate().offer()));
    }
    PaidAttempt.Limits limits = PaidAttempt.Limits.of(request, bytes(body));
    List<Machine> machines = new ArrayList<>();
    for (Match.Ranked ranked : funded.subList(0, Math.min(SELLERS, funded.size()))) {
      Offer offer = ranked.candidate().offer();
      machines.add(
          new Machine(
              offer.seller().node(),
              false,
              order ->
                  begin(
                      offer,
                      most(offer, request, body),
                      order,
                      new PaidAttempt.Counts(
                          limits, new AnswerCheck(order, request), bill.tokens()),
                      bill)));
    }
    return new Found.Sellers(machines);
  }

  /** What the answer takes at most: no prompt has more tokens than its request has bytes. */
  private static TokenCounts most(Offer offer, Request request, String body) {
    int input = Math.min(offer.context(), bytes(body) + PaidAttempt.TEMPLATE);
    return new TokenCounts(input, most(request).orElse(offer.context()));
  }

  /** Empty where it is done. */
  private Optional<String> deposit(Offer offer) throws InterruptedException {
    if (deposits.leaving(accounts.channel(offer))) {
      return Optional.of("the channel with " + offer.seller().node() + " is being withdrawn from");
    }
    try {
      return switch (deposits.deposit(accounts.channel(offer), DEPOSIT)) {
        case Deposits.Made.Deposited _ -> Optional.empty();
        case Deposits.Made.Not(String why) -> Optional.of(why);
      };
    } catch (IOException | RpcException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void openBeside(Offer offer) {
    NodeId seller = offer.seller().node();
    if (openings.add(seller)) {
      Thread.ofVirtual()
          .name("channel")
          .start(
              () -> {
                try {
                  if (deposit(offer).isEmpty()) {
                    accounts.of(offer).open();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } catch (IOException e) {
                  // It is opened when it is needed.
                } finally {
                  openings.remove(seller);
                }
              });
    }
  }

  /** From now on hands over what sellers were not there to take. */
  void begin(BiConsumer<String, Json.Obj> events) {
    accounts.begin(book::recorded, events);
  }

  private Tier tier(NodeId seller) {
    return fleet.members().find(seller).map(Member::tier).orElse(Tier.PUBLIC);
  }

  private Attempt begin(
      Offer offer, TokenCounts most, JobOrder order, PaidAttempt.Counts counts, Bill bill) {
    NodeId node = offer.seller().node();
    SellerAccount account = accounts.of(offer);
    Payer.Reserving reserving;
    try {
      if (!account.recounted(RECOUNT)) {
        return new Refused(
            new Attempt.Step.Lost(
                "an answer of it broke off, and it has not said yet what it served", false));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Refused(new Attempt.Step.Lost("the node is being closed", false));
    }
    try {
      Amount arrears = account.takeArrears().atMost(offer.terms().window());
      reserving =
          money
              .payer()
              .reserve(
                  account.channel().id(),
                  new Wanted(
                      node,
                      offer.model().digest(),
                      catalogue.find(offer.model().digest()).map(ModelEntry::name),
                      offer.terms().price(),
                      most,
                      arrears));
    } catch (IOException e) {
      return new Refused(
          new Attempt.Step.Lost("what may be spent can't be read: " + e.getMessage(), false));
    }
    return switch (reserving) {
      case Payer.Reserving.Refused(SpendingRefusal refusal) ->
          new Refused(refused(refusal, offer, most));
      case Payer.Reserving.Reserved(Purchase purchase) -> {
        PaidAttempt attempt =
            new PaidAttempt(
                new PaidAttempt.Beginning() {
                  @Override
                  public Attempt begin() throws IOException, InterruptedException {
                    account.open();
                    return client.begin(node, order);
                  }

                  @Override
                  public void renew() throws IOException, InterruptedException {
                    account.renew();
                  }
                },
                purchase,
                account,
                offer.terms(),
                offer.model(),
                counts);
        bill.begun(node, attempt);
        yield attempt;
      }
    };
  }

  private static Attempt.Step refused(SpendingRefusal refusal, Offer offer, TokenCounts most) {
    return switch (refusal) {
      case NO_LIMITS -> said(LIMITS, refusal.text());
      case ABOVE_ANSWER, ABOVE_DAY -> said(LIMITS, refusal.text() + costs(offer, most));
      case MANDATE_CLOSED, MANDATE_COIN -> said(MANDATE, refusal.text());
      case ABOVE_MANDATE_ANSWER, ABOVE_MANDATE ->
          said(MANDATE, refusal.text() + costs(offer, most));
      case OUTSIDE_MANDATE,
          ABOVE_PEER,
          ABOVE_DEPOSIT,
          UNKNOWN_CHANNEL,
          ABOVE_RESERVED,
          OVERCOUNTED,
          ENDED ->
          new Attempt.Step.Lost(refusal.text(), false);
    };
  }

  private static String costs(Offer offer, TokenCounts most) {
    return ": it may cost "
        + offer.terms().price().cost(most)
        + " for "
        + most.input()
        + " tokens of the prompt and "
        + most.output()
        + " of the answer at most (a lower max_tokens costs less)";
  }

  private static Attempt.Step said(String code, String why) {
    return new Attempt.Step.Said(
        new JobMessage.Failed(new JobError(402, why, "invalid_request_error", null, code, 0)));
  }

  /** Nothing was begun. */
  private record Refused(Attempt.Step step) implements Attempt {
    @Override
    public Step next(Duration atMost) {
      return step;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  @Override
  public void close() {
    accounts.close();
  }
}
