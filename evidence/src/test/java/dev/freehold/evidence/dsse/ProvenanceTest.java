// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.dsse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenanceTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final PrivateKeyInfo KEY = PrivateKeyInfo.of(SigningKey.ofSeed(new byte[32]));
  private static final PrivateKeyInfo OTHER =
      PrivateKeyInfo.of(SigningKey.ofSeed(Digest.sha256("other").bytes()));
  private static final Timestamp TIME = Timestamp.parse("2026-11-23T22:15:00.000Z");

  private static Provenance chat() {
    return made(
        "tiny-chat",
        "model",
        "fine-tuned",
        new Provenance.Material("data", "letters", Digest.sha256("letters")),
        new Provenance.Material("base", "tiny", Digest.sha256("tiny")),
        new Provenance.Material("adapter", "polite", Digest.sha256("polite")));
  }

  private static Provenance made(
      String name, String kind, String made, Provenance.Material... materials) {
    return new Provenance(name, Digest.sha256(name), kind, made, List.of(materials), TIME);
  }

  private static Envelope sign(Provenance provenance, PrivateKeyInfo key) {
    return Envelope.sign(
        InTotoStatement.PAYLOAD_TYPE, provenance.statement().encode(), key, null, RANDOM);
  }

  private static ProvenanceTree.Trusted trusted(Provenance provenance) {
    return ProvenanceTree.Trusted.of(sign(provenance, KEY), KEY.publicKey())
        .orElse(reason -> fail(reason));
  }

  @Test
  void theStatementIsTheOneThatTheFormatDescribes() {
    assertThat(new String(chat().statement().encode(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"finished\":\"2026-11-23T22:15:00.000Z\",\"kind\":\"model\",\"made\":\"fine-tuned\",\"materials\":[{\"digest\":\""
                + Digest.sha256("polite")
                + "\",\"name\":\"polite\",\"role\":\"adapter\"},{\"digest\":\""
                + Digest.sha256("tiny")
                + "\",\"name\":\"tiny\",\"role\":\"base\"},{\"digest\":\""
                + Digest.sha256("letters")
                + "\",\"name\":\"letters\",\"role\":\"data\"}]},\"predicateType\":\"urn:freehold:provenance:1\",\"subject\":[{\"digest\":{\"sha256\":\""
                + Digest.sha256("tiny-chat").hex()
                + "\"},\"name\":\"tiny-chat\"}]}");
    assertThat(trusted(chat()).said()).isEqualTo(chat());
  }

  @Test
  void showsWhatAModelWasMadeOfAsATree() {
    Provenance tiny =
        made(
            "tiny",
            "model",
            "quantized",
            new Provenance.Material("base", "tiny-f16", Digest.sha256("tiny-f16")));
    ProvenanceTree tree =
        ProvenanceTree.of(
            "tiny-chat", Digest.sha256("tiny-chat"), List.of(trusted(chat()), trusted(tiny)));
    String by = ", said by " + KEY.publicKey() + "\n";
    assertThat(tree.text())
        .isEqualTo(
            "model  tiny-chat  %s  fine-tuned %s%s".formatted(Digest.sha256("tiny-chat"), TIME, by)
                + "├─ adapter  polite  %s  nothing is said of it\n"
                    .formatted(Digest.sha256("polite"))
                + "├─ base  tiny  %s  quantized %s%s".formatted(Digest.sha256("tiny"), TIME, by)
                + "│  └─ base  tiny-f16  %s  nothing is said of it\n"
                    .formatted(Digest.sha256("tiny-f16"))
                + "└─ data  letters  %s  nothing is said of it\n"
                    .formatted(Digest.sha256("letters")));
  }

  @Test
  void aStatementOfAKeyThatIsNotTrustedDoesNotGetIn() {
    assertThat(ProvenanceTree.Trusted.of(sign(chat(), OTHER), KEY.publicKey()))
        .asString()
        .contains("no signature belongs");
  }

  @Test
  void aThingThatIsSaidToBeMadeOfItselfEndsTheBranch() {
    Provenance circle =
        made("a", "model", "merged", new Provenance.Material("base", "a", Digest.sha256("a")));
    assertThat(ProvenanceTree.of("a", Digest.sha256("a"), List.of(trusted(circle))).text().lines())
        .hasSize(2);
  }

  @Test
  void aTreeThatWouldExhaustMemoryIsRefused() {
    List<ProvenanceTree.Trusted> statements = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Digest next = Digest.sha256("layer " + (i + 1));
      statements.add(
          trusted(
              made(
                  "layer " + i,
                  "model",
                  "merged",
                  new Provenance.Material("base", "x", next),
                  new Provenance.Material("adapter", "x", next))));
    }
    assertThatThrownBy(() -> ProvenanceTree.of("x", Digest.sha256("layer 0"), statements))
        .hasMessageContaining("nodes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'kind':'model' | 'kind':'program' | none of model",
        "'made':'fine-tuned' | 'made':'dreamt' | none of trained",
        "'role':'data' | 'role':'salt' | none of base",
        "'role':'adapter' | 'role':'tokenizer' | out of order",
        "'name':'polite' | 'name':'' | printable",
        "'name':'polite' | 'name':'\\u001b[2J' | printable",
        "'name':'polite', | | lacks \"name\"",
        "'finished':'2026-11-23T22:15:00.000Z' | 'finished':'2026-11-23' | time stamp",
        "'kind':'model' | 'kind':'model','more':1 | unknown member",
        "freehold:provenance:1 | freehold:provenance:2 | is of type",
        "'subject':[ | 'subject':[{'digest':{'sha256':'00'},'name':'x'}, | one subject",
      })
  void refusesOtherPredicatesForTheirReason(String from, String to, String reason) {
    String text = new String(chat().statement().encode(), StandardCharsets.UTF_8);
    String changed = text.replace(from.replace('\'', '"'), to == null ? "" : to.replace('\'', '"'));
    assertThat(changed).isNotEqualTo(text);
    InTotoStatement statement =
        InTotoStatement.decode(changed.getBytes(StandardCharsets.UTF_8)).orElse(why -> fail(why));
    assertThat(Provenance.of(statement))
        .isInstanceOf(Parsed.Malformed.class)
        .asString()
        .contains(reason);
    assertThat(CanonicalJson.text(Json.parse(text))).isEqualTo(text);
  }
}
