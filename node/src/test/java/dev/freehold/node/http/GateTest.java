// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateTest {
  @Test
  void takesThePortOffEveryFormOfHost() {
    assertThat(Gate.withoutPort("localhost:8402")).isEqualTo("localhost");
    assertThat(Gate.withoutPort("localhost")).isEqualTo("localhost");
    assertThat(Gate.withoutPort("127.0.0.1:1")).isEqualTo("127.0.0.1");
    assertThat(Gate.withoutPort("[::1]:8402")).isEqualTo("[::1]");
    assertThat(Gate.withoutPort("[::1]")).isEqualTo("[::1]");
    assertThat(Gate.withoutPort("::1")).isEqualTo("::1");
    assertThat(Gate.withoutPort("localhost:80.evil.example:80")).isNotEqualTo("localhost");
    assertThat(Gate.withoutPort("")).isEmpty();
  }

  @Test
  void acceptsTheKeysOfItsFileAndNoOthers() {
    ApiKeys keys = ApiKeys.parse("# two\nfirst-key-0123456789\n\n  second-key-0123456789 \n");
    assertThat(keys.demanded()).isTrue();
    assertThat(keys.accepts("first-key-0123456789")).isTrue();
    assertThat(keys.accepts("second-key-0123456789")).isTrue();
    assertThat(keys.accepts("first-key-012345678")).isFalse();
    assertThat(keys.accepts("# two")).isFalse();
    assertThat(keys.accepts("")).isFalse();
    assertThat(ApiKeys.none().demanded()).isFalse();
  }

  @Test
  void refusesWeakKeysAndEmptyFiles() {
    assertThatThrownBy(() -> ApiKeys.parse("# nothing\n")).hasMessageContaining("no key");
    assertThatThrownBy(() -> ApiKeys.parse("short")).hasMessageContaining("line 1");
    assertThatThrownBy(() -> ApiKeys.parse("\nlong enough but with spaces"))
        .hasMessageContaining("line 2")
        .hasMessageContaining("no space");
  }

  @Test
  void findsTheEndpointOfEveryPath() {
    assertThat(Endpoint.of("/v1/models")).isEqualTo(Endpoint.MODELS);
    assertThat(Endpoint.of("/v1/models/")).isEqualTo(Endpoint.OTHER);
    assertThat(Endpoint.of("/v1/models/a/b")).isEqualTo(Endpoint.MODEL);
    assertThat(Endpoint.MODEL.rest("/v1/models/a/b")).isEqualTo("a/b");
    assertThat(Endpoint.of("/v1/chat/completions")).isEqualTo(Endpoint.CHAT);
    assertThat(Endpoint.of("/v1/chat")).isEqualTo(Endpoint.OTHER);
    assertThat(Endpoint.of("/v1/receipts/r-0")).isEqualTo(Endpoint.RECEIPT);
    assertThat(Endpoint.of("/")).isEqualTo(Endpoint.CONSOLE);
    assertThat(Endpoint.of("/console/receipts/r-0")).isEqualTo(Endpoint.CONSOLE);
    assertThat(Endpoint.of("/consoles")).isEqualTo(Endpoint.OTHER);
    assertThat(Endpoint.of("other")).isEqualTo(Endpoint.OTHER);
    assertThat(Endpoint.of("")).isEqualTo(Endpoint.OTHER);
  }
}
