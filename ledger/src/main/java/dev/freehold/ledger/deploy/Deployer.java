// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.deploy;

import com.esaulpaugh.headlong.abi.Tuple;
import com.esaulpaugh.headlong.abi.TupleType;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Attempt;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Puts contracts on a chain, each once: asked again, it looks up the one that it made. */
public final class Deployer {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration STEP = Duration.ofMillis(500);

  private final Chain chain;
  private final Submitter submitter;

  /** Nothing is sent yet. */
  public Deployer(Chain chain, Submitter submitter) {
    this.chain = chain;
    this.submitter = submitter;
  }

  /** What came of it. */
  public sealed interface Deployed {
    /**
     * It is there.
     *
     * @param address where
     */
    record At(Address address) implements Deployed {}

    /** Its transaction waits for a block; asked again, nothing is paid twice. */
    record Waiting() implements Deployed {}

    /** The chain did not make it, or has it no more. */
    record Failed() implements Deployed {}
  }

  /**
   * Puts a contract there, and waits for it.
   *
   * @param arguments of its constructor
   * @throws IOException if the intent can't be written down: nothing was sent
   * @throws RpcException if the chain does not answer, or says that it would fail
   */
  public Deployed deploy(PackedContract contract, List<Address> arguments, Duration patience)
      throws IOException, RpcException, InterruptedException {
    Intent.Purpose purpose =
        new Intent.Purpose(
            "deploy "
                + contract.contractName()
                + arguments.stream().map(each -> " " + each).collect(Collectors.joining()));
    Effect effect = Effect.create(code(contract, arguments));
    long deadline = System.nanoTime() + patience.toNanos();
    Duration step = FIRST;
    while (true) {
      Intent intent = submitter.submit(purpose, effect);
      if (intent.outcome() instanceof Outcome.Executed) {
        return made(intent);
      }
      if (!intent.pending()) {
        return new Deployed.Failed();
      }
      if (System.nanoTime() >= deadline) {
        return new Deployed.Waiting();
      }
      Thread.sleep(step);
      step = STEP;
    }
  }

  private Deployed made(Intent intent) throws RpcException {
    for (Attempt attempt : intent.attempts()) {
      Optional<Address> contract = chain.mined(attempt.hash()).flatMap(Chain.Mined::contract);
      if (contract.isPresent()) {
        return new Deployed.At(contract.get());
      }
    }
    return new Deployed.Failed();
  }

  private static byte[] code(PackedContract contract, List<Address> arguments) {
    byte[] code = contract.creationCode();
    if (arguments.isEmpty()) {
      return code;
    }
    TupleType<Tuple> types =
        TupleType.parse(
            arguments.stream().map(_ -> "address").collect(Collectors.joining(",", "(", ")")));
    ByteBuffer encoded =
        types.encode(
            Tuple.from(
                arguments.stream()
                    .map(each -> com.esaulpaugh.headlong.abi.Address.wrap(each.toString()))
                    .toArray()));
    return ByteBuffer.allocate(code.length + encoded.remaining()).put(code).put(encoded).array();
  }
}
