// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealedKeyFileTest {
  private static final SealedSeed.Cost QUICK = new SealedSeed.Cost(32, 1, 1);

  private final SecureRandom random = new SecureRandom();
  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");
  private SigningKey key = SigningKey.generate(random);

  @BeforeEach
  void sealOne() throws IOException {
    file = folder.resolve("node.key");
    key = KeyFile.create(file, random);
    KeyFile.seal(file, key, passphrase("open sesame"), QUICK, random);
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.toCharArray());
  }

  private static PassphraseSource knows(String text) {
    return (_, _) -> Optional.of(passphrase(text));
  }

  @Test
  void opensWithItsPassphraseAlone() throws Exception {
    assertThat(KeyFile.sealed(file)).isTrue();
    assertThat(KeyFile.name(file)).isEqualTo(key.nodeId());
    assertThat(KeyFile.load(file, knows("open sesame")).sign(new byte[3]))
        .isEqualTo(key.sign(new byte[3]));
    assertThatThrownBy(() -> KeyFile.load(file, knows("open sesamE")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("does not open")
        .hasMessageNotContaining("sesam");
    assertThatThrownBy(() -> KeyFile.load(file, PassphraseSource.none()))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("FREEHOLD_PASSPHRASE_FILE");
  }

  @Test
  void theSeedIsNowhereInTheFolder() throws IOException {
    String seed = HexFormat.of().formatHex(key.seed());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .containsExactly(file)
          .allSatisfy(each -> assertThat(Files.readString(each)).doesNotContain(seed));
    }
  }

  @Test
  void theUsualCostIsTheRecommendedOne() throws Exception {
    KeyFile.seal(file, key, passphrase("another"), random);
    assertThat(Files.readString(file))
        .contains("\"lanes\":4,\"memory\":65536")
        .contains("\"passes\":3");
    assertThat(KeyFile.load(file, knows("another")).nodeId()).isEqualTo(key.nodeId());
  }

  @Test
  void canBeOpenedForGood() throws Exception {
    KeyFile.open(file, KeyFile.load(file, knows("open sesame")), random);
    assertThat(KeyFile.sealed(file)).isFalse();
    assertThat(KeyFile.load(file, PassphraseSource.none()).nodeId()).isEqualTo(key.nodeId());
  }

  @Test
  void sealingTwiceNeverUsesASaltOrNonceAgain() throws IOException {
    String first = Files.readString(file);
    KeyFile.seal(file, key, passphrase("open sesame"), QUICK, random);
    String second = Files.readString(file);
    for (String member : new String[] {"salt", "nonce", "sealed"}) {
      assertThat(member(first, member)).isNotEqualTo(member(second, member));
    }
  }

  private static String member(String text, String name) {
    return Pattern.compile("\"" + name + "\":\"([0-9a-f]+)\"")
        .matcher(text)
        .results()
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  @Test
  void everyChangedByteIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Random seeded = new Random(5);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (1 + seeded.nextInt(127));
      Files.write(file, changed);
      assertThatThrownBy(() -> KeyFile.load(file, knows("open sesame")))
          .as("byte %d", at)
          .isInstanceOf(KeyFileException.class);
      Files.write(file, Arrays.copyOf(whole, at));
      assertThatThrownBy(() -> KeyFile.load(file, knows("open sesame")))
          .isInstanceOf(KeyFileException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"memory\":32 | \"memory\":2097152 | memory is 2097152",
        "\"memory\":32 | \"memory\":7 | memory is 7",
        "\"passes\":1 | \"passes\":17 | passes is 17",
        "\"passes\":1 | \"passes\":0 | passes is 0",
        "\"lanes\":1 | \"lanes\":400 | lanes is 400",
        "\"lanes\":1 | \"lanes\":1.5 | not a whole number",
        "argon2id | argon2d | kdf is 'argon2d'",
        "aes-256-gcm | aes-128-gcm | cipher is 'aes-128-gcm'",
        "\"salt\":\" | \"salt\":\"00 | salt is not 32",
        "\"kdf\" | \"kde\":1,\"kdf\" | unknown member",
        "\"kdf\" |  \"kdf\" | changed by something other",
      },
      ignoreLeadingAndTrailingWhitespace = true)
  void saysWhatIsWrong(String from, String to, String reason) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    String changed =
        reason.startsWith("changed") ? text.replace(from, " " + from) : text.replace(from, to);
    Files.writeString(file, changed);
    assertThatThrownBy(() -> KeyFile.load(file, knows("open sesame")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void sealingThatFailsLeavesTheOldFile() throws Exception {
    byte[] before = Files.readAllBytes(file);
    Path elsewhere = folder.resolve("gone").resolve("node.key");
    assertThatThrownBy(() -> KeyFile.seal(elsewhere, key, passphrase("x"), QUICK, random))
        .isInstanceOf(IOException.class);
    assertThat(file).hasBinaryContent(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\ud800"})
  void refusesWhatIsNoPassphrase(String text) {
    assertThatThrownBy(() -> passphrase(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesTooLongOnes() {
    assertThat(passphrase("x".repeat(1024)).bytes()).hasSize(1024);
    assertThatThrownBy(() -> passphrase("é".repeat(513)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("é");
  }

  @Test
  void isNeverPrinted() {
    assertThat(passphrase("open sesame")).hasToString("passphrase");
  }

  @Test
  void aClosedPassphraseIsWiped() {
    Passphrase passphrase = passphrase("open sesame");
    passphrase.close();
    assertThat(passphrase.bytes()).containsOnly(0);
  }

  @Test
  void theFirstSourceThatKnowsIsAsked() throws IOException {
    PassphraseSource both = PassphraseSource.none().or(knows("second")).or(knows("third"));
    assertThat(both.passphrase(file, key.nodeId()).orElseThrow().bytes())
        .isEqualTo("second".getBytes(UTF_8));
  }

  /** RFC 9106, section 5.3: the library derives what the standard says. */
  @Test
  void argon2idIsTheStandards() {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(32)
            .withIterations(3)
            .withParallelism(4)
            .withSalt(repeated(2, 16))
            .withSecret(repeated(3, 8))
            .withAdditional(repeated(4, 12))
            .build());
    byte[] tag = new byte[32];
    generator.generateBytes(repeated(1, 32), tag);
    assertThat(HexFormat.of().formatHex(tag))
        .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  }

  private static byte[] repeated(int value, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
