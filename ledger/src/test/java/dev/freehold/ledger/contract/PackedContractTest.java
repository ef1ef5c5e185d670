// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Keccak256;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PackedContractTest {
  @ParameterizedTest
  @EnumSource
  void everyContractHasItsCodeAndItsAbi(PackedContract contract) {
    assertThat(contract.creationCode().length).isGreaterThan(contract.runtimeCode().length);
    // The limit of EIP-170.
    assertThat(contract.runtimeCode().length).isBetween(200, 24_576);
    assertThat(contract.abi().items()).isNotEmpty();
  }

  /** The calls in the ABI of the npm package x402/evm, 2.27.0. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deposit |"
            + " deposit((address,address,address,address,address,uint40,bytes32),uint128,address,bytes)",
        "claim |"
            + " claim((((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[])",
        "claimWithSignature |"
            + " claimWithSignature((((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[],bytes)",
        "settle | settle(address,address)",
        "initiateWithdraw |"
            + " initiateWithdraw((address,address,address,address,address,uint40,bytes32),uint128)",
        "finalizeWithdraw |"
            + " finalizeWithdraw((address,address,address,address,address,uint40,bytes32))",
        "refund | refund((address,address,address,address,address,uint40,bytes32),uint128)",
        "refundWithSignature |"
            + " refundWithSignature((address,address,address,address,address,uint40,bytes32),uint128,uint256,bytes)",
        "multicall | multicall(bytes[])",
        "channels | channels(bytes32)",
        "pendingWithdrawals | pendingWithdrawals(bytes32)",
        "receivers | receivers(address,address)",
        "refundNonce | refundNonce(bytes32)",
        "getChannelId | getChannelId((address,address,address,address,address,uint40,bytes32))",
        "getVoucherDigest | getVoucherDigest(bytes32,uint128)",
        "getRefundDigest | getRefundDigest(bytes32,uint256,uint128)",
        "getClaimBatchDigest |"
            + " getClaimBatchDigest((((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[])",
        "CHANNEL_CONFIG_TYPEHASH | CHANNEL_CONFIG_TYPEHASH()"
      })
  void paymentChannelsHaveTheCallsOfX402sClients(String name, String signature) {
    assertThat(PackedContract.PAYMENT_CHANNELS.function(name).getCanonicalSignature())
        .isEqualTo(signature);
  }

  @Test
  void theAnchorsEventIsFound() {
    assertThat(PackedContract.EVIDENCE_ANCHOR.event("Anchored").getCanonicalSignature())
        .isEqualTo("Anchored(address,bytes32,uint64,bytes32)");
    assertThat(PackedContract.EVIDENCE_ANCHOR.function("anchor").selectorHex())
        .isEqualTo(selector("anchor(bytes32,uint64,bytes32)"));
  }

  @Test
  void whatAContractDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> PackedContract.EVIDENCE_ANCHOR.function("withdraw"))
        .hasMessageContaining("EvidenceAnchor has 0 functions");
    assertThatThrownBy(() -> PackedContract.TEST_DOLLAR.function("transferWithAuthorization"))
        .hasMessageContaining("has 2 functions");
    assertThatThrownBy(() -> PackedContract.EVIDENCE_ANCHOR.event("Withdrawn"))
        .hasMessageContaining("has no event");
  }

  @Test
  void aContractsErrorsAreNamed() {
    byte[] refused = HexFormat.of().parseHex(selector("SizeShrinks(uint64,uint64)") + "00");
    assertThat(PackedContract.EVIDENCE_ANCHOR.errorName(refused)).contains("SizeShrinks");
    assertThat(PackedContract.PAYMENT_CHANNELS.errorName(refused)).isEmpty();
    assertThat(PackedContract.EVIDENCE_ANCHOR.errorName(new byte[3])).isEmpty();
  }

  private static String selector(String signature) {
    byte[] hash = Keccak256.hash(signature).bytes();
    return HexFormat.of().formatHex(hash, 0, 4);
  }
}
