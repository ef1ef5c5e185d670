// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.EventData;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a contract tells: an event, or nothing. */
class RegistryEventTest {
  private static final Address PROVIDER =
      Address.of(
          new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
  private static final NodeId NODE = SigningKey.ofSeed(new byte[32]).nodeId();
  private static final Keccak256 AGENT = word(new byte[] {7});

  private static Keccak256 word(byte[] end) {
    byte[] word = new byte[32];
    System.arraycopy(end, 0, word, 32 - end.length, end.length);
    return Keccak256.of(word);
  }

  private static byte[] endpoints(String... all) {
    return RegistryEvent.ENDPOINTS.encode(Tuple.singleton(all)).array();
  }

  private static EventData registered(Keccak256 key, byte[] data) {
    return new EventData(
        List.of(RegistryEvent.REGISTERED, word(PROVIDER.bytes()), AGENT, key), data);
  }

  @Test
  void aRegistrationIsRead() {
    EventData event =
        registered(Keccak256.of(NODE.key().bytes()), endpoints("wss://a:1", "192.0.2.1:2"));
    assertThat(RegistryEvent.read(event))
        .contains(
            new RegistryEvent.Registered(
                PROVIDER,
                new Registration(
                    new AgentId(BigInteger.valueOf(7)),
                    NODE,
                    List.of("wss://a:1", "192.0.2.1:2"))));
  }

  @Test
  void aRegistrationThatIsOfNoUseEndsTheOneBefore() {
    Optional<RegistryEvent> gone = Optional.of(new RegistryEvent.Gone(PROVIDER));
    byte[] good = endpoints("a");
    Keccak256 key = Keccak256.of(NODE.key().bytes());
    byte[] noKey = new byte[32];
    Arrays.fill(noKey, (byte) 0xff);
    assertThat(RegistryEvent.read(registered(Keccak256.of(noKey), good))).isEqualTo(gone);
    assertThat(RegistryEvent.read(registered(key, new byte[0]))).isEqualTo(gone);
    assertThat(RegistryEvent.read(registered(key, endpoints()))).isEqualTo(gone);
    assertThat(RegistryEvent.read(registered(key, endpoints("")))).isEqualTo(gone);
    assertThat(RegistryEvent.read(registered(key, endpoints("x".repeat(257))))).isEqualTo(gone);
    assertThat(
            RegistryEvent.read(
                registered(key, endpoints(Collections.nCopies(9, "a").toArray(String[]::new)))))
        .isEqualTo(gone);
    assertThat(
            RegistryEvent.read(
                new EventData(List.of(RegistryEvent.RETIRED, word(PROVIDER.bytes())), good)))
        .isEqualTo(gone);
  }

  @Test
  void whatIsNoneOfTheRegistrysIsPassedOver() {
    assertThat(RegistryEvent.read(new EventData(List.of(), new byte[0]))).isEmpty();
    assertThat(RegistryEvent.read(new EventData(List.of(AGENT, AGENT), new byte[0]))).isEmpty();
    assertThat(
            RegistryEvent.read(
                new EventData(List.of(RegistryEvent.REGISTERED, AGENT), endpoints("a"))))
        .isEmpty();
    assertThat(
            RegistryEvent.read(
                new EventData(
                    List.of(RegistryEvent.BONDS.getFirst(), word(PROVIDER.bytes())), new byte[0])))
        .contains(new RegistryEvent.BondChanged(PROVIDER));
  }

  @Test
  void anyBytesGiveARegistrationOrNone() {
    long seed = 20261129;
    Random random = new Random(seed);
    byte[] good = endpoints("wss://relay.example:8404", "192.0.2.1:8405");
    Keccak256 key = Keccak256.of(NODE.key().bytes());
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes =
          Arrays.copyOf(good, random.nextInt(10) == 0 ? random.nextInt(good.length) : good.length);
      for (int times = 1 + random.nextInt(3); times > 0 && bytes.length > 0; times--) {
        int at = random.nextInt(bytes.length);
        if (random.nextInt(4) == 0 && at + 4 <= bytes.length) {
          ByteBuffer.wrap(bytes).putInt(at, random.nextInt());
        } else {
          bytes[at] = (byte) random.nextInt(256);
        }
      }
      RegistryEvent event = RegistryEvent.read(registered(key, bytes)).orElseThrow();
      assertThat(event.provider()).as("seed %d, round %d", seed, i).isEqualTo(PROVIDER);
      read += event instanceof RegistryEvent.Registered ? 1 : 0;
    }
    assertThat(read).isBetween(100, 19_900);
  }

  @Test
  void whatTheContractWouldRefuseCannotBeMade() {
    AgentId agent = new AgentId(BigInteger.ONE);
    assertThatThrownBy(() -> new Registration(agent, NODE, List.of()))
        .hasMessageContaining("1 to 8 endpoints");
    assertThatThrownBy(() -> new Registration(agent, NODE, List.of("")))
        .hasMessageContaining("1 to 256 bytes");
    assertThatThrownBy(() -> new AgentId(BigInteger.TWO.pow(256))).hasMessageContaining("256 bits");
    assertThatThrownBy(() -> new AgentId(BigInteger.ONE.negate())).hasMessageContaining("256 bits");
  }
}
