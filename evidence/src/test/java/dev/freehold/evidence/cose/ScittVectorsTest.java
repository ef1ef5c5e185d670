// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The vectors of scitt-cose, valid ones and failing ones with their codes. */
class ScittVectorsTest {
  private static final String SET = "cose/scitt-cose/";

  @TestFactory
  Stream<DynamicTest> agreesWithTheManifest() throws IOException {
    Json.Arr vectors = (Json.Arr) Vectors.at(Vectors.json(SET + "manifest.json"), "vectors");
    assertThat(vectors.items()).hasSize(6);
    return vectors.items().stream()
        .map(v -> DynamicTest.dynamicTest(Vectors.text(v, "id"), () -> agrees((Json.Obj) v)));
  }

  private static void agrees(Json.Obj vector) throws IOException {
    String folder = SET + Vectors.text(vector, "dir") + "/";
    Json.Obj expected = Vectors.json(folder + "expected.json");
    SignedStatement statement = statement(Vectors.bytes(folder + "statement.cose"));
    Check signed = statement.verify(key(folder + "issuer-key.pub"));
    assertThat(signed.holds())
        .as("%s", signed)
        .isEqualTo(((Json.Bool) Vectors.at(expected, "statement_signature_valid")).value());
    assertThat(statement.payload().orElseThrow()).isEqualTo(Vectors.bytes(folder + "payload.bin"));
    Json.Obj header = (Json.Obj) Vectors.at(expected, "protected_header", "statement");
    assertThat(statement.issuer()).isEqualTo(Vectors.text(header, "issuer"));
    assertThat(statement.subject())
        .isEqualTo(
            Vectors.at(header, "subject") instanceof Json.Str(String subject)
                ? Optional.of(subject)
                : Optional.empty());
    // CCF takes the statement for the entry, and its data digest is what the others' leaf is.
    boolean ccf = Vectors.text(vector, "id").contains("ccf");
    assertThat(statement.leaf(SignedStatement.Leaf.STATEMENT_DIGEST))
        .isEqualTo(hex(expected, "leaf_entry"));
    byte[] entry =
        statement.leaf(
            ccf ? SignedStatement.Leaf.STATEMENT : SignedStatement.Leaf.STATEMENT_DIGEST);
    Check logged =
        switch (CoseReceipt.decode(Vectors.bytes(folder + "receipt.cose"))) {
          case Parsed.Malformed<CoseReceipt>(String reason) -> Check.fails("logged", reason);
          case Parsed.Read<CoseReceipt>(CoseReceipt receipt) -> {
            assertThat(receipt.encode()).isEqualTo(Vectors.bytes(folder + "receipt.cose"));
            if (Vectors.at(expected, "reconstructed_root") instanceof Json.Str(String root)) {
              assertThat(receipt.root(entry).orElseThrow().hex()).isEqualTo(root);
            }
            yield receipt.verifyInclusion(entry, key(folder + "log-key.pub"));
          }
        };
    assertThat(logged.holds())
        .as("%s", logged)
        .isEqualTo(((Json.Bool) Vectors.at(expected, "receipt_valid")).value());
    String code = vector.get("failure_code").map(c -> ((Json.Str) c).value()).orElse("");
    switch (code) {
      case "TAMPERED_INCLUSION_PATH" ->
          assertThat(logged).asString().contains("the root that follows").contains("not signed");
      case "UNSUPPORTED_VDS" -> assertThat(logged).asString().contains("form of structure 2");
      case "BAD_STATEMENT_SIGNATURE" -> assertThat(signed).asString().contains("does not belong");
      case "" -> assertThat(signed.holds() && logged.holds()).isTrue();
      default -> fail("an unknown failure code: " + code);
    }
  }

  @Test
  void theSharedCcfVectorsVerifyInBothDirections() throws Exception {
    Json.Obj vector = Vectors.json(SET + "interop-ccf/shared-vector.json");
    SignedStatement ours = statement(hex(vector, "statement", "bytes_hex"));
    assertThat(
            ours.verify(
                    PublicKeyInfo.ofPem(Vectors.text(vector, "statement", "issuer_public_key_pem")))
                .holds())
        .isTrue();
    assertThat(ours.leaf(SignedStatement.Leaf.STATEMENT_DIGEST))
        .isEqualTo(hex(vector, "leaf_entry", "hex"));
    Json receipt = Vectors.at(vector, "our_receipt");
    Check logged = logged(ours, receipt, "bytes_hex", SignedStatement.Leaf.STATEMENT_DIGEST);
    assertThat(logged.holds()).as("%s", logged).isTrue();

    Json flip = Vectors.at(vector, "direction_flip");
    SignedStatement theirs =
        statement(Base64.getDecoder().decode(Vectors.text(flip, "statement_bytes_base64")));
    logged =
        logged(
            theirs,
            Vectors.at(flip, "our_receipt"),
            "bytes_hex",
            SignedStatement.Leaf.STATEMENT_DIGEST);
    assertThat(logged.holds()).as("%s", logged).isTrue();
    logged =
        logged(
            theirs,
            Vectors.at(vector, "ccf_receipt"),
            "receipt_bytes_hex",
            SignedStatement.Leaf.STATEMENT);
    assertThat(logged.holds()).as("%s", logged).isTrue();

    // Each receipt with the other statement.
    assertThat(logged(theirs, receipt, "bytes_hex", SignedStatement.Leaf.STATEMENT_DIGEST))
        .asString()
        .contains("not signed");
    assertThat(
            logged(
                ours,
                Vectors.at(vector, "ccf_receipt"),
                "receipt_bytes_hex",
                SignedStatement.Leaf.STATEMENT))
        .asString()
        .contains("of another entry");
    // The key of the CCF node is the one in its certificate.
    var certificate =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    Pem.parse(Vectors.text(vector, "ccf_receipt", "ts_cert_pem"))
                        .getFirst()
                        .der()));
    assertThat(PublicKeyInfo.decode(certificate.getPublicKey().getEncoded()))
        .isEqualTo(PublicKeyInfo.ofPem(Vectors.text(vector, "ccf_receipt", "ts_public_key_pem")));
  }

  @Test
  void theStatementOfAnotherProjectVerifies() throws IOException {
    SignedStatement statement = statement(Vectors.bytes(SET + "interop-vcp/vcp-statement.cose"));
    assertThat(statement.verify(key(SET + "interop-vcp/vcp-issuer-pub.pem")).holds()).isTrue();
    assertThat(statement.issuer()).isEqualTo("did:vcp:exchange.example");
    assertThat(statement.verify(key(SET + "v1/valid-eddsa/issuer-key.pub")))
        .asString()
        .contains("does not belong");
  }

  private static Check logged(
      SignedStatement statement, Json receipt, String bytes, SignedStatement.Leaf leaf) {
    return CoseReceipt.decode(hex(receipt, bytes))
        .orElse(reason -> fail(reason))
        .verifyInclusion(
            statement.leaf(leaf), PublicKeyInfo.ofPem(Vectors.text(receipt, "ts_public_key_pem")));
  }

  private static SignedStatement statement(byte[] bytes) {
    SignedStatement statement = SignedStatement.decode(bytes).orElse(reason -> fail(reason));
    assertThat(statement.encode()).isEqualTo(bytes);
    return statement;
  }

  private static byte[] hex(Json value, String... names) {
    return HexFormat.of().parseHex(Vectors.text(value, names));
  }

  private static PublicKeyInfo key(String name) throws IOException {
    return PublicKeyInfo.ofPem(new String(Vectors.bytes(name), StandardCharsets.UTF_8));
  }
}
