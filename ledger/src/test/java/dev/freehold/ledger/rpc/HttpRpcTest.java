// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRpcTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;
  private byte[] body = {};
  private Duration delay = Duration.ZERO;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          try {
            Thread.sleep(delay);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    client.close();
  }

  @Test
  void aResultIsReturned() throws Exception {
    assertThat(answer("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x7a69\"}"))
        .isEqualTo(Json.of("0x7a69"));
  }

  @Test
  void anErrorIsARefusal() {
    String error =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,\"message\":\"nonce too low\"}}";
    assertThatThrownBy(() -> answer(error))
        .isInstanceOf(RpcException.Refused.class)
        .hasMessageContaining("nonce too low");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"0x1\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":\"0x1\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":\"0x1\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\",\"error\":{\"message\":\"no\"}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"no\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\",\"result\":\"0x2\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"} x"
      })
  void whatIsNoAnswerToThisCallLeavesItOpen(String text) {
    assertThatThrownBy(() -> answer(text)).isInstanceOf(RpcException.Unanswered.class);
  }

  @Test
  void anAnswerThatIsTooLongLeavesItOpen() {
    body = new byte[(8 << 20) + 1];
    assertThatThrownBy(() -> rpc(Duration.ofSeconds(10)).call("eth_chainId"))
        .isInstanceOf(RpcException.Unanswered.class);
  }

  @Test
  void anAnswerThatIsTooLateLeavesItOpen() {
    delay = Duration.ofMillis(600);
    assertThatThrownBy(() -> rpc(Duration.ofMillis(100)).call("eth_chainId"))
        .isInstanceOf(RpcException.Unanswered.class)
        .hasMessageContaining("nothing within");
  }

  @Test
  void aServerThatIsGoneLeavesItOpen() {
    server.stop(0);
    assertThatThrownBy(() -> rpc(Duration.ofSeconds(5)).call("eth_chainId"))
        .isInstanceOf(RpcException.Unanswered.class)
        .hasMessageContaining("nobody listens at http://127.0.0.1:")
        .hasMessageContaining("into the configuration")
        .message()
        .as("no class of Java, and no path, in which providers put keys")
        .doesNotContain("Exception", "/rpc");
  }

  @Test
  void anotherChainThanTheOneMeantIsRefused() {
    body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x1\"}".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Chain.connect(rpc(Duration.ofSeconds(5)), ChainId.DEVELOPMENT))
        .isInstanceOf(RpcException.Refused.class)
        .hasMessageContaining("this is chain 1, and 31337 was meant");
  }

  @Test
  void onlyHttpIsCalled() {
    assertThatThrownBy(
            () -> new HttpRpc(client, URI.create("file:///tmp/x"), Duration.ofSeconds(1)))
        .hasMessageContaining("http or https");
  }

  @ParameterizedTest
  @CsvSource({"0x0,0", "0x7a69,31337", "0xff,255"})
  void quantitiesHaveOneForm(String text, long value) {
    assertThat(Hex.quantity(text)).contains(BigInteger.valueOf(value));
    assertThat(Hex.quantity(BigInteger.valueOf(value))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x", "0x00", "0x01", "0xG", "0xFF", "7", "-0x1", "0x-1", "0x 1"})
  void whatIsNoQuantityIsNotRead(String text) {
    assertThat(Hex.quantity(text)).isEmpty();
  }

  @Test
  void bytesHaveOneForm() {
    Random random = new Random(20261129);
    String characters = "0x123456789abcdefABF g";
    int read = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder("0x");
      for (int n = random.nextInt(6); n > 0; n--) {
        text.append(characters.charAt(random.nextInt(characters.length())));
      }
      if (Hex.data(text.toString()).isPresent()) {
        assertThat(Hex.data(Hex.data(text.toString()).orElseThrow())).isEqualTo(text.toString());
        read++;
      }
      Hex.quantity(text.toString())
          .ifPresent(number -> assertThat(Hex.quantity(number)).isEqualTo(text.toString()));
    }
    assertThat(read).isGreaterThan(1_000);
  }

  private Json answer(String text) throws RpcException {
    body = text.getBytes(StandardCharsets.UTF_8);
    return rpc(Duration.ofSeconds(5)).call("eth_chainId");
  }

  private HttpRpc rpc(Duration timeout) {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new HttpRpc(client, address, timeout);
  }
}
