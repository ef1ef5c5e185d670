// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EarnedTest {
  private static final Address CONTRACT = address(1);
  private static final Earned EARNED =
      new Earned(30, Duration.ofHours(5), OptionalInt.of(75), List.of(in(2, 2_500_000), in(3, 0)));

  private static Address address(int last) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[bytes.length - 1] = (byte) last;
    return Address.of(bytes);
  }

  private static Earned.In in(int token, long sold) {
    return new Earned.In(
        new Coin(ChainId.DEVELOPMENT, CONTRACT, address(token)),
        5,
        Amount.of(sold),
        Amount.of(sold / 2),
        Amount.ZERO);
  }

  private static String reason(String text) {
    return Earned.decode(text.getBytes(StandardCharsets.UTF_8))
            instanceof Parsed.Malformed<Earned>(String reason)
        ? reason
        : "it is read";
  }

  private static String text() {
    return new String(EARNED.encode(), StandardCharsets.UTF_8);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    assertThat(Earned.decode(EARNED.encode())).isEqualTo(new Parsed.Read<>(EARNED));
    Earned nothing = new Earned(1, Duration.ZERO, OptionalInt.empty(), List.of());
    assertThat(new String(nothing.encode(), StandardCharsets.UTF_8))
        .isEqualTo("{\"busySeconds\":0,\"coins\":[],\"days\":1,\"format\":\"freehold-earned/1\"}");
    assertThat(Earned.decode(nothing.encode())).isEqualTo(new Parsed.Read<>(nothing));
  }

  @Test
  void whatIsNotWrittenSoIsRefused() {
    assertThat(reason("")).contains("not strict JSON");
    assertThat(reason("[]")).contains("what was earned");
    assertThat(reason(text().replace("earned/1", "earned/2"))).contains("freehold-earned/1");
    assertThat(reason(text().replace("\"days\":30,", ""))).contains("days");
    assertThat(reason(text().replace("\"days\":30", "\"days\":0"))).contains("days");
    assertThat(reason(text().replace("\"days\":30", "\"days\":3661"))).contains("nobody earns so");
    assertThat(reason(text().replace("18000", "2592001"))).contains("nobody earns so");
    assertThat(reason(text().replace("18000", "-1"))).contains("busySeconds");
    assertThat(reason(text().replace("18000", "18000.5"))).contains("not what was earned");
    assertThat(reason(text().replace("\"wattHours\":75", "\"wattHours\":-75")))
        .contains("wattHours");
    assertThat(reason(text().replace("\"answers\":5,", "\"answers\":-5,"))).contains("answers");
    assertThat(reason(text().replace("\"2500000\"", "\"02500000\""))).contains("sold");
    assertThat(reason(text().replace("\"2500000\"", "2500000"))).contains("sold");
    assertThat(reason(text().replace("{\"busy", "{\"apples\":1,\"busy"))).contains("apples");
    assertThat(reason(text().replace("{\"busy", "{ \"busy"))).contains("not what was earned");
    assertThat(reason(text().replace("3\"},\"sold\"", "2\"},\"sold\"")))
        .contains("nobody earns so");
    assertThat(reason(" ".repeat(Earned.LIMIT + 1))).contains("longer");
  }

  @Test
  void moreCoinsThanAnybodyTakesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Earned(
                    1,
                    Duration.ZERO,
                    OptionalInt.empty(),
                    Collections.nCopies(Earned.COINS + 1, in(2, 1))));
  }

  @Test
  void anyBytesAreReadAsTheSameOrRefused() {
    Random random = new Random(20261129);
    byte[] good = EARNED.encode();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      if (Earned.decode(bytes) instanceof Parsed.Read<Earned>(Earned earned)) {
        assertThat(earned.encode()).isEqualTo(bytes);
      }
    }
  }
}
