// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentKeyFileTest {
  private static final String SECRET = "0".repeat(63) + "7";
  private static final PaymentKey SEVEN = PaymentKey.ofSecret(HexFormat.of().parseHex(SECRET));

  @Test
  void aKeyComesBackAndItsFileIsItsOwnersAlone(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("anchor.key");
    PaymentKey key = PaymentKeyFile.create(file, new SecureRandom());
    assertThat(PaymentKeyFile.load(file).address()).isEqualTo(key.address());
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> PaymentKeyFile.create(file, new SecureRandom()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(PaymentKeyFile.load(file).address()).isEqualTo(key.address());
  }

  @Test
  void rejectsAFileThatOthersMayRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("anchor.key");
    PaymentKeyFile.create(file, new SecureRandom());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> PaymentKeyFile.load(file))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("open to others");
  }

  @Test
  void rejectsEachChangedLineForItsReasonAndNeverQuotesTheSecret(@TempDir Path folder)
      throws Exception {
    String line = new String(PaymentKeyFile.encode(SEVEN), StandardCharsets.UTF_8);
    rejects(folder, line.replace(SECRET, "0".repeat(63) + "8"), "not that of the account");
    rejects(folder, line.replace(SECRET, "0".repeat(64)), "outside of the group");
    rejects(folder, line.replace(SECRET, "f".repeat(64)), "outside of the group");
    rejects(folder, line.replace(SECRET, "0".repeat(62)), "64 lower-case hexadecimal digits");
    rejects(folder, line.replace("secp256k1", "ed25519"), "format or kind");
    rejects(folder, line.replace("key/1", "key/2"), "format or kind");
    rejects(folder, line.replace("\"kind\"", "\"more\":1,\"kind\""), "");
    rejects(folder, line.strip(), "");
    rejects(folder, "", "");
  }

  private static void rejects(Path folder, String line, String reason) throws IOException {
    Path file = folder.resolve("changed.key");
    Files.writeString(file, line);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> PaymentKeyFile.load(file))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("0000000007");
  }

  @Test
  void readsOnlyWhatItWrites() {
    byte[] good = PaymentKeyFile.encode(SEVEN);
    long seed = 20261129;
    Random random = new Random(seed);
    String alphabet = "0123456789abcdefx\"{}[]:,. \n";
    int malformed = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = good.clone();
      for (int times = 1 + random.nextInt(2); times > 0; times--) {
        bytes[random.nextInt(bytes.length)] =
            (byte) alphabet.charAt(random.nextInt(alphabet.length()));
      }
      switch (PaymentKeyFile.parse(bytes)) {
        case Parsed.Read<PaymentKey>(PaymentKey key) ->
            assertThat(PaymentKeyFile.encode(key)).as("seed %d, %d", seed, i).isEqualTo(bytes);
        case Parsed.Malformed<PaymentKey>(String reason) -> {
          assertThat(reason).isNotBlank();
          malformed++;
        }
      }
    }
    assertThat(malformed).isGreaterThan(4_000);
  }

  @Test
  void computesWithoutTheFastLibraryOnTheClassPath() throws Exception {
    ClassLoader parent = PaymentKeyFileTest.class.getClassLoader();
    ClassLoader without =
        new ClassLoader(parent) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("fr.acinq.") || name.startsWith("kotlin.")) {
              throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.freehold.crypto.payment.")) {
              return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
              return loaded;
            }
            try (InputStream in = parent.getResourceAsStream(name.replace('.', '/') + ".class")) {
              byte[] bytes = Objects.requireNonNull(in).readAllBytes();
              return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
              throw new ClassNotFoundException(name, e);
            }
          }
        };
    Class<?> type = without.loadClass(PaymentKey.class.getName());
    byte[] secret = HexFormat.of().parseHex(SECRET);
    Object key = type.getMethod("ofSecret", byte[].class).invoke(null, (Object) secret);
    assertThat(key).hasToString(SEVEN.toString());
    Field used = without.loadClass(Curve.Fastest.class.getName()).getDeclaredField("CURVE");
    used.setAccessible(true);
    assertThat(used.get(null).getClass().getSimpleName()).isEqualTo("PortableCurve");
    assertThat(Curve.fastest().getClass().getSimpleName()).isEqualTo("NativeCurve");
  }
}
