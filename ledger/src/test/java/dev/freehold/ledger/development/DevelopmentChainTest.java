// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.development;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.payment.ChannelConfig;
import dev.freehold.evidence.payment.Domain;
import dev.freehold.evidence.payment.Voucher;
import dev.freehold.ledger.anchor.EvidenceAnchor;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.event.EventReader;
import dev.freehold.ledger.event.Reading;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentChainTest {
  private static final Origin ORIGIN = new Origin("node.example/log");
  private static final Amount COIN = new Amount(BigInteger.TEN.pow(18));

  @TempDir private Path folder;

  /** Their digits are read without a checksum. */
  @Test
  void itsAddressesAreThoseThatX402sClientsKnow() {
    assertThat(DevelopmentChain.PAYMENT_CHANNELS)
        .hasToString("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003");
    assertThat(DevelopmentChain.ERC3009_COLLECTOR)
        .hasToString("0x4020806089470a89826cB9fB1f4059150b550004");
    assertThat(DevelopmentChain.TEST_DOLLAR)
        .hasToString("0x647d5Ae4c9f7A36Be0e7fc8E1CAbc89c67616CE2");
  }

  @Test
  void aCheckpointIsAnchoredAndOutlivesTheChainsRestart() throws Exception {
    Path program = anvil();
    PaymentKey key = PaymentKey.generate(new SecureRandom());
    Checkpoint first = new Checkpoint(ORIGIN, 5, Digest.sha256("five entries"));
    Address contract;
    try (HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain development =
            DevelopmentChain.start(program, folder.resolve("chain"), client)) {
      Chain chain = development.chain();
      development.fund(key.address(), COIN);
      assertThat(chain.balance(key.address())).isEqualTo(COIN);
      Submitter submitter = submitter(chain, key);
      Intent deployment =
          executed(
              submitter,
              new Intent.Purpose("deploy EvidenceAnchor"),
              Effect.create(PackedContract.EVIDENCE_ANCHOR.creationCode()));
      contract =
          chain
              .mined(deployment.attempts().getLast().hash())
              .orElseThrow()
              .contract()
              .orElseThrow();
      assertThat(chain.code(contract)).isEqualTo(PackedContract.EVIDENCE_ANCHOR.runtimeCode());

      assertThatThrownBy(
              () -> new EvidenceAnchor(chain, key.address()).latest(key.address(), ORIGIN))
          .isInstanceOf(RpcException.Unanswered.class)
          .hasMessageContaining("no evidence anchor at");
      EvidenceAnchor anchor = new EvidenceAnchor(chain, contract);
      assertThat(anchor.latest(key.address(), ORIGIN)).isEmpty();
      anchored(anchor, submitter, first);
      assertThat(anchor.latest(key.address(), ORIGIN).orElseThrow().checkpoint()).isEqualTo(first);
      assertThatThrownBy(() -> anchor.anchor(submitter, new Checkpoint(ORIGIN, 4, first.root())))
          .isInstanceOf(RpcException.Refused.class)
          .hasMessage("anchor was refused: SizeShrinks");
      Submitter forgetful =
          new Submitter(chain, key, FolderIntents.open(folder.resolve("other intents")), 0);
      Checkpoint rewritten = new Checkpoint(ORIGIN, 5, Digest.sha256("rewritten"));
      assertThatThrownBy(() -> anchor.anchor(forgetful, rewritten))
          .isInstanceOf(RpcException.Refused.class)
          .hasMessage("anchor was refused: RootDiffers");
      assertThat(submitter.lookUpAll()).hasSize(2);

      EventReader reader = new EventReader(chain, contract, 0, 100);
      Reading reading = reader.read(reader.behind(0));
      assertThat(reading).isInstanceOf(Reading.Events.class);
      List<Chain.Told> told = ((Reading.Events) reading).events();
      assertThat(told).hasSize(1);
      assertThat(told.getFirst().event().topics().getFirst())
          .isEqualTo(Keccak256.hash("Anchored(address,bytes32,uint64,bytes32)"));
    }
    try (HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain again = DevelopmentChain.start(program, folder.resolve("chain"), client)) {
      EvidenceAnchor anchor = new EvidenceAnchor(again.chain(), contract);
      assertThat(anchor.latest(key.address(), ORIGIN).orElseThrow().checkpoint()).isEqualTo(first);
      Checkpoint second = new Checkpoint(ORIGIN, 9, Digest.sha256("nine entries"));
      Submitter submitter = submitter(again.chain(), key);
      anchored(anchor, submitter, second);
      assertThat(anchor.latest(key.address(), ORIGIN).orElseThrow().checkpoint()).isEqualTo(second);
      assertThat(anchor.latest(contract, ORIGIN)).as("another publisher").isEmpty();
    }
  }

  @Test
  void thePlacedPaymentChannelsAgreeWithOurTypedData() throws Exception {
    Path program = anvil();
    try (HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain development =
            DevelopmentChain.start(program, folder.resolve("chain"), client)) {
      Address at = DevelopmentChain.PAYMENT_CHANNELS;
      development.place(PackedContract.PAYMENT_CHANNELS, at);
      Domain domain = Domain.ofPaymentChannels(ChainId.DEVELOPMENT, at);
      ChannelConfig config =
          new ChannelConfig(
              address(1),
              address(2),
              address(3),
              address(4),
              address(5),
              Duration.ofHours(1),
              Keccak256.hash("salt"));
      Function id = PackedContract.PAYMENT_CHANNELS.function("getChannelId");
      byte[] answer =
          development
              .chain()
              .call(
                  at,
                  id.encodeCallWithArgs(
                          Tuple.from(
                              abi(config.payer()),
                              abi(config.payerAuthorizer()),
                              abi(config.receiver()),
                              abi(config.receiverAuthorizer()),
                              abi(config.token()),
                              config.withdrawDelay().toSeconds(),
                              config.salt().bytes()))
                      .array());
      assertThat(Keccak256.of(answer)).isEqualTo(config.id(domain).digest());
      Voucher voucher = new Voucher(config.id(domain), Amount.of(1_000));
      Function digest = PackedContract.PAYMENT_CHANNELS.function("getVoucherDigest");
      answer =
          development
              .chain()
              .call(
                  at,
                  digest
                      .encodeCallWithArgs(
                          voucher.channel().digest().bytes(), voucher.maxClaimable().units())
                      .array());
      assertThat(Keccak256.of(answer)).isEqualTo(domain.digest(voucher));
    }
  }

  @Test
  void aProgramThatIsNoneIsSaid() {
    HttpClient client = HttpClient.newHttpClient();
    assertThatThrownBy(() -> DevelopmentChain.start(Path.of("/bin/false"), folder, client))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("anvil.log");
  }

  private Submitter submitter(Chain chain, PaymentKey key) throws IOException {
    return new Submitter(chain, key, FolderIntents.open(folder.resolve("intents")), 0);
  }

  private static void anchored(EvidenceAnchor anchor, Submitter submitter, Checkpoint checkpoint)
      throws Exception {
    Intent intent = anchor.anchor(submitter, checkpoint);
    for (int i = 0; i < 100 && intent.pending(); i++) {
      Thread.sleep(50);
      intent = anchor.anchor(submitter, checkpoint);
    }
    assertThat(intent.outcome()).isInstanceOf(Outcome.Executed.class);
  }

  /** The development chain makes a block of each transaction soon, not always at once. */
  private static Intent executed(Submitter submitter, Intent.Purpose purpose, Effect effect)
      throws Exception {
    Intent intent = submitter.submit(purpose, effect);
    for (int i = 0; i < 100 && intent.pending(); i++) {
      Thread.sleep(50);
      intent = submitter.submit(purpose, effect);
    }
    assertThat(intent.outcome()).isInstanceOf(Outcome.Executed.class);
    return intent;
  }

  /** Anvil, or a skipped test that says why. */
  private static Path anvil() throws InterruptedException {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path folder =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
            : Path.of(cache);
    try {
      return AnvilProgram.find(folder);
    } catch (IOException e) {
      return abort("skipped: " + e.getMessage());
    }
  }

  private static Address address(int number) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[19] = (byte) number;
    return Address.of(bytes);
  }

  private static com.esaulpaugh.headlong.abi.Address abi(Address address) {
    return com.esaulpaugh.headlong.abi.Address.wrap(address.toString());
  }
}
