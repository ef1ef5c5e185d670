// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.console;

import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.kernel.Kernel;
import dev.freehold.ledger.channel.ChannelContract;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Purse;
import dev.freehold.market.channel.FolderChannels;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.listing.Listing;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Region;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.SignedOffer;
import dev.freehold.market.offer.Speed;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.market.sales.FolderSales;
import dev.freehold.market.sales.SaleBook;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.market.table.Bounds;
import dev.freehold.market.table.OfferTable;
import dev.freehold.market.table.Reception;
import dev.freehold.market.table.Source;
import dev.freehold.market.table.Standing;
import dev.freehold.market.table.TableFile;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.market.Sale;
import dev.freehold.node.market.SaleFolder;
import dev.freehold.record.Amount;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A home that has bought and sold for a while, written with the market's own storage while no node
 * runs on it. Its configuration names a chain that is away.
 */
final class TradedHome {
  static final PaymentKey BUYER = PaymentKey.ofSecret(Digest.sha256("a buyer").bytes());
  static final PaymentKey SELLER = PaymentKey.ofSecret(Digest.sha256("seller 0").bytes());
  private static final Address TOKEN =
      PaymentKey.ofSecret(Digest.sha256("a token").bytes()).address();
  private static final Coin COIN =
      new Coin(ChainId.DEVELOPMENT, DevelopmentChain.PAYMENT_CHANNELS, TOKEN);
  private static final long WHOLE = 1_000_000;

  private final Path home;
  private final MarketFolder folder;
  private final SecureRandom random = new SecureRandom();
  private final Clock clock = Clock.systemUTC();
  private final Instant now = clock.instant();
  private final PaymentKey own;
  private final Channel selling;
  private final Channel buying;

  TradedHome(Path home) throws Exception {
    this.home = home;
    this.folder = new MarketFolder(home);
    PrivateFolder.make(folder.folder());
    this.own = PaymentKeyFile.create(folder.key(), random);
    this.selling = channel(BUYER.address(), own.address());
    this.buying = channel(own.address(), SELLER.address());
    Files.writeString(
        home.resolve("config"),
        """
        chain = http://127.0.0.1:1
        chain-id = %d
        coin = %s
        watts-busy = 15
        power-price = 0.30
        """
            .formatted(COIN.chain().number(), TOKEN),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static Channel channel(Address payer, Address receiver) {
    return new Channel(
        new ChannelConfig(
            payer,
            payer,
            receiver,
            receiver,
            TOKEN,
            Duration.ofHours(1),
            Keccak256.hash("a channel")),
        COIN.chain(),
        COIN.contract());
  }

  /** Offers of some sellers, one of which calls its model and its region by these names. */
  void offers(Statement.Model model, String modelName, Region region) throws IOException {
    OfferTable table =
        OfferTable.open(
            new TableFile(folder.offers(), random), Bounds.DEFAULT, _ -> Standing.UNKNOWN, clock);
    taken(table, listing(0, model, 200_000, 40, Kernel.ARITHMETIC_VERSION, Optional.empty()));
    taken(table, listing(1, model, 350_000, 90, Kernel.ARITHMETIC_VERSION, Optional.empty()));
    taken(table, listing(2, model, 120_000, 12, 999, Optional.of(new Region("eu-west"))));
    taken(
        table,
        listing(
            3,
            new Statement.Model(Digest.sha256("another model"), modelName),
            500_000,
            60,
            Kernel.ARITHMETIC_VERSION,
            Optional.of(region)));
    // One that says two things of one instant.
    taken(table, listing(4, model, 1, 40, Kernel.ARITHMETIC_VERSION, Optional.empty()));
    Reception second =
        table.take(listing(4, model, 2, 40, Kernel.ARITHMETIC_VERSION, Optional.empty()), source());
    if (!(second instanceof Reception.Contradicted)) {
      throw new AssertionError(second.toString());
    }
    table.save();
  }

  private static void taken(OfferTable table, Listing listing) {
    if (!(table.take(listing, source()) instanceof Reception.Taken)) {
      throw new AssertionError("not taken: " + listing);
    }
  }

  private static Source source() {
    return new Source(Source.Kind.RELAY, seller(9).nodeId());
  }

  private static SigningKey seller(int number) {
    return SigningKey.ofSeed(Digest.sha256("seller's node " + number).bytes());
  }

  private Listing listing(
      int seller,
      Statement.Model model,
      long output,
      int decode,
      int arithmetic,
      Optional<Region> region) {
    SigningKey key = seller(seller);
    Timestamp issued = new Timestamp(now.minus(Duration.ofHours(1)));
    SignedOffer offer =
        SignedOffer.sign(
            new Offer(
                KeyBinding.sign(
                    key, PaymentKey.ofSecret(Digest.sha256("seller " + seller).bytes()), issued),
                model,
                arithmetic,
                2_048,
                new PaymentTerms(
                    COIN,
                    new Price(Amount.of(output / 4), Amount.of(output)),
                    Amount.of(10_000),
                    Duration.ofHours(1)),
                new Speed(decode * 10, decode),
                2,
                Tier.PUBLIC,
                issued,
                new Timestamp(now.plus(Duration.ofDays(2)))),
            key);
    return Listing.sign(
        offer,
        new Whereabouts(List.of(new Place("wss://relay.example:1")), List.of(), region),
        issued,
        key);
  }

  /** A channel on each side; times are this home's clock. */
  void channels() throws IOException {
    FolderChannels.ofPayee(folder.payee(), random)
        .write(
            new PayeeChannel(
                selling,
                new ChannelState(units(5), units(2), Optional.empty()),
                units(3),
                Optional.of(voucher().signature()),
                units(3),
                Amount.of(3 * WHOLE + 200_000)));
    FolderChannels.ofPayer(folder.payer(), random)
        .write(
            new PayerChannel(
                buying,
                new ChannelState(
                    units(10),
                    units(1),
                    Optional.of(
                        new ChannelState.Withdrawal(
                            units(2), new Timestamp(Instant.parse("2099-01-01T00:00:00Z"))))),
                units(4),
                LocalDate.ofInstant(now, ZoneOffset.UTC),
                Amount.of(3 * WHOLE + 500_000),
                Amount.of(20),
                Amount.of(2_400)));
  }

  private static Amount units(long whole) {
    return Amount.of(whole * WHOLE);
  }

  private SignedVoucher voucher() {
    Voucher voucher = new Voucher(selling.id(), units(3));
    return new SignedVoucher(
        COIN.chain(), COIN.contract(), voucher, BUYER.sign(selling.domain().digest(voucher)));
  }

  /** A model for sale, and answers sold on five of the last ten days, an hour of work each. */
  void sales(Statement.Model model) throws IOException {
    new SaleFolder(folder.sales(), random)
        .write(
            new Sale(
                model,
                new Price(Amount.of(100_000), Amount.of(400_000)),
                Amount.of(10_000),
                2_048,
                1,
                7,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    SaleBook book = new SaleBook(new FolderSales(folder.sold(), random));
    for (int days : new int[] {9, 5, 2, 1, 0}) {
      book.append(
          new SoldAnswer(
              new Timestamp(now.minus(Duration.ofDays(days))),
              model.digest(),
              COIN,
              Optional.of(selling.id()),
              new TokenCounts(1_000, 200),
              Amount.of(WHOLE / 2),
              Duration.ofHours(1),
              days == 0 ? Optional.of(new ReceiptId("r-00112233445566778899")) : Optional.empty()));
    }
  }

  /** What was asked of the chain: deposit, claims, payout, withdrawal, and a claim under way. */
  void intents() throws Exception {
    Chain chain =
        Chain.connect(
            (_, _) -> Json.of("0x" + Long.toHexString(COIN.chain().number())), COIN.chain());
    ChannelContract contract = new ChannelContract(chain, COIN.contract());
    FolderIntents intents = FolderIntents.open(Purse.intents(home, COIN.chain(), own.address()));
    Domain dollar = new Domain("dollar", "1", COIN.chain(), TOKEN);
    Timestamp until = new Timestamp(Instant.parse("2100-01-01T00:00:00Z"));
    intents.write(
        intent(
            0,
            "deposit " + buying.id() + " 0",
            contract.deposit(
                buying, units(10), TOKEN, dollar, until, Keccak256.hash("deposit 0"), own),
            100));
    intents.write(intent(1, "claim one", claim(contract, Amount.of(1_200_000)), 130));
    intents.write(intent(2, "claim two", claim(contract, units(2)), 150));
    intents.write(intent(3, "settle", contract.settle(own.address(), TOKEN), 151));
    intents.write(intent(4, "withdraw", contract.initiateWithdrawal(buying, units(2)), 180));
    intents.write(intent(5, "claim three", claim(contract, units(3)), 0));
  }

  private Effect claim(ChannelContract contract, Amount total) {
    return contract.claim(
        List.of(new ChannelContract.Row(new Claimable(selling, voucher(), units(3)), total)));
  }

  private static Intent intent(int nonce, String purpose, Effect effect, int block) {
    Json.Obj outcome =
        block == 0
            ? Json.object().put("state", "pending").build()
            : Json.object()
                .put("state", "executed")
                .put("block", "" + block)
                .put("blockHash", Keccak256.hash("block " + block).toString())
                .build();
    Json.Obj attempt =
        Json.object()
            .put("raw", "0x02")
            .put("gasLimit", "100000")
            .put("most", "1")
            .put("priority", "1")
            .build();
    byte[] bytes =
        CanonicalJson.bytes(
            Json.object()
                .put("version", 1)
                .put("purpose", purpose)
                .put("nonce", "" + nonce)
                .put("to", effect.to().orElseThrow().toString())
                .put("value", "0")
                .put("data", "0x" + HexFormat.of().formatHex(effect.data()))
                .put("attempts", Json.array(attempt))
                .put("outcome", outcome)
                .build());
    return Intent.parse(bytes)
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }
}
