// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.link.address.DirectAddress;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class OfferTest {
  private static final HexFormat HEX = HexFormat.of();

  @Test
  void readsWhatItWrites() throws Exception {
    Offer offer =
        new Offer(
            List.of(
                new DirectAddress(InetAddress.getByName("192.168.1.7"), 8405),
                new DirectAddress(InetAddress.getByName("2001:db8::7"), 1)));
    assertThat(HEX.formatHex(offer.bytes()))
        .isEqualTo("010204c0a8010720d50620010db80000000000000000000000070001");
    assertThat(Offer.parse(offer.bytes())).isEqualTo(new Parsed.Read<>(offer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01",
        "0200",
        "0109",
        "01ff",
        "010104c0a80107",
        "010104c0a801070000",
        "010104000000000001",
        "010104e00000010001",
        "010105c0a801070001",
        "01010600000000000000000000ffffc0a801070001",
        "010104c0a80107000100"
      })
  void refusesEverythingElse(String hex) {
    assertThat(Offer.parse(HEX.parseHex(hex))).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void anyBytesGiveAnOfferOrAReason() {
    byte[][] seeds = {
      HEX.parseHex("010204c0a8010720d50620010db80000000000000000000000070001"), HEX.parseHex("0100")
    };
    int read =
        Mutations.run(
            2,
            50_000,
            seeds,
            bytes ->
                Offer.parse(bytes) instanceof Parsed.Read<Offer>(Offer offer)
                    ? offer.bytes()
                    : null);
    assertThat(read).isGreaterThan(1000);
  }
}
