// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.registry.AgentId;
import dev.freehold.ledger.registry.Bond;
import dev.freehold.ledger.registry.ProviderRegistry;
import dev.freehold.ledger.registry.RegisteredProviders;
import dev.freehold.ledger.registry.Registration;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.market.listing.Place;
import dev.freehold.market.listing.Whereabouts;
import dev.freehold.market.table.Standing;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry of sellers: what it says of others, and what the owner wants it to say of this node.
 * Each transaction is an intent of its own, so that nothing is bonded twice. Any thread may call.
 */
final class RegistryDesk implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STEP = Duration.ofMillis(100);
  private static final int BLOCKS = 5_000;

  private final Money money;
  private final Address contract;
  private final NodeId self;
  private final Supplier<Optional<Whereabouts>> where;
  private final BiConsumer<String, Json.Obj> events;
  private final MonotonicClock pause;
  private final Thread thread;

  /** Set once the chain has answered. */
  private volatile @Nullable RegisteredProviders providers;

  /** Why nothing was read when it was last tried; empty where something was. */
  private volatile Optional<String> problem = Optional.of("it was not asked yet");

  private RegistryDesk(
      Money money,
      Address contract,
      NodeId self,
      Supplier<Optional<Whereabouts>> where,
      BiConsumer<String, Json.Obj> events,
      MonotonicClock pause) {
    this.money = money;
    this.contract = contract;
    this.self = self;
    this.where = where;
    this.events = events;
    this.pause = pause;
    this.thread = Thread.ofVirtual().name("registry").unstarted(this::look);
  }

  /**
   * Begins to read; empty where the configuration names no registry.
   *
   * @param where this node is reached
   */
  static Optional<RegistryDesk> start(
      Money money,
      NodeId self,
      Supplier<Optional<Whereabouts>> where,
      BiConsumer<String, Json.Obj> events,
      MonotonicClock pause) {
    Address contract = money.settings().registry();
    if (contract == null) {
      return Optional.empty();
    }
    RegistryDesk desk = new RegistryDesk(money, contract, self, where, events, pause);
    desk.thread.start();
    return Optional.of(desk);
  }

  /** What it says of a seller. */
  Standing standing(NodeId seller) {
    RegisteredProviders known = providers;
    return Optional.ofNullable(known)
        .flatMap(it -> it.find(seller))
        .map(provider -> provider.bonded() ? Standing.BONDED : Standing.REGISTERED)
        .orElse(Standing.UNKNOWN);
  }

  /** Where registered sellers are, the bonded ones first. */
  List<NodeAddress> addresses() {
    RegisteredProviders known = providers;
    if (known == null) {
      return List.of();
    }
    List<RegisteredProviders.Provider> all = new ArrayList<>(known.all());
    all.removeIf(provider -> provider.registration().node().equals(self));
    all.sort((one, other) -> other.bond().bonded().compareTo(one.bond().bonded()));
    return all.stream().map(RegistryDesk::address).toList();
  }

  /** An endpoint is a relay's address or one of the node's own; others are passed over. */
  private static NodeAddress address(RegisteredProviders.Provider provider) {
    List<Place> places = new ArrayList<>();
    for (String endpoint : provider.registration().endpoints()) {
      try {
        places.add(new Place(endpoint));
      } catch (IllegalArgumentException e) {
        // It is no place that anybody could reach.
      }
    }
    NodeId node = provider.registration().node();
    return places.isEmpty()
        ? NodeAddress.unknown(node)
        : Places.address(
            node,
            Whereabouts.of(
                places.stream().distinct().limit(Whereabouts.PLACES).toList(),
                places.stream().distinct().limit(Whereabouts.PLACES).toList()));
  }

  private void look() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          RegisteredProviders reading = providers;
          if (reading == null) {
            reading =
                new RegisteredProviders(
                    registry(), money.settings().registryFrom(), money.settings().depth(), BLOCKS);
            providers = reading;
          }
          boolean more = true;
          while (more) {
            more = reading.read();
          }
          problem = Optional.empty();
        } catch (RpcException e) {
          tell(String.valueOf(e.getMessage()));
        }
        pause.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      // The node is being closed.
    }
  }

  private void tell(String why) {
    if (!problem.equals(Optional.of(why))) {
      events.accept("registry-unusable", Json.object().put("problem", why).build());
    }
    problem = Optional.of(why);
  }

  private ProviderRegistry registry() throws RpcException {
    return new ProviderRegistry(money.ledger().chain(), contract);
  }

  /** What the owner wants. */
  enum Wish {
    STATUS,
    REGISTER,
    BOND,
    UNBOND,
    WITHDRAW,
    RETIRE
  }

  /** Does it, or says why not. */
  Answer answer(Wish wish, Members asked)
      throws MalformedException, IOException, InterruptedException {
    try {
      return switch (wish) {
        case STATUS -> {
          asked.end();
          yield status();
        }
        case REGISTER -> register(asked);
        case BOND -> bond(asked);
        case UNBOND -> {
          Amount amount = Coin.amount(asked, "amount");
          asked.end();
          yield once("unbond", registry().startUnbonding(amount));
        }
        case WITHDRAW -> {
          asked.end();
          yield once("withdraw", registry().withdrawUnbonded());
        }
        case RETIRE -> {
          asked.end();
          yield once("retire", registry().retire());
        }
      };
    } catch (RpcException.Refused e) {
      return new Answer.Refused(
          "the registry refuses it: "
              + ProviderRegistry.errorName(e).orElse(String.valueOf(e.getMessage())));
    } catch (RpcException e) {
      return new Answer.Refused(String.valueOf(e.getMessage()));
    }
  }

  private Answer status() throws RpcException {
    ProviderRegistry registry = registry();
    Bond bond = registry.bond(money.account());
    RegisteredProviders known = providers;
    return new Answer.Done(
        Json.object()
            .put("registry", contract.toString())
            .put("account", money.account().toString())
            .put("registered", registry.node(money.account()).map(NodeId::toString).orElse(null))
            .put("current", registry.current(money.account()))
            .put("token", registry.token().toString())
            .put("bonded", bond.bonded().toString())
            .put("unbonding", bond.unbonding().toString())
            .put("release", bond.release().map(Object::toString).orElse(null))
            .put("known", known == null ? 0 : known.all().size())
            .put("problem", problem.orElse(null))
            .build());
  }

  private Answer register(Members asked)
      throws MalformedException, RpcException, IOException, InterruptedException {
    AgentId agent =
        asked.typed(
            "agent",
            text -> {
              if (!text.matches("[0-9]{1,78}")) {
                throw new IllegalArgumentException("an identity is a number");
              }
              return new AgentId(new BigInteger(text));
            });
    asked.end();
    Optional<Whereabouts> here = where.get();
    if (here.isEmpty()) {
      return new Answer.Refused("nobody could reach this machine: write 'relays' into the config");
    }
    List<String> endpoints = new ArrayList<>();
    here.get().relays().forEach(place -> endpoints.add(place.text()));
    here.get().direct().forEach(place -> endpoints.add(place.text()));
    return once(
        "register",
        registry()
            .register(
                new Registration(
                    agent, self, endpoints.subList(0, Math.min(8, endpoints.size())))));
  }

  private Answer bond(Members asked)
      throws MalformedException, RpcException, IOException, InterruptedException {
    Amount amount = Coin.amount(asked, "amount");
    asked.end();
    ProviderRegistry registry = registry();
    Token token = new Token(registry.chain(), registry.token());
    Answer approved = once("approve", token.approve(contract, amount));
    return approved instanceof Answer.Done
        ? once("bond", registry.bond(money.account(), amount))
        : approved;
  }

  private Answer once(String what, Effect effect)
      throws RpcException, IOException, InterruptedException {
    Intent.Purpose purpose = purpose(what);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Intent intent;
    try {
      intent = money.ledger().submitter().submit(purpose, effect);
      while (intent.pending() && System.nanoTime() < deadline) {
        pause.sleep(STEP);
        intent = money.ledger().submitter().submit(purpose, effect);
      }
    } catch (IllegalArgumentException e) {
      return new Answer.Refused("another one waits for its block: ask again when it is there");
    }
    if (intent.pending()) {
      return new Answer.Refused("it waits for its block: ask for the same again in a while");
    }
    return intent.outcome() instanceof Outcome.Executed
        ? new Answer.Done(Json.object().put("done", what).build())
        : new Answer.Refused("the chain did not execute it");
  }

  /** Of the one that is under way, or the next one. */
  private Intent.Purpose purpose(String what) throws IOException {
    List<Intent> all = money.intents();
    for (int number = 0; ; number++) {
      Intent.Purpose purpose =
          new Intent.Purpose("registry " + contract + " " + what + " " + number);
      Optional<Intent> known =
          all.stream().filter(intent -> intent.purpose().equals(purpose)).findFirst();
      if (known.isEmpty() || known.get().pending()) {
        return purpose;
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
