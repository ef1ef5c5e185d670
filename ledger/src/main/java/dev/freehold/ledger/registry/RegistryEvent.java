// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import com.esaulpaugh.headlong.abi.Tuple;
import com.esaulpaugh.headlong.abi.TupleType;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.EventData;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the registry tells. Foreign bytes: what can't be read is told apart, and passed over. */
sealed interface RegistryEvent {
  /** Whom it is about. */
  Address provider();

  /** It registered, or changed its registration. */
  record Registered(Address provider, Registration registration) implements RegistryEvent {}

  /** It sells no more, or registered what is of no use to anybody. */
  record Gone(Address provider) implements RegistryEvent {}

  /** Its bond changed. */
  record BondChanged(Address provider) implements RegistryEvent {}

  Keccak256 REGISTERED = topic("Registered");
  Keccak256 RETIRED = topic("Retired");
  List<Keccak256> BONDS =
      List.of(topic("Bonded"), topic("UnbondingStarted"), topic("Unbonded"), topic("Slashed"));
  TupleType<Tuple> ENDPOINTS = TupleType.parse("(string[])");

  private static Keccak256 topic(String name) {
    return Keccak256.hash(PackedContract.PROVIDER_REGISTRY.event(name).getCanonicalSignature());
  }

  /** Reads one; empty where it is none of these. */
  static Optional<RegistryEvent> read(EventData event) {
    List<Keccak256> topics = event.topics();
    if (topics.size() < 2) {
      return Optional.empty();
    }
    byte[] word = topics.get(1).bytes();
    Address provider =
        Address.of(Arrays.copyOfRange(word, word.length - Address.BYTES, word.length));
    if (topics.getFirst().equals(RETIRED)) {
      return Optional.of(new Gone(provider));
    }
    if (BONDS.contains(topics.getFirst())) {
      return Optional.of(new BondChanged(provider));
    }
    if (!topics.getFirst().equals(REGISTERED) || topics.size() != 4) {
      return Optional.empty();
    }
    return Optional.of(
        registration(topics, event.data())
            .<RegistryEvent>map(it -> new Registered(provider, it))
            .orElseGet(() -> new Gone(provider)));
  }

  private static Optional<Registration> registration(List<Keccak256> topics, byte[] data) {
    try {
      Tuple values = ENDPOINTS.decode(data);
      String[] endpoints = values.get(0);
      AgentId agent = new AgentId(new BigInteger(1, topics.get(2).bytes()));
      return VerifyingKey.decode(topics.get(3).bytes())
          .map(key -> new Registration(agent, NodeId.of(key), List.of(endpoints)));
    } catch (IllegalArgumentException | BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
