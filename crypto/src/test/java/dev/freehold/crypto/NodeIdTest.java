// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeIdTest {
  private static final String ZERO_SEED =
      "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";

  @Test
  void isTheDidKeyOfThePublicKey() {
    NodeId id = SigningKey.ofSeed(new byte[32]).nodeId();
    assertThat(id).hasToString(ZERO_SEED);
    assertThat(NodeId.parse(ZERO_SEED)).contains(id);
  }

  @Test
  void agreesWithThePublishedIdentifiers() throws IOException {
    Json.Obj file = (Json.Obj) Json.parse(Files.readAllBytes(Vectors.find("didkey/did-key.json")));
    int checked = 0;
    for (Json item : ((Json.Arr) file.get("vectors").orElseThrow()).items()) {
      Json.Obj vector = (Json.Obj) item;
      String did = text(vector, "did");
      if (text(vector, "key_type").equals("Ed25519")) {
        NodeId id = NodeId.parse(did).orElseThrow();
        assertThat(id).hasToString(did);
        assertThat(HexFormat.of().formatHex(id.key().bytes()))
            .isEqualTo(text(vector, "public_key_hex"));
        checked++;
      } else {
        assertThat(NodeId.parse(did)).as(did).isEmpty();
      }
    }
    assertThat(checked).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "did:key:z",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWpp",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW0",
        "did:key:Z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "DID:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW",
        "did:key:z11111111111111111111111111111111111111111111111",
        "did:key:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
      })
  void refusesEveryOtherText(String text) {
    assertThat(NodeId.parse(text)).isEmpty();
  }

  @Test
  void refusesTheNameOfAKeyOfSmallOrder() {
    VerifyingKey unchecked = new VerifyingKey(new byte[32]);
    assertThat(NodeId.parse(NodeId.of(unchecked).toString())).isEmpty();
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) object.get(name).orElseThrow()).value();
  }
}
