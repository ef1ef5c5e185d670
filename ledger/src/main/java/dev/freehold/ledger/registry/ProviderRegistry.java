// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.nio.BufferUnderflowException;
import java.time.Instant;
import java.util.Optional;

/** The registry of providers at one address of one chain. */
public final class ProviderRegistry {
  private static final PackedContract PACKED = PackedContract.PROVIDER_REGISTRY;
  private static final Function REGISTER = PACKED.function("register");
  private static final Function RETIRE = PACKED.function("retire");
  private static final Function BOND = PACKED.function("bond");
  private static final Function UNBOND = PACKED.function("startUnbonding");
  private static final Function WITHDRAW = PACKED.function("withdrawUnbonded");
  private static final Function BONDS = PACKED.function("bonds");
  private static final Function REGISTRATIONS = PACKED.function("registrations");
  private static final Function CURRENT = PACKED.function("isCurrent");
  private static final Function TOKEN = PACKED.function("token");

  private final Chain chain;
  private final Address contract;

  /** Nothing is asked yet. */
  public ProviderRegistry(Chain chain, Address contract) {
    this.chain = chain;
    this.contract = contract;
  }

  /** Where it is. */
  public Address address() {
    return contract;
  }

  /** On which chain it is. */
  public Chain chain() {
    return chain;
  }

  /** Registers whoever sends it, or replaces its registration. */
  public Effect register(Registration registration) {
    return Effect.call(
        contract,
        REGISTER
            .encodeCallWithArgs(
                Tuple.of(
                    registration.agent().number(),
                    registration.node().key().bytes(),
                    registration.endpoints().toArray(String[]::new)))
            .array());
  }

  /** Ends the registration of whoever sends it; its bond stays. */
  public Effect retire() {
    return Effect.call(contract, RETIRE.encodeCallWithArgs().array());
  }

  /** Adds to a provider's bond, from coins that the sender has approved for this contract. */
  public Effect bond(Address provider, Amount amount) {
    return Effect.call(contract, BOND.encodeCallWithArgs(abi(provider), amount.units()).array());
  }

  /** Starts to free part of the sender's bond. */
  public Effect startUnbonding(Amount amount) {
    return Effect.call(contract, UNBOND.encodeCallWithArgs(amount.units()).array());
  }

  /** Takes out what is free of the sender's bond. */
  public Effect withdrawUnbonded() {
    return Effect.call(contract, WITHDRAW.encodeCallWithArgs().array());
  }

  /** What is bonded: an ERC-20. */
  public Address token() throws RpcException {
    com.esaulpaugh.headlong.abi.Address token = call(TOKEN).get(0);
    return Address.parse(token.toString())
        .orElseThrow(() -> new RpcException.Unanswered("eth_call", "no address", null));
  }

  /** The coins of a provider. */
  public Bond bond(Address provider) throws RpcException {
    Tuple bond = call(BONDS, abi(provider)).get(0);
    long release = ((Number) bond.get(2)).longValue();
    return new Bond(
        new Amount(bond.get(0)),
        new Amount(bond.get(1)),
        release == 0
            ? Optional.empty()
            : Optional.of(new Timestamp(Instant.ofEpochSecond(release))));
  }

  /** The node that a provider registered; empty where it is not registered, or its key is none. */
  public Optional<NodeId> node(Address provider) throws RpcException {
    Tuple registration = call(REGISTRATIONS, abi(provider));
    return VerifyingKey.decode((byte[]) registration.get(1)).map(NodeId::of);
  }

  /** Whether a provider is registered and still holds the identity that it registered under. */
  public boolean current(Address provider) throws RpcException {
    return call(CURRENT, abi(provider)).<Boolean>get(0);
  }

  /** What the registry says of a refusal; empty where it is none of its own errors. */
  public static Optional<String> errorName(RpcException.Refused refused) {
    return PACKED.errorName(refused.data());
  }

  private Tuple call(Function function, Object... arguments) throws RpcException {
    byte[] answer = chain.call(contract, function.encodeCallWithArgs(arguments).array());
    try {
      return function.decodeReturn(answer);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered("eth_call", "no registry of providers at " + contract, e);
    }
  }

  private static com.esaulpaugh.headlong.abi.Address abi(Address address) {
    return com.esaulpaugh.headlong.abi.Address.wrap(address.toString());
  }
}
