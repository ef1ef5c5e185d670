// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import static dev.freehold.evidence.note.C2spVectors.json;
import static dev.freehold.evidence.note.C2spVectors.number;
import static dev.freehold.evidence.note.C2spVectors.objects;
import static dev.freehold.evidence.note.C2spVectors.read;
import static dev.freehold.evidence.note.C2spVectors.reason;
import static dev.freehold.evidence.note.C2spVectors.text;
import static dev.freehold.evidence.note.C2spVectors.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The published examples of C2SP's specifications and of the logs that follow them. */
class NoteVectorsTest {

  @Test
  void judgesTheSignedNotesOfTheSpecificationForTheirStatedReason() throws IOException {
    for (Json.Obj example : objects(json("spec-examples.json"), "signed_note")) {
      String id = text(example, "id");
      List<Parsed<VerifierKey>> keys =
          ((Json.Arr) example.get("vkeys").orElseThrow())
              .items().stream().map(k -> VerifierKey.parse(((Json.Str) k).value())).toList();
      List<VerifierKey> known =
          keys.stream().filter(Parsed.Read.class::isInstance).map(C2spVectors::read).toList();
      assertThat(known.isEmpty()).as(id).isEqualTo(id.equals("vkey-key-id-mismatch"));
      String verdict =
          switch (Note.parse(utf8(text(example, "note")))) {
            case Parsed.Malformed<Note> _ -> "malformed";
            case Parsed.Read<Note>(Note note) -> {
              assertThat(note.encode()).isEqualTo(utf8(text(example, "note")));
              yield switch (note.verify(known)) {
                case NoteCheck.Accepted _ -> "accept";
                case NoteCheck.Refused refused ->
                    refused.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
              };
            }
          };
      String expected = text(example, "expect");
      assertThat(verdict)
          .as(id)
          .isEqualTo(expected.equals("reject") ? text(example, "reason") : expected);
    }
  }

  @Test
  void readsTheCheckpointsOfTheSpecification() throws IOException {
    Json.Obj examples = json("spec-examples.json");
    Json.Obj example = objects(examples, "tlog_checkpoint").getFirst();
    SignedCheckpoint signed = read(SignedCheckpoint.parse(utf8(text(example, "checkpoint"))));
    assertThat(signed.checkpoint().origin().text()).isEqualTo(text(example, "origin"));
    assertThat(signed.checkpoint().size()).isEqualTo(number(example, "size"));
    assertThat(StrictBase64.encode(signed.checkpoint().root()))
        .isEqualTo(text(example, "root_base64"));
    for (Json.Obj each : objects(examples, "tlog_checkpoint")) {
      Json.Obj raw = (Json.Obj) each.get("raw_signature_check").orElseThrow();
      HexFormat hex = HexFormat.of();
      boolean right =
          VerifyingKey.decode(hex.parseHex(text(raw, "public_key_hex")))
              .orElseThrow()
              .verify(
                  utf8(text(raw, "message")),
                  Signature.of(hex.parseHex(text(raw, "signature_hex"))));
      assertThat(right).isEqualTo(text(raw, "expect").equals("accept"));
    }
  }

  @Test
  void buildsTheCosignedMessageOfTheSpecification() throws IOException {
    Json.Obj example = objects(json("spec-examples.json"), "tlog_cosignature").getFirst();
    SignedCheckpoint signed = read(SignedCheckpoint.parse(utf8(text(example, "checkpoint"))));
    SignatureLine line = signed.note().signatures().getLast();
    assertThat(line.name().text()).isEqualTo(text(example, "cosigner_name"));
    assertThat(line.keyId()).hasToString(text(example, "key_id_hex"));
    ByteBuffer bytes = ByteBuffer.wrap(line.signature());
    long time = bytes.getLong();
    assertThat(time).isEqualTo(number(example, "timestamp"));
    assertThat(HexFormat.of().formatHex(line.signature(), 8, 72))
        .isEqualTo(text(example, "ed25519_signature_hex"));
    assertThat(new String(VerifierKey.message(signed.checkpoint(), time), StandardCharsets.UTF_8))
        .isEqualTo(text(example, "signed_message"));
  }

  @Test
  void readsTheCosignaturesOfAWitnessResponse() throws IOException {
    Json.Obj example = objects(json("spec-examples.json"), "tlog_witness").get(1);
    List<SignatureLine> lines =
        text(example, "response_body").lines().map(l -> read(SignatureLine.parse(l))).toList();
    List<Json.Obj> expected = objects(example, "signatures");
    assertThat(lines).hasSameSizeAs(expected);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i).name().text()).isEqualTo(text(expected.get(i), "name"));
      assertThat(lines.get(i).keyId()).hasToString(text(expected.get(i), "key_id_hex"));
    }
  }

  @Test
  void parsesCheckpointsAsTesseraDoesButForTheEmptyOriginThatTheSpecificationForbids()
      throws IOException {
    for (Json.Obj each : objects(json("checkpoint-parse.json"), "cases")) {
      Parsed<Checkpoint> parsed = Checkpoint.parse(text(each, "text"));
      assertThat(parsed instanceof Parsed.Read)
          .as(text(each, "desc"))
          .isEqualTo(text(each, "expect").equals("accept"));
      if (parsed instanceof Parsed.Read<Checkpoint>(Checkpoint checkpoint)) {
        assertThat(checkpoint.text()).isEqualTo(text(each, "text"));
        assertThat(checkpoint.size()).isEqualTo(number(each, "size"));
      }
    }
  }

  @Test
  void computesTheKeyIdsOfAllPublishedKeysAndSignsWithTheirPrivateHalves() throws IOException {
    Json.Obj keys = json("keys.json");
    Json.Obj tessera = (Json.Obj) keys.get("tessera-log").orElseThrow();
    Json.Obj witnesses = (Json.Obj) keys.get("tessera-witness-test-keys").orElseThrow();
    Json.Obj sunlight = (Json.Obj) keys.get("sunlight-skylight").orElseThrow();
    assertThat(signer(text(tessera, "private")).verifierKey()).hasToString(text(tessera, "vkey"));
    for (Json vkey : ((Json.Arr) witnesses.get("vkeys").orElseThrow()).items()) {
      String text = ((Json.Str) vkey).value();
      assertThat(read(VerifierKey.parse(text))).hasToString(text);
    }
    for (String name : List.of("witness", "mirror", "witness2")) {
      VerifierKey key = read(VerifierKey.parse(text(sunlight, name)));
      assertThat(key).hasToString(text(sunlight, name));
      assertThat(key.type()).isEqualTo(SignatureType.ED25519_COSIGNATURE);
    }
    for (Json key : ((Json.Arr) witnesses.get("private_keys").orElseThrow()).items()) {
      String text = ((Json.Str) key).value();
      assertThat(text).contains("+" + signer(text).verifierKey().keyId() + "+");
    }
  }

  @Test
  void verifiesEveryCheckpointOfTheTesseraLogAndMakesTheSameBytes() throws IOException {
    Json.Obj keys = (Json.Obj) json("keys.json").get("tessera-log").orElseThrow();
    VerifierKey key = read(VerifierKey.parse(text(keys, "vkey")));
    NoteSigner.Ed25519 signer = signer(text(keys, "private"));
    for (int size = 0; size <= 15; size++) {
      byte[] bytes =
          Files.readAllBytes(C2spVectors.find("tessera-log").resolve("checkpoint." + size));
      SignedCheckpoint signed = read(SignedCheckpoint.parse(bytes));
      assertThat(signed.checkpoint().size()).isEqualTo(size);
      assertThat(signed.verify(List.of(key))).isInstanceOf(NoteCheck.Accepted.class);
      assertThat(
              signed.checkpoint().signed(signer.sign(signed.checkpoint(), Instant.EPOCH)).encode())
          .isEqualTo(bytes);
      Checkpoint other =
          new Checkpoint(signed.checkpoint().origin(), size + 1L, signed.checkpoint().root());
      assertThat(other.signed(signed.note().signatures().getFirst()).verify(List.of(key)))
          .isInstanceOf(NoteCheck.Refused.class);
    }
  }

  @Test
  void verifiesTheCosignedCheckpointsOfSunlightAndReadsNoDecoys() throws IOException {
    Json.Obj keys = (Json.Obj) json("keys.json").get("sunlight-skylight").orElseThrow();
    Path folder = C2spVectors.find("sunlight-skylight");
    String rome = "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706/checkpoint";
    String milan = "88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482/checkpoint";
    Instant time = Instant.ofEpochSecond(number(keys, "cosignature_time"));
    for (Map.Entry<String, String> each :
        Map.of(
                "witness/" + rome,
                "witness",
                "witness/mirror/" + rome,
                "mirror",
                "witness2/" + milan,
                "witness2")
            .entrySet()) {
      VerifierKey key = read(VerifierKey.parse(text(keys, each.getValue())));
      SignedCheckpoint signed =
          read(SignedCheckpoint.parse(Files.readAllBytes(folder.resolve(each.getKey()))));
      assertThat(signed.verify(List.of(key)))
          .as(each.getKey())
          .isEqualTo(new NoteCheck.Accepted(List.of(new NoteCheck.Signed(key, time))));
    }
    VerifierKey log =
        read(
            VerifierKey.rfc6962(
                new KeyName("rome2026h1.example.org"),
                Base64.getDecoder().decode(text(keys, "log_spki_base64"))));
    byte[] tree = Files.readAllBytes(folder.resolve("tree/checkpoint"));
    assertThat(read(SignedCheckpoint.parse(tree)).verify(List.of(log)))
        .isEqualTo(new NoteCheck.Accepted(List.of(new NoteCheck.Signed(log, time))));
    assertThat(
            reason(
                SignedCheckpoint.parse(Files.readAllBytes(folder.resolve("witness/checkpoint")))))
        .contains("empty line");
    assertThat(
            SignedCheckpoint.parse(Files.readAllBytes(folder.resolve("witness/mirror/checkpoint"))))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void acceptsTheTreeHeadOfACertificateLogAndNothingNearIt() throws IOException {
    Json.Obj example = json("rfc6962-sth-note-signature.json");
    Json.Obj sth = (Json.Obj) example.get("sth").orElseThrow();
    byte[] spki = Base64.getDecoder().decode(text(example, "log_key_spki_base64"));
    VerifierKey key = read(VerifierKey.rfc6962(new KeyName(text(example, "key_name")), spki));
    byte[] digitallySigned = Base64.getDecoder().decode(text(sth, "tree_head_signature"));
    byte[] signature =
        ByteBuffer.allocate(8 + digitallySigned.length)
            .putLong(number(sth, "timestamp"))
            .put(digitallySigned)
            .array();
    Checkpoint checkpoint =
        new Checkpoint(
            new Origin("example.com"),
            number(sth, "tree_size"),
            Digest.of(Base64.getDecoder().decode(text(sth, "sha256_root_hash"))));
    assertThat(checkpoint.signed(key.line(signature)).verify(List.of(key)))
        .isEqualTo(
            new NoteCheck.Accepted(
                List.of(
                    new NoteCheck.Signed(key, Instant.ofEpochMilli(number(sth, "timestamp"))))));
    for (int changed : new int[] {0, 7, 8, 9, 10, 11, 12, 40, signature.length - 1}) {
      byte[] bytes = signature.clone();
      bytes[changed] ^= 1;
      assertThat(checkpoint.signed(key.line(bytes)).verify(List.of(key)))
          .as("byte %d", changed)
          .isInstanceOf(NoteCheck.Refused.class);
    }
    assertThat(checkpoint.signed(key.line(Arrays.copyOf(signature, 11))).verify(List.of(key)))
        .isInstanceOf(NoteCheck.Refused.class);
    Checkpoint extended =
        new Checkpoint(checkpoint.origin(), checkpoint.size(), checkpoint.root(), List.of("more"));
    assertThat(extended.signed(key.line(signature)).verify(List.of(key)))
        .isInstanceOf(NoteCheck.Refused.class);
    spki[30] ^= 1;
    assertThat(VerifierKey.rfc6962(new KeyName("example.com"), spki))
        .isInstanceOf(Parsed.Malformed.class);
  }

  /** A published private test key, {@code PRIVATE+KEY+name+id+base64(0x01 seed)}. */
  private static NoteSigner.Ed25519 signer(String text) {
    String[] parts = text.split("\\+", 5);
    byte[] seed = Arrays.copyOfRange(Base64.getDecoder().decode(parts[4]), 1, 33);
    return NoteSigner.ed25519(new KeyName(parts[2]), SigningKey.ofSeed(seed));
  }
}
