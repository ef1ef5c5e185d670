// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.HashAlgorithm;
import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvelopeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final PrivateKeyInfo KEY = PrivateKeyInfo.of(SigningKey.ofSeed(new byte[32]));
  private static final PrivateKeyInfo OTHER =
      PrivateKeyInfo.of(SigningKey.ofSeed(Digest.sha256("other").bytes()));
  private static final byte[] STATEMENT =
      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"m\",\"digest\":{\"sha256\":\"00\"},\"uri\":\"x\"}],\"predicateType\":\"t\",\"predicate\":{}}"
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void signsTheBytesThatTheProtocolSays() {
    // The example of the DSSE protocol's own text.
    assertThat(Envelope.pae("http://example.com/HelloWorld", bytes("hello world")))
        .isEqualTo(bytes("DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
    assertThat(Envelope.pae("\u00e9", new byte[0])).isEqualTo(bytes("DSSEv1 2 \u00e9 0 "));
  }

  @Test
  void verifiesTheProtocolsExample() {
    // The example of the DSSE protocol's own text: P-256, deterministic signature.
    Envelope envelope =
        Envelope.decode(
                bytes(
                    "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"http://example.com/HelloWorld\",\"signatures\":[{\"sig\":\"A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==\"}]}"))
            .orElse(reason -> fail(reason));
    PublicKeyInfo key =
        PublicKeyInfo.ofPoint(
            PublicKeyInfo.Kind.P256,
            decimal(
                "46950820868899156662930047687818585632848591499744589407958293238635476079160"),
            decimal(
                "5640078356564379163099075877009565129882514886557779369047442380624545832820"));
    // Its signature is r and s without DER, which DSSE leaves to both sides; ours is DER.
    assertThat(
            key.verifyFixed(
                HashAlgorithm.SHA_256,
                Envelope.pae(envelope.payloadType(), envelope.payload()),
                envelope.signatures().getFirst()))
        .isTrue();
    assertThat(envelope.verify(key)).asString().contains("no signature belongs");
  }

  private static byte[] decimal(String number) {
    byte[] bytes = new BigInteger(number).toByteArray();
    byte[] all = new byte[32];
    int from = Math.max(0, bytes.length - 32);
    System.arraycopy(bytes, from, all, 32 - (bytes.length - from), bytes.length - from);
    return all;
  }

  @Test
  void signsAndVerifies() {
    Envelope envelope =
        Envelope.sign(InTotoStatement.PAYLOAD_TYPE, STATEMENT, KEY, "a hint", RANDOM);
    Envelope read = Envelope.decode(envelope.encode()).orElse(reason -> fail(reason));
    assertThat(read.encode()).isEqualTo(envelope.encode());
    assertThat(read.verify(KEY.publicKey()).holds()).isTrue();
    assertThat(read.verify(OTHER.publicKey())).asString().contains("no signature belongs");
    Envelope retyped = envelope(read.toJson().with("payloadType", Json.of("other/type")));
    assertThat(retyped.verify(KEY.publicKey()).holds()).isFalse();
    assertThat(InTotoStatement.of(retyped)).asString().contains("not application/vnd.in-toto");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | is not an object",
        "{'payloadType':'t','signatures':[{'sig':'AA=='}]} | lacks \"payload\"",
        "{'payload':'','payloadType':'t','signatures':[{'sig':'AA=='}]} | empty payload",
        "{'payload':'AA==','payloadType':'','signatures':[{'sig':'AA=='}]} | empty payload or type",
        "{'payload':'AA==','payloadType':'t','signatures':[]} | has not 1 to 16",
        "{'payload':'AA==','payloadType':'t','signatures':[{'sig':''}]} | a signature is empty",
        "{'payload':'AA==','payloadType':'t','signatures':[{'keyid':'k'}]} | lacks \"sig\"",
        "{'payload':'AA==','payloadType':'t','signatures':[{'sig':'AA==','keyid':1}]} | keyid is not",
        "{'payload':'AA==','payloadType':'t','signatures':[{'sig':'AA==','cert':'c'}]} | unknown member \"cert\"",
        "{'payload':'AA==','payloadType':'t','signatures':[{'sig':'AA=='}],'x':1} | unknown member \"x\"",
        "{'payload':'AA','payloadType':'t','signatures':[{'sig':'AA=='}]} | not base64",
        "{'payload':'AB==','payloadType':'t','signatures':[{'sig':'AA=='}]} | not base64",
        "{'payload':'A A=','payloadType':'t','signatures':[{'sig':'AA=='}]} | not base64",
        "{'payload':'AA==','payload':'AA==','payloadType':'t','signatures':[{'sig':'AA=='}]} | stands twice",
      })
  void refusesOtherEnvelopesForTheirReason(String text, String reason) {
    assertThat(Envelope.decode(bytes(text.replace('\'', '"')))).asString().contains(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "statement/v1 | statement/v0 | is of type",
        "'name':'m' | 'name':'' | a name and a digest",
        "'digest':{'sha256':'00'} | 'digest':{} | a name and a digest",
        "'sha256':'00' | 'sha256':'0g' | not lower-case",
        "'sha256':'00' | 'sha256':'0' | not lower-case",
        "'sha256':'00' | 'sha256':'0A' | not lower-case",
        "'sha256':'00' | 'sha256':0 | not a string",
        "'predicateType':'t' | 'predicateType':'' | a predicate type",
        "'predicate':{} | 'predicate':[] | is not an object",
        "'predicate':{} | 'predicate':{},'more':1 | unknown member",
        "'predicate':{} | 'predicate':{},'predicate':{} | stands twice",
      })
  void refusesOtherStatementsForTheirReason(String from, String to, String reason) {
    String text = new String(STATEMENT, StandardCharsets.UTF_8).replace("Statement", "statement");
    text = text.replace(from.replace('\'', '"'), to.replace('\'', '"'));
    text = text.replace("statement/v1", "Statement/v1");
    assertThat(InTotoStatement.decode(bytes(text))).asString().contains(reason);
    assertThat(InTotoStatement.decode(STATEMENT)).isInstanceOf(Parsed.Read.class);
  }

  @Test
  void readsTheEnvelopesOfOtherSigners() throws IOException {
    for (String name : List.of("key", "certificate", "sigstore")) {
      Json.Obj bundle = Vectors.json("oms/test-vectors/v1.0/valid/" + name + ".bundle.json");
      Envelope envelope = envelope(Vectors.at(bundle, "dsseEnvelope"));
      assertThat(InTotoStatement.of(envelope)).isInstanceOf(Parsed.Read.class);
    }
  }

  @Test
  void neverFailsOtherwiseOnMutatedEnvelopes() {
    long seed = 20261125;
    Random random = new Random(seed);
    byte[] sound =
        Envelope.sign(InTotoStatement.PAYLOAD_TYPE, STATEMENT, KEY, "k", RANDOM).encode();
    int read = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = ByteMutations.of(sound, random);
      if (Envelope.decode(bytes) instanceof Parsed.Read<Envelope>(Envelope envelope)) {
        read++;
        assertThat(Envelope.decode(envelope.encode()))
            .as("seed %d, round %d", seed, i)
            .isInstanceOf(Parsed.Read.class);
        if (read % 10 == 0 && envelope.verify(KEY.publicKey()).holds()) {
          assertThat(envelope.payload()).isEqualTo(STATEMENT);
        }
      }
      InTotoStatement.decode(ByteMutations.of(STATEMENT, random));
    }
    assertThat(read).isGreaterThan(100);
  }

  private static Envelope envelope(Json value) {
    return Envelope.decode(bytes(value.write())).orElse(reason -> fail(reason));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
