// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.address;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Mutations;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class RelayAddressTest {
  private static final String KEY = SigningKey.ofSeed(new byte[32]).nodeId().toString();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wss://relay.example.org:443#",
        "wss://127.0.0.1:8404#",
        "wss://[::1]:65535#",
        "wss://relay.example.org:443?tls=ca#"
      })
  void readsTheOneForm(String start) {
    assertThat(RelayAddress.parse(start + KEY))
        .isInstanceOfSatisfying(
            Parsed.Read.class, read -> assertThat(read.value()).hasToString(start + KEY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ws://relay.example.org:443#",
        "https://relay.example.org:443#",
        "wss://relay.example.org#",
        "wss://relay.example.org:0#",
        "wss://relay.example.org:0443#",
        "wss://relay.example.org:65536#",
        "wss://Relay.example.org:443#",
        "wss://relay..org:443#",
        "wss://-relay.org:443#",
        "wss://user@relay.org:443#",
        "wss://relay.org:443/path#",
        "wss://relay.org:443?tls=no#",
        "wss://relay.org:443#x",
        " wss://relay.org:443#"
      })
  void refusesEverythingElse(String start) {
    assertThat(RelayAddress.parse(start + KEY)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void anyTextGivesAnAddressOrAReason() {
    byte[][] seeds = {
      ("wss://relay.example.org:443#" + KEY).getBytes(StandardCharsets.US_ASCII),
      ("wss://[2001:db8::1]:8404?tls=ca#" + KEY).getBytes(StandardCharsets.US_ASCII)
    };
    int read =
        Mutations.run(
            1,
            50_000,
            seeds,
            bytes ->
                RelayAddress.parse(new String(bytes, StandardCharsets.ISO_8859_1))
                        instanceof Parsed.Read<RelayAddress>(RelayAddress address)
                    ? address.toString().getBytes(StandardCharsets.ISO_8859_1)
                    : null);
    assertThat(read).isGreaterThan(1000);
  }
}
