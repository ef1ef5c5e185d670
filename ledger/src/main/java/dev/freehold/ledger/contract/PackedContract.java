// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.contract;

import com.esaulpaugh.headlong.abi.ABIJSON;
import com.esaulpaugh.headlong.abi.Event;
import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A contract that this house brings along. */
public enum PackedContract {
  /** Deposits by ERC-3009. */
  ERC3009_DEPOSIT_COLLECTOR("ERC3009DepositCollector"),
  /** Checkpoints of logs. */
  EVIDENCE_ANCHOR("EvidenceAnchor"),
  /** Payment channels: x402's batch settlement. */
  PAYMENT_CHANNELS("PaymentChannels"),
  /** Deposits by Permit2. */
  PERMIT2_DEPOSIT_COLLECTOR("Permit2DepositCollector"),
  /** Providers and their bonds. */
  PROVIDER_REGISTRY("ProviderRegistry"),
  /** The development chain's money. */
  TEST_DOLLAR("TestDollar"),
  /** The token of bonds and votes. */
  WORK_TOKEN("WorkToken");

  private static final int LIMIT = 1 << 20;

  /** The length of what an error's or a function's encoding starts with. */
  private static final int SELECTOR = 4;

  private final String contractName;

  PackedContract(String contractName) {
    this.contractName = contractName;
  }

  /** Its name in the sources. */
  public String contractName() {
    return contractName;
  }

  /**
   * Its ABI: an array of JSON objects.
   *
   * @throws IllegalStateException if the jar is damaged
   */
  public Json.Arr abi() {
    try {
      return members().array("abi");
    } catch (Members.MalformedException e) {
      throw damaged(e);
    }
  }

  /**
   * What a transaction that creates it carries; the ABI-encoded arguments of the constructor
   * follow.
   *
   * @throws IllegalStateException if the jar is damaged
   */
  public byte[] creationCode() {
    return code("bytecode");
  }

  /**
   * What lies at its address afterwards, where it has no immutables.
   *
   * @throws IllegalStateException if the jar is damaged
   */
  public byte[] runtimeCode() {
    return code("deployedBytecode");
  }

  /**
   * One of its functions.
   *
   * @throws IllegalArgumentException if it has none, or more than one, of that name
   */
  public Function function(String name) {
    List<Function> named =
        ABIJSON.parseNormalFunctions(abi().write()).stream()
            .filter(function -> name.equals(function.getName()))
            .toList();
    if (named.size() != 1) {
      throw new IllegalArgumentException(
          contractName + " has " + named.size() + " functions of the name " + name);
    }
    return named.getFirst();
  }

  /**
   * One of its events.
   *
   * @throws IllegalArgumentException if it has none of that name
   */
  public Event<Tuple> event(String name) {
    return ABIJSON.parseEvents(abi().write()).stream()
        .filter(event -> name.equals(event.getName()))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(contractName + " has no event of the name " + name));
  }

  /** The name of the error that a revert's data is; empty where the contract has no such one. */
  public Optional<String> errorName(byte[] revert) {
    if (revert.length < SELECTOR) {
      return Optional.empty();
    }
    return ABIJSON.parseErrors(abi().write()).stream()
        .filter(
            error ->
                Arrays.equals(
                    Keccak256.hash(error.getCanonicalSignature()).bytes(),
                    0,
                    SELECTOR,
                    revert,
                    0,
                    SELECTOR))
        .map(error -> error.getName())
        .findFirst();
  }

  private byte[] code(String member) {
    try {
      String text = members().string(member);
      if (!text.startsWith("0x")) {
        throw new IllegalStateException(contractName + ".json holds code without 0x");
      }
      return HexFormat.of().parseHex(text.substring(2));
    } catch (Members.MalformedException e) {
      throw damaged(e);
    }
  }

  private Members members() throws Members.MalformedException {
    try (InputStream in = PackedContract.class.getResourceAsStream(contractName + ".json")) {
      if (in == null) {
        throw new IllegalStateException(contractName + ".json is missing in the jar");
      }
      return new Members(contractName, Members.parse(in.readNBytes(LIMIT + 1), LIMIT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private IllegalStateException damaged(Members.MalformedException e) {
    return new IllegalStateException(contractName + ".json in the jar: " + e.reason(), e);
  }
}
