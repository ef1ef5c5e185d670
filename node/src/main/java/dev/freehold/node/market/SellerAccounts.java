// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.JobPeers;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.offer.Offer;
import dev.freehold.market.table.OfferTable;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.money.Deposits;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This buyer's accounts with sellers, one with each, and the streams on which they serve jobs. What
 * a seller was not there to take is handed over later; who is gone for long is given up. Any thread
 * may call.
 */
final class SellerAccounts implements JobPeers, AutoCloseable {
  private final Money money;
  private final Deposits deposits;
  private final FleetNode fleet;
  private final OfferTable table;
  private final Predicate<NodeId> setAside;
  private final Map<NodeId, SellerAccount> accounts = new ConcurrentHashMap<>();

  private final GoneSellers gone;

  /** Set once. */
  private volatile @Nullable Dues dues;

  /**
   * None yet.
   *
   * @param table where sellers are
   * @param setAside of whom nothing is wanted
   */
  SellerAccounts(
      Money money,
      Deposits deposits,
      FleetNode fleet,
      OfferTable table,
      Predicate<NodeId> setAside) {
    this.money = money;
    this.deposits = deposits;
    this.fleet = fleet;
    this.table = table;
    this.setAside = setAside;
    this.gone = new GoneSellers(new Linked(), System::nanoTime);
  }

  /** To whom this node is linked since it has bought of them. */
  private final class Linked implements GoneSellers.Sellers {
    @Override
    public List<NodeId> all() {
      return List.copyOf(accounts.keySet());
    }

    @Override
    public boolean wanted(NodeId seller) {
      SellerAccount account = accounts.get(seller);
      return account != null && (offers(seller) || holds(account.channel()));
    }

    @Override
    public void giveUp(NodeId seller) {
      SellerAccount account = accounts.remove(seller);
      if (account != null) {
        account.close();
      }
      fleet.giveUp(seller);
    }
  }

  private boolean offers(NodeId seller) {
    return table.entries().stream().anyMatch(entry -> entry.listing().seller().equals(seller));
  }

  private boolean holds(Channel channel) {
    return money.payer().channels().stream()
        .filter(end -> end.channel().equals(channel))
        .anyMatch(end -> end.state().balance().compareTo(end.state().claimed()) > 0);
  }

  /** From now on hands over what sellers were not there to take, and gives up who is gone. */
  void begin(Supplier<Map<ChannelId, Amount>> recorded, BiConsumer<String, Json.Obj> events) {
    Dues started =
        new Dues(
            money.payer(),
            this::owed,
            recorded,
            events,
            System::nanoTime,
            due -> Thread.ofVirtual().name("due").start(due));
    started.start();
    dues = started;
    gone.start();
  }

  /** The channel from which an offer's answers are paid, whether it was opened or not. */
  Channel channel(Offer offer) {
    return deposits.channel(offer.seller().account(), offer.terms().delay());
  }

  /** Whether there is one with this seller. */
  boolean has(NodeId seller) {
    return accounts.containsKey(seller);
  }

  /** The one with an offer's seller, made where there is none for its channel. */
  SellerAccount of(Offer offer) {
    return accounts.compute(
        offer.seller().node(),
        (node, account) -> {
          Channel channel = channel(offer);
          if (account != null && account.channel().equals(channel)) {
            return account;
          }
          if (account != null) {
            Thread.ofVirtual().name("account-end").start(account::close);
          }
          return new SellerAccount(
              () -> fleet.stream(address(node), Shop.ACCOUNT),
              channel,
              money.binding(),
              () -> signed(channel));
        });
  }

  private Amount signed(Channel channel) {
    return money.payer().channels().stream()
        .filter(end -> end.channel().equals(channel))
        .map(PayerChannel::signed)
        .findFirst()
        .orElse(Amount.ZERO);
  }

  private Optional<Dues.Handing> owed(Channel channel, Amount signed) {
    for (Map.Entry<NodeId, SellerAccount> each : accounts.entrySet()) {
      SellerAccount account = each.getValue();
      if (account.channel().equals(channel)) {
        return account.taken().compareTo(signed) >= 0 || setAside.test(each.getKey())
            ? Optional.empty()
            : Optional.of(account::pay);
      }
    }
    return table.entries().stream()
        .map(entry -> entry.listing().offer().offer())
        .filter(offer -> offer.seller().account().equals(channel.config().receiver()))
        .filter(offer -> channel(offer).equals(channel) && !setAside.test(offer.seller().node()))
        .findFirst()
        .map(offer -> of(offer)::pay);
  }

  private NodeAddress address(NodeId seller) throws IOException {
    Whereabouts where =
        table
            .whereabouts(seller)
            .orElseThrow(() -> new IOException(seller + " sells nothing any more"));
    return Places.address(seller, where);
  }

  /** Nobody serves jobs unless something is bought of it. */
  @Override
  public List<JobPeer> list() {
    return List.of();
  }

  @Override
  public ByteStream open(NodeId peer) throws IOException {
    SellerAccount account = accounts.get(peer);
    if (account == null) {
      throw new IOException("nothing is bought of " + peer);
    }
    LinkStream stream;
    try {
      stream = fleet.stream(address(peer), Shop.SALE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + peer + " was called", e);
    }
    LinkBytes bytes = new LinkBytes(stream);
    bytes.output().write(account.channel().id().digest().bytes());
    return bytes;
  }

  @Override
  public void close() {
    gone.close();
    Dues started = dues;
    if (started != null) {
      started.close();
    }
    accounts.values().forEach(SellerAccount::close);
  }
}
