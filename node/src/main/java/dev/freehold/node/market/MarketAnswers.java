// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Region;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.table.Contradiction;
import dev.freehold.market.table.Listed;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Standings;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.money.PowerSettings;
import dev.freehold.node.work.Hours;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the owner asks of the market: one answer for verbs of a running node and of a home. */
public final class MarketAnswers {
  private final Parts parts;

  /** What can be asked. */
  private enum Verb {
    SELL,
    UNSELL,
    SALES,
    OFFERS,
    QUOTE,
    EARNINGS,
    REGISTRY,
    REGISTER,
    BOND,
    UNBOND,
    UNBONDED,
    RETIRE,
    RECLAIM;

    static Optional<Verb> of(String text) {
      for (Verb verb : values()) {
        if (verb.name().toLowerCase(Locale.ROOT).equals(text)) {
          return Optional.of(verb);
        }
      }
      return Optional.empty();
    }
  }

  /** Puts something up for sale. */
  @FunctionalInterface
  public interface Door {
    /**
     * Or says why not.
     *
     * @throws IOException if it can't be written down: it is sold as before
     */
    Selling.Outcome sell(Selling.Wanted wanted) throws IOException;
  }

  /** Takes coins back that the owner has in a channel with a seller. */
  @FunctionalInterface
  public interface Withdrawing {
    /** Begins, or says why not. */
    Answer of(ChannelId channel) throws IOException;
  }

  /**
   * What the answers are made of.
   *
   * @param door sells
   * @param here a model of this machine by its name or digest
   * @param named a model that somebody sells by its name or digest
   * @param usual the model that is meant where none is named
   * @param channels in which this node is paid
   * @param power what its work costs
   * @param registry of sellers
   * @param withdrawing takes coins back
   */
  public record Parts(
      Door door,
      Selling selling,
      OfferTable table,
      Quoting quoting,
      Standings standings,
      SaleBook book,
      Function<String, Optional<Digest>> here,
      Function<String, Optional<Digest>> named,
      String usual,
      Supplier<List<PayeeChannel>> channels,
      PowerSettings power,
      InstantSource clock,
      Registry registry,
      Withdrawing withdrawing) {}

  /** What the owner wants of the registry of sellers. */
  interface Registry {
    /** Does it, or says why not. */
    Answer answer(RegistryDesk.Wish wish, Members asked)
        throws MalformedException, IOException, InterruptedException;
  }

  /** Where no node runs. */
  public static Parts offline(
      Selling selling,
      OfferTable table,
      Quoting quoting,
      Standings standings,
      SaleBook book,
      Function<String, Optional<Digest>> here,
      Function<String, Optional<Digest>> named,
      String usual,
      Supplier<List<PayeeChannel>> channels,
      PowerSettings power,
      InstantSource clock) {
    return new Parts(
        selling::sell,
        selling,
        table,
        quoting,
        standings,
        book,
        here,
        named,
        usual,
        channels,
        power,
        clock,
        (_, _) ->
            new Answer.Refused(
                "the registry is asked by the node that runs: start it with 'freehold up'"),
        _ ->
            new Answer.Refused(
                "coins are taken back by the node that runs: start it with 'freehold up'"));
  }

  /** Answers from these. */
  public MarketAnswers(Parts parts) {
    this.parts = parts;
  }

  /** Whether there is such a verb. */
  public static boolean has(String verb) {
    return Verb.of(verb).isPresent();
  }

  /**
   * Answers.
   *
   * @return empty where there is no such verb
   * @throws IOException if a change could not be kept, or a book can't be read
   */
  public Optional<Answer> answer(String verb, Json request)
      throws IOException, InterruptedException {
    Optional<Verb> known = Verb.of(verb);
    if (known.isEmpty()) {
      return Optional.empty();
    }
    try {
      Members asked = new Members("the request", request);
      Answer told =
          switch (known.get()) {
            case SELL -> sell(asked);
            case UNSELL -> unsell(asked);
            case SALES -> done(asked, sales());
            case OFFERS -> done(asked, offers());
            case QUOTE -> quote(asked);
            case EARNINGS -> earnings(asked);
            case REGISTRY -> parts.registry().answer(RegistryDesk.Wish.STATUS, asked);
            case REGISTER -> parts.registry().answer(RegistryDesk.Wish.REGISTER, asked);
            case BOND -> parts.registry().answer(RegistryDesk.Wish.BOND, asked);
            case UNBOND -> parts.registry().answer(RegistryDesk.Wish.UNBOND, asked);
            case UNBONDED -> parts.registry().answer(RegistryDesk.Wish.WITHDRAW, asked);
            case RECLAIM -> {
              ChannelId channel = asked.typed("channel", MarketAnswers::channel);
              asked.end();
              yield parts.withdrawing().of(channel);
            }
            case RETIRE -> parts.registry().answer(RegistryDesk.Wish.RETIRE, asked);
          };
      return Optional.of(told);
    } catch (MalformedException e) {
      return Optional.of(new Answer.Refused(e.reason()));
    } catch (IllegalArgumentException e) {
      return Optional.of(new Answer.Refused(String.valueOf(e.getMessage())));
    }
  }

  private static ChannelId channel(String text) {
    return ChannelId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no channel's id, 0x and 64 digits"));
  }

  private static Answer done(Members asked, Json.Obj told) throws MalformedException {
    asked.end();
    return new Answer.Done(told);
  }

  private Answer sell(Members asked) throws MalformedException, IOException {
    String name = asked.string("model");
    Price price = new Price(Coin.amount(asked, "input"), Coin.amount(asked, "output"));
    Optional<Amount> window =
        asked.has("window") ? Optional.of(Coin.amount(asked, "window")) : Optional.empty();
    Optional<Integer> context =
        asked.has("context") ? Optional.of(asked.count("context", 1)) : Optional.empty();
    int streams = asked.count("streams", 0);
    int days = asked.count("days", 0);
    Optional<Hours> hours =
        asked.has("hours") ? Optional.of(asked.typed("hours", Hours::parse)) : Optional.empty();
    Optional<Region> region =
        asked.has("region") ? Optional.of(asked.typed("region", Region::new)) : Optional.empty();
    asked.end();
    Optional<Digest> model = parts.here().apply(name);
    if (model.isEmpty()) {
      return new Answer.Refused(
          "the model '" + name + "' is not here: 'freehold model list' shows those that are");
    }
    return told(
        parts
            .door()
            .sell(
                new Selling.Wanted(
                    model.get(), price, window, context, streams, days, hours, region)));
  }

  private Answer unsell(Members asked) throws MalformedException, IOException {
    String name = asked.string("model");
    asked.end();
    Optional<Digest> model =
        parts.selling().sales().stream()
            .map(each -> each.sale().model())
            .filter(each -> each.name().equals(name) || each.digest().toString().equals(name))
            .map(each -> each.digest())
            .findFirst();
    return model.isEmpty()
        ? new Answer.Refused("nothing of the model '" + name + "' is for sale")
        : told(parts.selling().cancel(model.get()));
  }

  private Answer told(Selling.Outcome outcome) {
    return switch (outcome) {
      case Selling.Outcome.Refused(String why) -> new Answer.Refused(why);
      case Selling.Outcome.Done(Sale sale) ->
          new Answer.Done(
              parts.selling().sales().stream()
                  .filter(each -> each.sale().model().equals(sale.model()))
                  .map(MarketAnswers::sale)
                  .findFirst()
                  .orElseGet(() -> Json.object().put("model", sale.model().name()).build()));
    };
  }

  private Json.Obj sales() {
    return Json.object()
        .put(
            "sales", Json.array(parts.selling().sales().stream().map(MarketAnswers::sale).toList()))
        .build();
  }

  private static Json.Obj sale(Selling.Standing standing) {
    Sale sale = standing.sale();
    Optional<Offer> offer = sale.offer().map(SignedOffer::offer);
    return Json.object()
        .put("model", sale.model().name())
        .put("digest", sale.model().digest().toString())
        .put("input", sale.price().input().toString())
        .put("output", sale.price().output().toString())
        .put("window", sale.window().toString())
        .put("context", sale.context())
        .put("streams", sale.streams())
        .put("days", sale.days())
        .put("hours", sale.hours().map(Hours::toString).orElse(null))
        .put("region", sale.region().map(Region::text).orElse(null))
        .put(
            "prefill",
            offer.map(it -> (Json) Json.of(it.speed().prefill())).orElse(Json.Null.VALUE))
        .put("decode", offer.map(it -> (Json) Json.of(it.speed().decode())).orElse(Json.Null.VALUE))
        .put("offer", sale.offer().map(SignedOffer::id).orElse(null))
        .put("expires", offer.map(it -> it.expires().toString()).orElse(null))
        .put("hindrance", standing.hindrance().orElse(null))
        .build();
  }

  private Json.Obj offers() {
    List<Listed> all = parts.table().entries();
    Map<Offer, String> excluded = new HashMap<>();
    all.stream()
        .map(each -> each.listing().offer().offer().model().digest())
        .distinct()
        .forEach(
            model ->
                parts
                    .quoting()
                    .quote(model, new TokenCounts(1, 1), Tier.PUBLIC)
                    .excluded()
                    .forEach(each -> excluded.put(each.candidate().offer(), each.why().text())));
    return Json.object()
        .put("offers", Json.array(all.stream().map(each -> listed(each, excluded)).toList()))
        .put(
            "contradictions",
            Json.array(
                parts.table().contradictions().stream().map(MarketAnswers::contradiction).toList()))
        .build();
  }

  private Json.Obj listed(Listed each, Map<Offer, String> excluded) {
    Listing listing = each.listing();
    Offer offer = listing.offer().offer();
    NodeId seller = listing.seller();
    String why = parts.quoting().aside(seller) ? "an answer of its was wrong" : excluded.get(offer);
    return offer(offer)
        .put("source", each.source().toString())
        .put("region", listing.where().region().map(Region::text).orElse(null))
        .put("heard", listing.issued().toString())
        .put("ageSeconds", age(listing.issued()))
        .put("why", why)
        .build();
  }

  private long age(Timestamp since) {
    return Duration.between(since.instant(), parts.clock().instant()).toSeconds();
  }

  private Json.Builder offer(Offer offer) {
    NodeId seller = offer.seller().node();
    Json.Builder told =
        Json.object()
            .put("model", offer.model().name())
            .put("digest", offer.model().digest().toString())
            .put("seller", seller.toString())
            .put("account", offer.seller().account().toString())
            .put("standing", parts.standings().of(seller).text())
            .put("tier", offer.tier().text())
            .put("input", offer.terms().price().input().toString())
            .put("output", offer.terms().price().output().toString())
            .put("chain", offer.terms().coin().chain().number())
            .put("token", offer.terms().coin().token().toString())
            .put("window", offer.terms().window().toString())
            .put("context", offer.context())
            .put("streams", offer.streams())
            .put("prefill", offer.speed().prefill())
            .put("decode", offer.speed().decode())
            .put("expires", offer.expires().toString());
    History history = parts.quoting().history(seller);
    told.put("answers", history.answers())
        .put("broken", history.broken())
        .put("invalid", history.invalid());
    history
        .pace()
        .ifPresent(
            pace ->
                told.put("measuredPrefill", rate(pace.input()))
                    .put("measuredDecode", rate(pace.output())));
    return told;
  }

  private static long rate(double micros) {
    return micros <= 0 ? 0 : Math.round(1e6 / micros);
  }

  private static Json contradiction(Contradiction each) {
    return Json.object()
        .put("seller", each.seller().toString())
        .put("until", each.until().toString())
        .put("first", each.first().id())
        .put("second", each.second().id())
        .build();
  }

  private Answer quote(Members asked) throws MalformedException {
    String name = asked.has("model") ? asked.string("model") : parts.usual();
    TokenCounts expected = new TokenCounts(asked.count("input", 0), asked.count("output", 0));
    Tier widest = asked.typed("tier", Tier::parse);
    asked.end();
    Optional<Digest> model = parts.named().apply(name);
    if (model.isEmpty()) {
      return new Answer.Refused(
          "nobody is known who sells '" + name + "': 'freehold offers' shows what is sold");
    }
    Match match = parts.quoting().quote(model.get(), expected, widest);
    List<Json> ranked = new ArrayList<>();
    for (Match.Ranked each : match.ranked()) {
      ranked.add(
          offer(each.candidate().offer())
              .put("cost", each.cost().toString())
              .put("waiting", each.waiting().toString())
              .put("score", each.score().toString())
              .build());
    }
    List<Json> excluded = new ArrayList<>();
    for (Match.Excluded each : match.excluded()) {
      excluded.add(offer(each.candidate().offer()).put("why", each.why().text()).build());
    }
    return new Answer.Done(
        Json.object()
            .put("model", name)
            .put("digest", model.get().toString())
            .put("inputTokens", expected.input())
            .put("outputTokens", expected.output())
            .put("ranked", Json.array(ranked))
            .put("excluded", Json.array(excluded))
            .build());
  }

  private Answer earnings(Members asked) throws MalformedException, IOException {
    int days = asked.count("days", 1);
    asked.end();
    return new Answer.Done(
        new Earning(parts.book(), parts.channels(), parts.selling(), parts.power(), parts.clock())
            .over(days));
  }
}
