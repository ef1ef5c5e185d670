// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.event.EventReader;
import dev.freehold.ledger.event.Reading;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who is registered, as the registry's events have it. Where the chain takes blocks back that were
 * read, what they said is forgotten and read anew from an older block. One thread reads; others may
 * ask.
 */
public final class RegisteredProviders {
  /** Earlier states that are kept, so that a reorganisation does not mean to read everything. */
  private static final int KEPT = 16;

  /** Providers that are kept at most: registering costs gas, and memory is ours. */
  private static final int MOST = 20_000;

  private final ProviderRegistry registry;
  private final EventReader reader;
  private final long from;

  /** Owned by the thread that reads; the newest last. */
  private final Deque<State> states = new ArrayDeque<>();

  /** Providers whose bond is to be asked anew; owned by the thread that reads. */
  private final Set<Address> changed = new HashSet<>();

  /** What is known; replaced as a whole. */
  private volatile Map<NodeId, Provider> known = Map.of();

  /** What was known up to a block. */
  private record State(Reading.Cursor cursor, Map<Address, Registration> registrations) {}

  /**
   * A provider.
   *
   * @param account whose it is
   * @param registration what it says of itself
   * @param bond what it stands to lose
   */
  public record Provider(Address account, Registration registration, Bond bond) {
    /** Whether it stands to lose anything. */
    public boolean bonded() {
      return bond.bonded().compareTo(Amount.ZERO) > 0;
    }
  }

  /**
   * Nothing is read yet.
   *
   * @param from a block before the registry's first event
   * @param depth how many blocks must follow a block before it is read
   * @param most how many blocks are asked for at once
   */
  public RegisteredProviders(ProviderRegistry registry, long from, int depth, int most) {
    this.registry = registry;
    this.from = from;
    this.reader = new EventReader(registry.chain(), registry.address(), depth, most);
  }

  /**
   * Reads on, up to the newest block that lies deep enough or as many as are asked for at once.
   *
   * @return whether there may be more to read now
   * @throws RpcException if the chain does not answer; what is known stays
   */
  public boolean read() throws RpcException {
    if (states.isEmpty()) {
      states.addLast(new State(reader.behind(from), Map.of()));
    }
    State now = states.getLast();
    return switch (reader.read(now.cursor())) {
      case Reading.Reorganised _ -> {
        states.removeLast();
        // What was learnt of bonds in those blocks is asked anew, of everybody.
        changed.addAll(now.registrations().keySet());
        known = Map.of();
        yield true;
      }
      case Reading.Events(List<Chain.Told> events, Reading.Cursor next) -> {
        boolean moved = !next.equals(now.cursor());
        Map<Address, Registration> then = new HashMap<>(now.registrations());
        events.forEach(told -> RegistryEvent.read(told.event()).ifPresent(it -> apply(it, then)));
        publish(then);
        if (moved) {
          states.addLast(new State(next, Map.copyOf(then)));
          if (states.size() > KEPT) {
            states.removeFirst();
          }
        }
        yield moved;
      }
    };
  }

  private void apply(RegistryEvent event, Map<Address, Registration> to) {
    switch (event) {
      case RegistryEvent.Registered(Address provider, Registration registration) -> {
        if (to.size() < MOST || to.containsKey(provider)) {
          to.put(provider, registration);
          changed.add(provider);
        }
      }
      case RegistryEvent.Gone(Address provider) -> to.remove(provider);
      case RegistryEvent.BondChanged(Address provider) -> changed.add(provider);
    }
  }

  /** Asks for the bonds that changed; a node that two accounts claim is that of the bonded one. */
  private void publish(Map<Address, Registration> registrations) throws RpcException {
    Map<Address, Bond> bonds = new HashMap<>();
    known.values().forEach(provider -> bonds.put(provider.account(), provider.bond()));
    Map<NodeId, Provider> fresh = new HashMap<>();
    for (Map.Entry<Address, Registration> each : registrations.entrySet()) {
      Address account = each.getKey();
      Bond bond = bonds.get(account);
      if (bond == null || changed.contains(account)) {
        bond = registry.bond(account);
      }
      Provider provider = new Provider(account, each.getValue(), bond);
      fresh.merge(each.getValue().node(), provider, RegisteredProviders::stronger);
    }
    changed.clear();
    known = Map.copyOf(fresh);
  }

  /** Anybody can name another's key: whoever risks more is believed first. */
  private static Provider stronger(Provider one, Provider other) {
    int order = one.bond().bonded().compareTo(other.bond().bonded());
    return order > 0
            || (order == 0 && one.account().toString().compareTo(other.account().toString()) < 0)
        ? one
        : other;
  }

  /** All that are known. */
  public List<Provider> all() {
    return List.copyOf(known.values());
  }

  /** A node's registration. */
  public Optional<Provider> find(NodeId node) {
    return Optional.ofNullable(known.get(node));
  }
}
