// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import static dev.freehold.evidence.note.C2spVectors.read;
import static dev.freehold.evidence.note.C2spVectors.reason;
import static dev.freehold.evidence.note.C2spVectors.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoteTest {
  private static final String VKEY =
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  private static final String NOTE =
      """
      This is an example message.

      — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
      """;
  private static final List<VerifierKey> KNOWN = List.of(read(VerifierKey.parse(VKEY)));

  private final SigningKey key = SigningKey.ofSeed(new byte[32]);
  private final KeyName name = new KeyName("freehold.example/log");
  private final Checkpoint checkpoint = new Checkpoint(Origin.of(name), 42, Digest.sha256("root"));
  private final Instant time = Instant.parse("2026-11-25T04:00:00Z");

  @Test
  void acceptsTheExampleOfTheSpecification() {
    Note note = read(Note.parse(utf8(NOTE)));
    assertThat(note.text()).isEqualTo("This is an example message.\n");
    assertThat(note.encode()).isEqualTo(utf8(NOTE));
    assertThat(note.verify(KNOWN))
        .isEqualTo(new NoteCheck.Accepted(List.of(new NoteCheck.Signed(KNOWN.getFirst(), null))));
    assertThat(KNOWN.getFirst()).hasToString(VKEY);
  }

  @Test
  void splitsAtTheLastEmptyLine() {
    Note note = read(Note.parse(utf8("one\n\ntwo\n\nthree\n\n— a AAAAAQE=\n")));
    assertThat(note.text()).isEqualTo("one\n\ntwo\n\nthree\n");
    assertThat(note.signatures()).hasSize(1);
  }

  @Test
  void rejectsATextThatWasAltered() {
    refused(NOTE.replace("example message", "exomple message"), NoteCheck.Reason.BAD_SIGNATURE);
  }

  @Test
  void rejectsASignatureThatWasAltered() {
    refused(NOTE.replace("Uw2QOkn8", "Uw2QOkn9"), NoteCheck.Reason.BAD_SIGNATURE);
  }

  @Test
  void rejectsASignatureUnderAnotherName() {
    refused(
        NOTE.replace("example.com/foo", "example.com/bar"), NoteCheck.Reason.NO_KNOWN_SIGNATURE);
  }

  @Test
  void rejectsASignatureUnderAnotherKeyId() {
    refused(NOTE.replace("Uw2QOkn8", "Uw2QO0n8"), NoteCheck.Reason.NO_KNOWN_SIGNATURE);
    refused(NOTE.replace("Uw2QOkn8", "Vw2QOkn8"), NoteCheck.Reason.NO_KNOWN_SIGNATURE);
  }

  @Test
  void rejectsANoteOfWhichOneKnownSignatureIsBadThoughAnotherIsGood() {
    String bad = NOTE.lines().skip(2).findFirst().orElseThrow().replace("kn8s", "kn8t");
    refused(NOTE + bad + "\n", NoteCheck.Reason.BAD_SIGNATURE);
  }

  @Test
  void ignoresSignaturesOfUnknownKeys() {
    Note note = read(Note.parse(utf8(NOTE + "— other.example/k AAAAAAAA\n")));
    assertThat(note.verify(KNOWN)).isInstanceOf(NoteCheck.Accepted.class);
    assertThat(note.verify(List.of())).isInstanceOf(NoteCheck.Refused.class);
  }

  @Test
  void rejectsMalformedNotesForTheirReason() {
    malformed(NOTE.substring(0, NOTE.length() - 1), "line feed");
    malformed(NOTE.replace("an example", "an\texample"), "control characters");
    malformed(NOTE.replace("\n", "\r\n"), "empty line");
    malformed(NOTE.replace("\n\n", "\n"), "empty line");
    malformed("text\n\n", "1 to 100 signatures");
    malformed("", "empty line");
    malformed(NOTE.replace("—", "-"), "em dash");
    malformed(NOTE.replace("foo Uw", "foo  Uw"), "base64");
    malformed(NOTE.replace("foo Uw", "f+o Uw"), "plus");
    malformed(NOTE.replace("foo Uw", "foo\u00a0x Uw"), "without spaces");
    malformed(NOTE.replace("foo Uw", "fooUw"), "lacks its signature");
    malformed(NOTE.replace("aQM=", "aQM"), "base64");
    malformed(NOTE.replace("aQM=", "aQN="), "base64");
    malformed("text\n\n— a AAAAAA==\n", "base64 of a key id and a signature");
    malformed("text\n\n— a AAAA\n" + "x".repeat(1_000_000), "at most 1000000 bytes");
    malformed("text\n\n" + "— a AAAAAAAA\n".repeat(101), "1 to 100 signatures");
    assertThat(reason(Note.parse(HexFormat.of().parseHex("ff0a0a")))).contains("UTF-8");
    // A surrogate written as UTF-8, and an overlong line feed.
    assertThat(reason(Note.parse(HexFormat.of().parseHex("eda0800a0a")))).contains("UTF-8");
    assertThat(reason(Note.parse(HexFormat.of().parseHex("c08a0a0a")))).contains("UTF-8");
  }

  @Test
  void acceptsAHundredSignatures() {
    Note note = read(Note.parse(utf8("text\n\n" + "— a AAAAAAAA\n".repeat(100))));
    assertThat(note.signatures()).hasSize(100);
  }

  @Test
  void refusesVerifierKeysForTheirReason() {
    refusedKey(VKEY.replace("530d903a", "530d903b"), "name, type and key give 530d903a");
    refusedKey(VKEY.replace("530d903a", "530D903A"), "lower-case");
    refusedKey(VKEY.replace("foo", "bar"), "name, type and key give");
    refusedKey(VKEY.replace("+AekyeR", "+AukyeR"), "type 2 is not supported");
    refusedKey(VKEY.replace("+AekyeR", "+BekyeR"), "type 5 is not supported");
    refusedKey(VKEY.replace("3U2k", ""), "sound");
    refusedKey(VKEY + "AAAA", "sound");
    refusedKey(VKEY.replace("+Aek", " Aek"), "name+id+key");
    refusedKey("a+b", "name+id+key");
    refusedKey("", "name+id+key");
    refusedKey("+00000000+AQ==", "name of a key");
    refusedKey("a b+00000000+AQ==", "name of a key");
    refusedKey("a+00000000+", "not base64");
    refusedKey("a+00000000+AQ=", "not base64");
    // The neutral element: of small order, whoever holds it signs everything.
    byte[] neutral = new byte[33];
    neutral[0] = 1;
    neutral[1] = 1;
    refusedKey("a+00000000+" + Base64.getEncoder().encodeToString(neutral), "sound");
  }

  @Test
  void readsBackWhatItSignsInEveryType() {
    MlDsa44SigningKey mlDsa = MlDsa44SigningKey.ofSeed(new byte[32]);
    List<NoteSigner> signers =
        List.of(
            NoteSigner.ed25519(name, key),
            NoteSigner.cosigner(name, key),
            NoteSigner.cosigner(name, mlDsa));
    List<SignatureLine> lines = new ArrayList<>();
    List<VerifierKey> keys = new ArrayList<>();
    for (NoteSigner signer : signers) {
      lines.add(signer.sign(checkpoint, time));
      keys.add(read(VerifierKey.parse(signer.verifierKey().toString())));
    }
    SignedCheckpoint signed = checkpoint.signed(lines.getFirst()).with(lines).with(lines);
    assertThat(signed.note().signatures()).hasSize(3);
    assertThat(read(SignedCheckpoint.parse(signed.encode()))).isEqualTo(signed);
    assertThat(signed.verify(keys))
        .isEqualTo(
            new NoteCheck.Accepted(
                List.of(
                    new NoteCheck.Signed(keys.get(0), null),
                    new NoteCheck.Signed(keys.get(1), time),
                    new NoteCheck.Signed(keys.get(2), time))));
    // Keys are told apart by type though name and key are the same.
    assertThat(keys.get(0).keyId()).isNotEqualTo(keys.get(1).keyId());
  }

  @Test
  void rejectsCosignaturesOfAnotherTreeTimeOriginOrName() {
    MlDsa44SigningKey mlDsa = MlDsa44SigningKey.ofSeed(new byte[32]);
    for (NoteSigner signer :
        List.of(NoteSigner.cosigner(name, key), NoteSigner.cosigner(name, mlDsa))) {
      List<VerifierKey> known = List.of(signer.verifierKey());
      SignatureLine line = signer.sign(checkpoint, time);
      assertThat(checkpoint.signed(line).verify(known)).isInstanceOf(NoteCheck.Accepted.class);
      for (Checkpoint other :
          List.of(
              new Checkpoint(checkpoint.origin(), 43, checkpoint.root()),
              new Checkpoint(checkpoint.origin(), 42, Digest.sha256("other")),
              new Checkpoint(new Origin("freehold.example/lag"), 42, checkpoint.root()))) {
        assertThat(other.signed(line).verify(known))
            .isInstanceOfSatisfying(
                NoteCheck.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(NoteCheck.Reason.BAD_SIGNATURE));
      }
      byte[] later = line.signature();
      later[7] ^= 1;
      byte[] negative = line.signature();
      negative[0] = (byte) 0x80;
      byte[] shorter = Arrays.copyOf(later, later.length - 1);
      for (byte[] bytes : List.of(later, negative, shorter)) {
        SignatureLine changed = new SignatureLine(line.name(), line.keyId(), bytes);
        assertThat(checkpoint.signed(changed).verify(known)).isInstanceOf(NoteCheck.Refused.class);
      }
    }
  }

  @Test
  void aPlainSignatureIsNoCosignatureNorTheOtherWayRound() {
    SignatureLine plain = NoteSigner.ed25519(name, key).sign(checkpoint, time);
    VerifierKey witness = NoteSigner.cosigner(name, key).verifierKey();
    SignatureLine renamed = new SignatureLine(name, witness.keyId(), plain.signature());
    assertThat(checkpoint.signed(renamed).verify(List.of(witness)))
        .isInstanceOf(NoteCheck.Refused.class);
    assertThat(checkpoint.signed(plain).verify(List.of(witness)))
        .isInstanceOf(NoteCheck.Refused.class);
  }

  @Test
  void aCosignatureOverATextThatIsNoCheckpointIsNotAccepted() {
    byte[] head = utf8("cosignature/v1\ntime 1\nhello\n");
    byte[] bytes = new byte[72];
    bytes[7] = 1;
    System.arraycopy(key.sign(head).bytes(), 0, bytes, 8, 64);
    VerifierKey witness = NoteSigner.cosigner(name, key).verifierKey();
    Note note = new Note("hello\n", List.of(new SignatureLine(name, witness.keyId(), bytes)));
    assertThat(note.verify(List.of(witness))).isInstanceOf(NoteCheck.Refused.class);
  }

  @Test
  void refusesCheckpointsForTheirReason() {
    String root = "qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=";
    assertThat(read(Checkpoint.parse("o\n42\n" + root + "\n")).size()).isEqualTo(42);
    assertThat(read(Checkpoint.parse("o\n0\n" + root + "\next 1\next 2\n")).extensions())
        .containsExactly("ext 1", "ext 2");
    refusedCheckpoint("o\n-42\n" + root + "\n", "size");
    refusedCheckpoint("o\n042\n" + root + "\n", "size");
    refusedCheckpoint("o\n+42\n" + root + "\n", "size");
    refusedCheckpoint("o\n\n" + root + "\n", "size");
    refusedCheckpoint("o\n٤\n" + root + "\n", "size");
    refusedCheckpoint("o\n9223372036854775808\n" + root + "\n", "size");
    refusedCheckpoint("o\n42\nthisisnotright\n", "root");
    refusedCheckpoint("o\n42\n" + root.replace("cs=", "ct=") + "\n", "root");
    refusedCheckpoint("o\n42\nAAAA\n", "root");
    refusedCheckpoint("\n42\n" + root + "\n", "origin");
    refusedCheckpoint("42\n" + root + "\n", "three lines");
    refusedCheckpoint("o\n42\n" + root, "does not end");
    refusedCheckpoint("o\n42\n" + root + "\n\n", "extension");
    refusedCheckpoint("", "does not end");
  }

  @Test
  void aPrivateKeyIsNeverPrinted() {
    assertThat(NoteSigner.ed25519(name, key).toString()).doesNotContain("seed");
  }

  private static void refused(String note, NoteCheck.Reason reason) {
    assertThat(read(Note.parse(utf8(note))).verify(KNOWN))
        .isInstanceOfSatisfying(
            NoteCheck.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static void malformed(String note, String why) {
    assertThat(reason(Note.parse(utf8(note)))).contains(why);
  }

  private static void refusedKey(String vkey, String why) {
    assertThat(reason(VerifierKey.parse(vkey))).contains(why);
  }

  private static void refusedCheckpoint(String text, String why) {
    assertThat(reason(Checkpoint.parse(text))).contains(why);
  }
}
