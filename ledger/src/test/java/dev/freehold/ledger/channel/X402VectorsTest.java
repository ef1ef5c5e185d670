// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esaulpaugh.headlong.abi.TupleType;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.ClaimBatch;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.Refund;
import dev.freehold.evidence.payment.TransferAuthorization;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.Vectors;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** x402 of the vectors: every digest, every encoding, and every signature that must not recover. */
class X402VectorsTest {
  private static final String FOLDER = "x402/batch-settlement/";

  @Test
  void theChannelsIdIsTheDigestOfItsConfiguration() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.1-channel-config.json");
    assertThat(config(vector).id(domain(vector))).hasToString(text(vector, "expected_digest"));
  }

  @Test
  void aVoucherHasThePublishedDigest() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.2-voucher.json");
    Json.Obj input = object(vector, "input");
    Voucher voucher = new Voucher(channel(input), amount(input, "maxClaimableAmount"));
    assertThat(domain(vector).digest(voucher)).hasToString(text(vector, "expected_digest"));
  }

  @Test
  void aBatchOfClaimsHasThePublishedDigest() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.3-claim-batch.json");
    List<ClaimBatch.Entry> entries =
        ((Json.Arr) object(vector, "input").get("claims").orElseThrow())
            .items().stream()
                .map(Json.Obj.class::cast)
                .map(
                    claim ->
                        new ClaimBatch.Entry(
                            new Voucher(channel(claim), amount(claim, "maxClaimableAmount")),
                            amount(claim, "totalClaimed")))
                .toList();
    assertThat(domain(vector).digest(new ClaimBatch(entries)))
        .hasToString(text(vector, "expected_digest"));
  }

  @Test
  void anEmptyBatchHasThePublishedDigest() throws IOException {
    Json.Obj vector =
        object(Vectors.read("x402/eip712-hashes.json"), "batch_settlement_empty_claims");
    assertThat(domain(vector).digest(new ClaimBatch(List.of())))
        .hasToString(text(vector, "digest"));
  }

  @Test
  void aRefundHasThePublishedDigest() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.4-refund.json");
    Json.Obj input = object(vector, "input");
    Refund refund =
        new Refund(channel(input), amount(input, "nonce").units(), amount(input, "amount"));
    assertThat(domain(vector).digest(refund)).hasToString(text(vector, "expected_digest"));
  }

  @Test
  void aDepositsNonceIsBoundToTheChannel() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.5-erc3009-deposit-nonce.json");
    Json.Obj input = object(vector, "input");
    assertThat(channel(input).depositNonce(word(input, "salt")))
        .hasToString(text(vector, "expected_bytes"));
  }

  @Test
  void theDataOfAnErc3009DepositIsEncodedAsPublished() throws IOException {
    Json.Obj vector = Vectors.read(FOLDER + "L2.6-erc3009-collector-data.json");
    Json.Obj input = object(vector, "input");
    assertThat(
            encode(
                "(uint256,uint256,uint256,bytes)",
                amount(input, "validAfter").units(),
                amount(input, "validBefore").units(),
                new BigInteger(1, bytes(input, "salt")),
                bytes(input, "signature")))
        .isEqualTo(text(vector, "expected_bytes"));
  }

  @Test
  void theDataOfAPermit2DepositIsEncodedAsPublished() throws IOException {
    Json.Obj permit = Vectors.read(FOLDER + "L2.7-eip2612-permit-data.json");
    Json.Obj input = object(permit, "input");
    assertThat(
            encode(
                "(uint256,uint256,uint8,bytes32,bytes32)",
                amount(input, "value").units(),
                amount(input, "deadline").units(),
                (int) ((Json.Num) input.get("v").orElseThrow()).value(),
                bytes(input, "r"),
                bytes(input, "s")))
        .isEqualTo(text(permit, "expected_bytes"));
    Json.Obj vector = Vectors.read(FOLDER + "L2.8-permit2-collector-data.json");
    input = object(vector, "input");
    assertThat(
            encode(
                "(uint256,uint256,bytes,bytes)",
                amount(input, "nonce").units(),
                amount(input, "deadline").units(),
                bytes(input, "permit2Signature"),
                bytes(input, "eip2612PermitData")))
        .isEqualTo(text(vector, "expected_bytes"));
  }

  /** One signature of the specification, and seven that differ from it in one thing each. */
  @Test
  void anAuthorizationIsItsOwnersUnderItsOwnDomainAndValuesOnly() throws IOException {
    int accepted = 0;
    int rejected = 0;
    Json.Obj vectors = Vectors.read("x402/eip712-hashes.json");
    for (Json item : ((Json.Arr) vectors.get("cases").orElseThrow()).items()) {
      Json.Obj vector = (Json.Obj) item;
      if (!text(vector, "primaryType").equals("TransferWithAuthorization")
          || vector.get("expect").isEmpty()) {
        continue;
      }
      String id = text(vector, "id");
      Json.Obj message = object(vector, "message");
      TransferAuthorization authorization =
          new TransferAuthorization(
              TransferAuthorization.Kind.TRANSFER,
              address(message, "from"),
              address(message, "to"),
              amount(message, "value"),
              amount(message, "validAfter").units(),
              amount(message, "validBefore").units(),
              word(message, "nonce"));
      assertThat(authorization.structHash()).as(id).hasToString(text(vector, "structHash"));
      assertThat(domain(vector).separator()).as(id).hasToString(text(vector, "domainSeparator"));
      Keccak256 digest = domain(vector).digest(authorization);
      assertThat(digest).as(id).hasToString(text(vector, "digest"));
      boolean owners =
          PaymentSignature.decode(bytes(vector, "signature"))
              .flatMap(signature -> signature.signer(digest))
              .filter(authorization.from()::equals)
              .isPresent();
      assertThat(owners).as(id).isEqualTo(text(vector, "expect").equals("accept"));
      if (owners) {
        accepted++;
      } else {
        rejected++;
      }
    }
    assertThat(accepted).isEqualTo(1);
    assertThat(rejected).isEqualTo(7);
  }

  @Test
  void malformedAmountsAndWordsAreRefused() {
    for (String bad : new String[] {"not_a_number", "", "-1", "+1", "01", "1e3", "0x1", "1 "}) {
      assertThat(Amount.parse(bad)).as(bad).isEmpty();
    }
    BigInteger most = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
    assertThat(Amount.parse(most.toString())).contains(new Amount(most));
    assertThat(Amount.parse(most.add(BigInteger.ONE).toString())).isEmpty();
    assertThatThrownBy(() -> Keccak256.of(new byte[31])).hasMessageContaining("32 bytes");
  }

  @Test
  void whatTheContractWouldRefuseCannotBeSigned() throws IOException {
    ChannelConfig good = config(Vectors.read(FOLDER + "L2.1-channel-config.json"));
    for (Duration delay :
        new Duration[] {
          Duration.ofSeconds(899), Duration.ofSeconds(2_592_001), Duration.ofMillis(900_001)
        }) {
      assertThatThrownBy(
              () ->
                  new ChannelConfig(
                      good.payer(),
                      good.payerAuthorizer(),
                      good.receiver(),
                      good.receiverAuthorizer(),
                      good.token(),
                      delay,
                      good.salt()))
          .hasMessageContaining("15 minutes");
    }
    ChannelId channel = new ChannelId(Keccak256.hash("a channel"));
    Amount tooMuch = new Amount(BigInteger.TWO.pow(128));
    assertThatThrownBy(() -> new Voucher(channel, tooMuch)).hasMessageContaining("128 bits");
    assertThatThrownBy(() -> new Refund(channel, BigInteger.ZERO, tooMuch))
        .hasMessageContaining("128");
    assertThatThrownBy(() -> new Refund(channel, BigInteger.ONE.negate(), Amount.ZERO))
        .hasMessageContaining("256");
    Voucher voucher = new Voucher(channel, Amount.of(5));
    assertThatThrownBy(() -> new ClaimBatch.Entry(voucher, Amount.of(6)))
        .hasMessageContaining("no more than its voucher");
  }

  private static String encode(String type, Object... values) {
    ByteBuffer encoded =
        TupleType.parse(type).encode(com.esaulpaugh.headlong.abi.Tuple.from(values));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private static ChannelConfig config(Json.Obj vector) {
    Json.Obj input = object(vector, "input");
    return new ChannelConfig(
        address(input, "payer"),
        address(input, "payerAuthorizer"),
        address(input, "receiver"),
        address(input, "receiverAuthorizer"),
        address(input, "token"),
        Duration.ofSeconds((long) number(input, "withdrawDelay")),
        word(input, "salt"));
  }

  private static Domain domain(Json.Obj vector) {
    Json.Obj domain = object(vector, "domain");
    return new Domain(
        text(domain, "name"),
        text(domain, "version"),
        new ChainId((long) number(domain, "chainId")),
        address(domain, "verifyingContract"));
  }

  private static ChannelId channel(Json.Obj input) {
    return new ChannelId(word(input, "channelId"));
  }

  private static Json.Obj object(Json.Obj of, String name) {
    return (Json.Obj) of.get(name).orElseThrow();
  }

  private static String text(Json.Obj of, String name) {
    return ((Json.Str) of.get(name).orElseThrow()).value();
  }

  private static double number(Json.Obj of, String name) {
    return ((Json.Num) of.get(name).orElseThrow()).value();
  }

  private static Amount amount(Json.Obj of, String name) {
    return Amount.parse(text(of, name)).orElseThrow();
  }

  private static byte[] bytes(Json.Obj of, String name) {
    return HexFormat.of().parseHex(text(of, name).substring(2));
  }

  private static Keccak256 word(Json.Obj of, String name) {
    return Keccak256.of(bytes(of, name));
  }

  private static Address address(Json.Obj of, String name) {
    return Address.of(bytes(of, name));
  }
}
