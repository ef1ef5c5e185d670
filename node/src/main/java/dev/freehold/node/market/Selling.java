// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.SigningKey;
import dev.freehold.kernel.Kernel;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.Speed;
import dev.freehold.node.market.Capacity.Answer;
import dev.freehold.node.work.Hours;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What this node sells. It offers nothing that the machine can't serve. An offer is durable before
 * it is published, and each is issued later than the one before, so that a node never contradicts
 * itself. Safe for use by many threads; the only one that writes its storage.
 */
public final class Selling {
  /**
   * Listings are signed anew after so long, though nothing changed: their seller is still there.
   */
  static final Duration LISTED_AGAIN = Duration.ofHours(6);

  /** A difference of speed that is worth a new offer. */
  private static final double NOTABLE = 0.2;

  private final Parts parts;
  private final Sales storage;

  // All below is owned by this object's monitor.
  private final Map<Digest, Sale> sales = new LinkedHashMap<>();
  private final Map<Digest, Listing> listed = new LinkedHashMap<>();

  /**
   * What selling needs.
   *
   * @param key the node's
   * @param paid how it is paid
   * @param capacity what the machine can serve
   * @param where it is reached; empty: nowhere
   * @param clock whose zone the hours are of
   */
  public record Parts(
      SigningKey key,
      Supplier<Paid> paid,
      Capacity capacity,
      Supplier<Optional<Whereabouts>> where,
      Clock clock) {}

  /**
   * What the owner wants sold.
   *
   * @param model digest of its file
   * @param price for a million tokens
   * @param window how much is served ahead of payment; empty: as the configuration says
   * @param context in tokens; empty: as much as fits
   * @param streams answers at a time, from 1
   * @param days for which an offer is signed
   * @param hours in which it is offered
   * @param region where the machine is said to stand
   */
  public record Wanted(
      Digest model,
      Price price,
      Optional<Amount> window,
      Optional<Integer> context,
      int streams,
      int days,
      Optional<Hours> hours,
      Optional<dev.freehold.market.listing.Region> region) {}

  /** What came of it. */
  public sealed interface Outcome {
    /** It is for sale, or no longer. */
    record Done(Sale sale) implements Outcome {}

    /** It is not, and nothing changed. */
    record Refused(String why) implements Outcome {}
  }

  /**
   * How something for sale stands.
   *
   * @param hindrance why it is not offered just now; empty where it is
   */
  public record Standing(Sale sale, Optional<String> hindrance) {}

  private Selling(Sales storage, Parts parts) {
    this.storage = storage;
    this.parts = parts;
  }

  /**
   * Takes up what is for sale.
   *
   * @throws IOException if it can't be read: nothing is offered then
   */
  public static Selling open(Sales storage, Parts parts) throws IOException {
    Selling selling = new Selling(storage, parts);
    for (Sale sale : storage.all()) {
      selling.sales.put(sale.model().digest(), sale);
    }
    return selling;
  }

  /**
   * Puts a model up for sale, or changes how it is sold. Durable when it returns.
   *
   * @throws IOException if it can't be written down: it is sold as before
   */
  public synchronized Outcome sell(Wanted wanted) throws IOException {
    Paid.In paid;
    switch (parts.paid().get()) {
      case Paid.In in -> paid = in;
      case Paid.Not(String why) -> {
        return new Outcome.Refused(why);
      }
    }
    Answer.Able able;
    switch (parts.capacity().of(wanted.model())) {
      case Answer.Able it -> able = it;
      case Answer.Unable(String why) -> {
        return new Outcome.Refused(why);
      }
      case Answer.NotYet(String why) -> {
        return new Outcome.Refused(why);
      }
    }
    Optional<String> why = unable(wanted, able, paid);
    if (why.isPresent()) {
      return new Outcome.Refused(why.get());
    }
    Sale sale =
        new Sale(
            able.model(),
            wanted.price(),
            wanted.window().orElse(paid.window()),
            wanted.context().orElseGet(() -> most(able, wanted.streams())),
            wanted.streams(),
            wanted.days(),
            wanted.hours(),
            wanted.region(),
            Optional.ofNullable(sales.get(wanted.model())).flatMap(Sale::offer));
    return done(open(sale) ? sale.with(sign(sale, able, paid)) : closed(sale));
  }

  private Optional<String> unable(Wanted wanted, Answer.Able able, Paid.In paid) {
    if (wanted.streams() < 1 || wanted.streams() > able.atOnce()) {
      return Optional.of(
          "this node makes 1 to "
              + able.atOnce()
              + " answers at a time ('max-concurrent' in FREEHOLD_HOME/config), not "
              + wanted.streams());
    }
    if (wanted.window().isPresent() && wanted.window().get().compareTo(paid.window()) > 0) {
      return Optional.of(
          "the window is "
              + wanted.window().get()
              + ", and this node serves ahead of payment by "
              + paid.window()
              + " at most ('window' in FREEHOLD_HOME/config)");
    }
    int most = most(able, wanted.streams());
    int context = wanted.context().orElse(most);
    if (context > able.context()) {
      return Optional.of(
          "the model's context is " + able.context() + " tokens, less than " + context);
    }
    if (context < 1 || context > most) {
      return Optional.of(
          wanted.streams()
              + " answers of "
              + context
              + " tokens don't fit the memory for attention, "
              + most
              + " each would: sell fewer --streams or less --context, or write more 'memory-bytes'"
              + " into FREEHOLD_HOME/config");
    }
    return parts.where().get().isPresent()
        ? Optional.empty()
        : Optional.of(
            "nobody could reach this machine: write 'relays = wss://…' (what 'freehold relay'"
                + " prints) or 'link-listen = ADDRESS:PORT' into FREEHOLD_HOME/config and start the"
                + " node again");
  }

  private static int most(Answer.Able able, int streams) {
    return (int) Math.min(able.context(), able.positions() / Math.max(1, streams));
  }

  /**
   * Takes a model's offer back. Durable when it returns.
   *
   * @throws IOException if it can't be written down: it is sold as before
   */
  public synchronized Outcome cancel(Digest model) throws IOException {
    Sale sale = sales.get(model);
    if (sale == null || sale.cancelled()) {
      return new Outcome.Refused("nothing of the model " + model + " is for sale");
    }
    return done(closed(sale.cancel()));
  }

  private Outcome done(Sale sale) throws IOException {
    storage.write(sale);
    sales.put(sale.model().digest(), sale);
    return new Outcome.Done(sale);
  }

  /** What is for sale, and what was lately. */
  public synchronized List<Standing> sales() {
    return sales.values().stream().map(sale -> new Standing(sale, hindrance(sale))).toList();
  }

  private Optional<String> hindrance(Sale sale) {
    if (sale.cancelled()) {
      return Optional.of("it was cancelled");
    }
    if (!open(sale)) {
      return Optional.of("it is outside of its hours (" + sale.hours().orElseThrow() + ")");
    }
    if (parts.paid().get() instanceof Paid.Not(String why)) {
      return Optional.of(why);
    }
    if (parts.where().get().isEmpty()) {
      return Optional.of("nobody could reach this machine");
    }
    return switch (parts.capacity().of(sale.model().digest())) {
      case Answer.Able able ->
          sale.context() > most(able, sale.streams()) || sale.streams() > able.atOnce()
              ? Optional.of("it does not fit the node's configuration any more")
              : Optional.empty();
      case Answer.Unable(String why) -> Optional.of(why);
      case Answer.NotYet(String why) -> Optional.of(why);
    };
  }

  /** The terms on which a model is sold now; empty where it is not. As they were offered last. */
  public synchronized Optional<PaymentTerms> terms(Digest model) {
    return offer(model).map(signed -> signed.offer().terms());
  }

  /** The offer of a model that stands now; empty where it is not sold. */
  public synchronized Optional<SignedOffer> offer(Digest model) {
    Timestamp now = now();
    return Optional.ofNullable(sales.get(model))
        .filter(sale -> !sale.cancelled() && open(sale))
        .flatMap(Sale::offer)
        .filter(signed -> signed.offer().streams() > 0)
        .filter(signed -> now.compareTo(signed.offer().expires()) < 0);
  }

  /**
   * What is to be published now: an offer of everything that is for sale, and of 0 streams where
   * one is taken back. Signs anew where that is due.
   *
   * @throws IOException if a new offer can't be written down: it is not published
   */
  public synchronized List<Listing> listings() throws IOException {
    Optional<Whereabouts> where = parts.where().get();
    List<Listing> all = new ArrayList<>();
    for (Sale sale : List.copyOf(sales.values())) {
      Optional<SignedOffer> offer = renewed(sale);
      if (offer.isPresent() && where.isPresent()) {
        all.add(listing(sale, offer.get(), where.get()));
      }
    }
    return all;
  }

  private Optional<SignedOffer> renewed(Sale sale) throws IOException {
    Digest model = sale.model().digest();
    Timestamp now = now();
    Optional<SignedOffer> last = sale.offer();
    if (sale.cancelled() && last.filter(it -> now.compareTo(it.offer().expires()) < 0).isEmpty()) {
      storage.remove(model);
      sales.remove(model);
      listed.remove(model);
      return Optional.empty();
    }
    Sale next = sale;
    if (sale.cancelled() || !open(sale)) {
      next = closed(sale);
    } else if (hindrance(sale).isPresent()) {
      // A model that is being loaded is no reason to take its offer back.
      boolean passing = parts.capacity().of(model) instanceof Answer.NotYet;
      next = passing ? sale : closed(sale);
    } else if (parts.capacity().of(model) instanceof Answer.Able able
        && parts.paid().get() instanceof Paid.In paid
        && due(sale, able, paid)) {
      next = sale.with(sign(sale, able, paid));
    }
    if (!next.equals(sale)) {
      storage.write(next);
      sales.put(model, next);
    }
    return next.offer().filter(signed -> now.compareTo(signed.offer().expires()) < 0);
  }

  private boolean due(Sale sale, Answer.Able able, Paid.In paid) {
    if (sale.offer().isEmpty()) {
      return true;
    }
    Offer last = sale.offer().get().offer();
    Instant half =
        last.issued()
            .instant()
            .plus(Duration.between(last.issued().instant(), last.expires().instant()).dividedBy(2));
    return !parts.clock().instant().isBefore(half)
        || !last.seller().account().equals(paid.binding().account())
        || !last.model().equals(able.model())
        || last.arithmetic() != Kernel.ARITHMETIC_VERSION
        || last.context() != sale.context()
        || last.streams() != sale.streams()
        || !last.terms().equals(terms(sale, paid))
        || differs(last.speed().prefill(), able.speed().prefill())
        || differs(last.speed().decode(), able.speed().decode());
  }

  private static boolean differs(int was, int is) {
    return Math.abs(is - was) > NOTABLE * Math.max(is, was);
  }

  private static PaymentTerms terms(Sale sale, Paid.In paid) {
    return new PaymentTerms(
        paid.coin(), sale.price(), sale.window().atMost(paid.window()), paid.delay());
  }

  private SignedOffer sign(Sale sale, Answer.Able able, Paid.In paid) {
    Timestamp issued = after(sale.offer().map(last -> last.offer().issued()));
    return SignedOffer.sign(
        new Offer(
            paid.binding(),
            able.model(),
            Kernel.ARITHMETIC_VERSION,
            sale.context(),
            terms(sale, paid),
            able.speed(),
            sale.streams(),
            Tier.PUBLIC,
            issued,
            new Timestamp(issued.instant().plus(Duration.ofDays(sale.days())))),
        parts.key());
  }

  /** With an offer of no streams in place of one of some, as long as that one would count. */
  private Sale closed(Sale sale) {
    Optional<Offer> last = sale.offer().map(SignedOffer::offer);
    if (last.isEmpty() || last.get().streams() == 0) {
      return sale;
    }
    Offer was = last.get();
    Timestamp issued = after(Optional.of(was.issued()));
    if (issued.compareTo(was.expires()) >= 0) {
      return sale;
    }
    return sale.with(
        SignedOffer.sign(
            new Offer(
                was.seller(),
                was.model(),
                was.arithmetic(),
                was.context(),
                was.terms(),
                new Speed(0, 0),
                0,
                was.tier(),
                issued,
                was.expires()),
            parts.key()));
  }

  private Listing listing(Sale sale, SignedOffer offer, Whereabouts reached) {
    Digest model = sale.model().digest();
    Whereabouts where = new Whereabouts(reached.relays(), reached.direct(), sale.region());
    Listing known = listed.get(model);
    if (known != null
        && known.offer().equals(offer)
        && known.where().equals(where)
        && parts.clock().instant().isBefore(known.issued().instant().plus(LISTED_AGAIN))) {
      return known;
    }
    Timestamp issued = after(Optional.ofNullable(known).map(Listing::issued));
    Timestamp notBefore = offer.offer().issued();
    Listing fresh =
        Listing.sign(
            offer, where, issued.compareTo(notBefore) < 0 ? notBefore : issued, parts.key());
    listed.put(model, fresh);
    return fresh;
  }

  /** Now, or a moment after what was said before. */
  private Timestamp after(Optional<Timestamp> before) {
    Timestamp now = now();
    return before
        .filter(last -> now.compareTo(last) <= 0)
        .map(last -> new Timestamp(last.instant().plusMillis(1)))
        .orElse(now);
  }

  private boolean open(Sale sale) {
    return sale.hours().isEmpty() || sale.hours().get().contain(ZonedDateTime.now(parts.clock()));
  }

  private Timestamp now() {
    return new Timestamp(parts.clock().instant());
  }
}
