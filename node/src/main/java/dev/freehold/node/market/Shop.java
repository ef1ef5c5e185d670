// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobRefusal;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.link.sealed.Senders;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.market.account.AccountMessage;
import dev.freehold.market.channel.OpeningRefusal;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.VoucherRefusal;
import dev.freehold.market.offer.PaymentTerms;
import dev.freehold.market.sales.SoldAnswer;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The seller's side: buyers' accounts, and their jobs, which are answered as long as they are paid
 * for. Any thread may call.
 */
public final class Shop {
  /** Of the streams that carry vouchers. */
  public static final Protocol ACCOUNT = new Protocol("freehold/account/1");

  /** Of the streams that carry jobs. */
  public static final Protocol SALE = new Protocol("freehold/sale/1");

  private static final int CHANNEL_BYTES = 32;

  private final Money money;
  private final Function<Digest, Optional<PaymentTerms>> terms;
  private final JobWork work;
  private final InstantSource clock;
  private final Consumer<SoldAnswer> sold;
  private final JobServer server;

  /** Who opened which channel here, since the start. */
  private final Map<ChannelId, Till> tills = new ConcurrentHashMap<>();

  /** A channel that is paid from: whose it is, and where those wait who want a voucher of it. */
  private static final class Till {
    private final NodeId owner;

    Till(NodeId owner) {
      this.owner = owner;
    }

    synchronized void ring() {
      notifyAll();
    }
  }

  /**
   * What a shop is made of.
   *
   * @param node signs the keys to which jobs are sealed
   * @param money where it is paid
   * @param terms on which a model is sold now; empty where it isn't
   * @param work answers
   * @param atOnce jobs at a time
   * @param refusals told of each job that was not taken but for {@code BUSY}
   * @param sold told of each answer that ended
   */
  public record Parts(
      SigningKey node,
      Money money,
      Function<Digest, Optional<PaymentTerms>> terms,
      JobWork work,
      int atOnce,
      InstantSource clock,
      SecureRandom random,
      Consumer<JobRefusal> refusals,
      Consumer<SoldAnswer> sold) {}

  /** Opens nothing yet. */
  public Shop(Parts parts) {
    this.money = parts.money;
    this.terms = parts.terms;
    this.work = parts.work;
    this.clock = parts.clock;
    this.sold = parts.sold;
    this.server =
        new JobServer(
            parts.node,
            () -> Senders.known(owners()),
            parts.work,
            parts.atOnce,
            parts.random,
            parts.refusals);
  }

  private Set<NodeId> owners() {
    Set<NodeId> owners = ConcurrentHashMap.newKeySet();
    tills.values().forEach(till -> owners.add(till.owner));
    return owners;
  }

  /** From now on no job is taken. */
  public void stop() {
    server.stop();
  }

  /** Jobs being run. */
  public int active() {
    return server.active();
  }

  /** Serves a buyer's account until it ends its stream. */
  public void account(LinkStream stream) throws IOException {
    Messages messages = stream.messages(AccountMessage.LIMIT);
    while (true) {
      Optional<byte[]> bytes = messages.receive();
      if (bytes.isEmpty()) {
        return;
      }
      AccountMessage message =
          switch (AccountMessage.decode(bytes.get())) {
            case Parsed.Read<AccountMessage>(AccountMessage read) -> read;
            case Parsed.Malformed<AccountMessage>(String reason) -> throw new IOException(reason);
          };
      AccountMessage answer =
          switch (message) {
            case AccountMessage.Open(Channel channel, KeyBinding binding) ->
                open(stream.peer(), channel, binding);
            case AccountMessage.Pay(SignedVoucher voucher) -> take(stream.peer(), voucher);
            case AccountMessage.Opened _, AccountMessage.Taken _, AccountMessage.Refused _ ->
                throw new IOException("a buyer says what only a seller does");
          };
      messages.send(answer.encode());
    }
  }

  private AccountMessage open(NodeId buyer, Channel channel, KeyBinding binding)
      throws IOException {
    ChannelId id = channel.id();
    if (!binding.node().equals(buyer)) {
      return new AccountMessage.Refused(id, "the key binding is another node's");
    }
    Optional<String> fault = binding.fault();
    if (fault.isPresent()) {
      return refused(id, fault.get());
    }
    if (!binding.account().equals(channel.config().payerAuthorizer())) {
      return new AccountMessage.Refused(
          id, "the channel's vouchers are signed by another account than the key binding's");
    }
    if (!channel.coin().equals(money.coin())) {
      return new AccountMessage.Refused(id, "the channel is in another coin than is sold for");
    }
    Optional<OpeningRefusal> refusal;
    try {
      refusal = money.payee().open(channel, money.state(channel));
    } catch (RpcException e) {
      return refused(id, "the seller's chain does not answer: ask again");
    }
    if (refusal.isPresent()) {
      return refused(id, refusal.get().text());
    }
    tills.compute(
        id, (_, known) -> known != null && known.owner.equals(buyer) ? known : new Till(buyer));
    return end(id)
        .<AccountMessage>map(end -> new AccountMessage.Opened(id, end.due(), end.served()))
        .orElseGet(() -> refused(id, "the channel is gone"));
  }

  private Optional<PayeeChannel> end(ChannelId id) {
    return money.payee().channels().stream()
        .filter(end -> end.channel().id().equals(id))
        .findFirst();
  }

  private static AccountMessage refused(ChannelId id, String reason) {
    return new AccountMessage.Refused(
        id, reason.substring(0, Math.min(AccountMessage.REASON, reason.length())));
  }

  private AccountMessage take(NodeId buyer, SignedVoucher voucher) throws IOException {
    ChannelId id = voucher.voucher().channel();
    Till till = tills.get(id);
    if (till == null || !till.owner.equals(buyer)) {
      return refused(id, VoucherRefusal.UNKNOWN_CHANNEL.text());
    }
    Optional<VoucherRefusal> refusal = money.payee().accept(voucher);
    if (refusal.isPresent() && refusal.get() != VoucherRefusal.NOT_HIGHER) {
      return refused(id, refusal.get().text());
    }
    till.ring();
    Amount paid = end(id).map(PayeeChannel::due).orElse(Amount.ZERO);
    return new AccountMessage.Taken(id, paid);
  }

  /** Serves one stream of a job that is paid for. */
  public void sale(LinkStream stream) throws IOException, InterruptedException {
    LinkBytes bytes = new LinkBytes(stream);
    InputStream in = bytes.input();
    byte[] name = in.readNBytes(CHANNEL_BYTES);
    if (name.length < CHANNEL_BYTES) {
      return;
    }
    ChannelId channel = new ChannelId(Keccak256.of(name));
    Till till = tills.get(channel);
    if (till == null || !till.owner.equals(stream.peer())) {
      bytes.output().write(new byte[] {JobServer.REFUSED, JobRefusal.SENDER_UNKNOWN.code()});
      bytes.output().flush();
      bytes.close();
      return;
    }
    server.serve(
        bytes,
        new SoldWork(
            money.payee(),
            money.coin(),
            channel,
            till,
            terms,
            work,
            clock,
            sold,
            SoldWork.PATIENCE));
  }
}
