// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The examples of OHTTP (RFC 9458, appendix A, and chunked OHTTP), as far as they are HPKE: the
 * request, the exported secret, and the answer sealed with what is derived from it.
 */
@NullMarked
class ObliviousHttpTest {
  private static final byte[] NO_AAD = new byte[0];
  private static final byte[] FINAL = ascii("final");
  private static final int HEADER = 7;
  private static final int ENC = HEADER + 32;

  @Test
  void theExampleOfRfc9458() throws IOException {
    Vector vector = Vector.read("ohttp-rfc9458-appendix-a.json");
    Sender client = client(vector);
    byte[] request =
        Labeled.join(
            header(vector),
            client.encapsulation(),
            client.sealer().seal(NO_AAD, vector.bytes("bhttp_request")));
    assertThat(request).isEqualTo(vector.bytes("encapsulated_request"));

    Recipient gateway = gateway(vector, request).orElseThrow();
    assertThat(gateway.opener().open(NO_AAD, request, ENC, request.length - ENC).orElseThrow())
        .isEqualTo(vector.bytes("bhttp_request"));
    assertThat(gateway.export(ascii("message/bhttp response"), 16))
        .isEqualTo(vector.bytes("response_secret"));
    byte[] answer =
        Labeled.join(
            vector.bytes("response_nonce"),
            new Sealer(
                    Aead.AES_128_GCM,
                    answerKey(vector, gateway, vector.bytes("response_nonce"), "bhttp", "aead_key"),
                    vector.bytes("aead_nonce"))
                .seal(NO_AAD, vector.bytes("bhttp_response")));
    assertThat(answer).isEqualTo(vector.bytes("encapsulated_response"));
    assertThat(openAnswer(vector, client, answer).orElseThrow())
        .isEqualTo(vector.bytes("bhttp_response"));
  }

  @Test
  void refusesTheNegativesOfRfc9458() throws IOException {
    Vector vector = Vector.read("ohttp-rfc9458-appendix-a.json");
    assertThat(vector.list("negative")).hasSize(5);
    for (Vector negative : vector.list("negative")) {
      if (negative.has("encapsulated_request")) {
        byte[] request = negative.bytes("encapsulated_request");
        assertThat(
                gateway(vector, request)
                    .flatMap(g -> g.opener().open(NO_AAD, request, ENC, request.length - ENC)))
            .as(negative.text("why"))
            .isEmpty();
      } else {
        assertThat(openAnswer(vector, client(vector), negative.bytes("encapsulated_response")))
            .as(negative.text("why"))
            .isEmpty();
      }
    }
  }

  @Test
  void theExampleOfChunkedRequests() throws IOException {
    Vector vector = Vector.read("ohttp-chunked-example.json");
    Sender client = client(vector);
    byte[] message = vector.bytes("bhttp_request");
    List<byte[]> parts = vector.chunks("encapsulated_request_parts");
    assertThat(client.encapsulation()).isEqualTo(parts.get(1));
    assertThat(sized(client.sealer().seal(NO_AAD, Arrays.copyOf(message, 12))))
        .isEqualTo(parts.get(2));
    assertThat(sized(client.sealer().seal(NO_AAD, Arrays.copyOfRange(message, 12, 25))))
        .isEqualTo(parts.get(3));
    assertThat(Labeled.join(new byte[1], client.sealer().seal(FINAL, new byte[0])))
        .isEqualTo(parts.get(4));
    assertThat(openChunks(vector, vector.bytes("encapsulated_request")).orElseThrow())
        .isEqualTo(message);

    assertThat(client.export(ascii("message/bhttp chunked response"), 16))
        .isEqualTo(vector.bytes("response_secret"));
    List<byte[]> answer = vector.chunks("encapsulated_response_parts");
    byte[] key =
        answerKey(
            vector,
            gateway(vector, vector.bytes("encapsulated_request")).orElseThrow(),
            answer.getFirst(),
            "bhttp chunked",
            "aead_key");
    Sealer sealer = new Sealer(Aead.AES_128_GCM, key, vector.bytes("aead_base_nonce"));
    byte[] response = vector.bytes("bhttp_response");
    assertThat(sized(sealer.seal(NO_AAD, Arrays.copyOf(response, 1)))).isEqualTo(answer.get(1));
    assertThat(sized(sealer.seal(NO_AAD, Arrays.copyOfRange(response, 1, 3))))
        .isEqualTo(answer.get(2));
    assertThat(Labeled.join(new byte[1], sealer.seal(FINAL, new byte[0]))).isEqualTo(answer.get(3));
  }

  @Test
  void refusesChunksTruncatedReorderedDroppedOrMarkedFinal() throws IOException {
    Vector vector = Vector.read("ohttp-chunked-example.json");
    assertThat(vector.list("negative")).hasSize(4);
    for (Vector negative : vector.list("negative")) {
      assertThat(openChunks(vector, negative.bytes("encapsulated_request")))
          .as(negative.text("why"))
          .isEmpty();
    }
  }

  private static Sender client(Vector vector) {
    byte[] publicKey = Arrays.copyOfRange(vector.bytes("key_config"), 3, 35);
    return Sender.setup(
        Aead.AES_128_GCM,
        EncapsulationKey.decode(Kem.X25519, publicKey).orElseThrow(),
        vector.bytes("info"),
        vector.bytes("skE"));
  }

  /** The gateway knows one key and takes its AEAD and info from the request's header. */
  private static Optional<Recipient> gateway(Vector vector, byte[] request) {
    if (request.length < ENC || request[0] != 1) {
      return Optional.empty();
    }
    Aead aead = request[6] == 1 ? Aead.AES_128_GCM : Aead.CHACHA20_POLY1305;
    byte[] label = Arrays.copyOf(vector.bytes("info"), vector.bytes("info").length - HEADER);
    return Recipient.setup(
        aead,
        DecapsulationKey.of(Kem.X25519, vector.bytes("skR")),
        Arrays.copyOfRange(request, HEADER, ENC),
        Labeled.join(label, Arrays.copyOf(request, HEADER)));
  }

  private static Optional<byte[]> openAnswer(Vector vector, Sender client, byte[] answer) {
    byte[] nonce = Arrays.copyOf(answer, 16);
    byte[] secret = client.export(ascii("message/bhttp response"), 16);
    byte[] key = Hkdf.extract(Labeled.join(client.encapsulation(), nonce), secret);
    Opener opener =
        new Opener(
            Aead.AES_128_GCM,
            Hkdf.expand(key, ascii("key"), 16),
            Hkdf.expand(key, ascii("nonce"), 12));
    assertThat(client.encapsulation()).isEqualTo(vector.bytes("pkE"));
    return opener.open(NO_AAD, answer, 16, answer.length - 16);
  }

  private static byte[] answerKey(
      Vector vector, Recipient gateway, byte[] nonce, String kind, String expected) {
    byte[] secret = gateway.export(ascii("message/" + kind + " response"), 16);
    byte[] salt = Labeled.join(vector.bytes("pkE"), nonce);
    assertThat(salt).isEqualTo(vector.bytes("salt"));
    byte[] key = Hkdf.extract(salt, secret);
    assertThat(key).isEqualTo(vector.bytes("prk"));
    assertThat(Hkdf.expand(key, ascii("key"), 16)).isEqualTo(vector.bytes(expected));
    return Hkdf.expand(key, ascii("key"), 16);
  }

  private static Optional<byte[]> openChunks(Vector vector, byte[] request) {
    Opener opener = gateway(vector, request).orElseThrow().opener();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int at = ENC;
    while (at < request.length) {
      int length = request[at++];
      boolean last = length == 0;
      int end = last ? request.length : at + length;
      Optional<byte[]> chunk =
          end > request.length
              ? Optional.empty()
              : opener.open(last ? FINAL : NO_AAD, request, at, end - at);
      if (chunk.isEmpty()) {
        return Optional.empty();
      }
      message.writeBytes(chunk.get());
      if (last) {
        return Optional.of(message.toByteArray());
      }
      at = end;
    }
    return Optional.empty();
  }

  private static byte[] header(Vector vector) {
    byte[] info = vector.bytes("info");
    return Arrays.copyOfRange(info, info.length - HEADER, info.length);
  }

  private static byte[] sized(byte[] chunk) {
    return Labeled.join(new byte[] {(byte) chunk.length}, chunk);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
