// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class PassphrasesTest {
  private static final Path KEY = Path.of("node.key");

  @TempDir private Path folder = Path.of("");
  private final NodeId node = SigningKey.generate(new SecureRandom()).nodeId();

  private Path file(String content, String permissions) throws IOException {
    Path file = folder.resolve("passphrase");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return file;
  }

  @Test
  void aFilesFirstLineIsThePassphrase() throws IOException {
    for (String end : new String[] {"", "\n", "\r\n", "\nmore\n"}) {
      PassphraseFile source = new PassphraseFile(file("öpen sesame" + end, "rw-------"));
      assertThat(source.passphrase(KEY, node).orElseThrow().bytes())
          .isEqualTo("öpen sesame".getBytes(UTF_8));
    }
  }

  @Test
  void aFileThatOthersMayReadIsRefused() throws IOException {
    PassphraseFile source = new PassphraseFile(file("open sesame", "rw-r-----"));
    assertThatThrownBy(() -> source.passphrase(KEY, node))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600")
        .hasMessageNotContaining("sesame");
  }

  @Test
  void anEmptyFileAndNoFileAreRefused() throws IOException {
    PassphraseFile empty = new PassphraseFile(file("\nopen sesame", "rw-------"));
    assertThatThrownBy(() -> empty.passphrase(KEY, node)).hasMessageContaining("empty");
    PassphraseFile none = new PassphraseFile(folder.resolve("none"));
    assertThatThrownBy(() -> none.passphrase(KEY, node)).hasMessageContaining("there is no");
  }

  /** A stand-in for secret-tool that keeps secrets in a folder: its protocol, not its safety. */
  private Map<String, String> tool() throws IOException {
    Path tool = folder.resolve("secret-tool");
    Files.writeString(
        tool,
        """
        #!/bin/sh
        verb=$1
        for last; do :; done
        case $verb in
          store) cat > "%1$s/kept.$last" ;;
          lookup) cat "%1$s/kept.$last" 2>/dev/null || exit 1 ;;
          clear) rm -f "%1$s/kept.$last" ;;
        esac
        echo "$@" >> "%1$s/calls"
        """
            .formatted(folder));
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
    return Map.of(
        "PATH", "/nowhere::" + folder + ":/bin", "DBUS_SESSION_BUS_ADDRESS", "unix:path=/none");
  }

  @Test
  void theKeyringGivesBackWhatItKeptForThisNodeAlone() throws IOException {
    Keyring keyring = Keyring.find(tool()).orElseThrow();
    Passphrase passphrase = Passphrase.random(new SecureRandom());
    assertThat(keyring.passphrase(KEY, node)).isEmpty();
    keyring.keep(node, passphrase);
    assertThat(keyring.passphrase(KEY, node).orElseThrow().bytes()).isEqualTo(passphrase.bytes());
    NodeId other = SigningKey.generate(new SecureRandom()).nodeId();
    assertThat(keyring.passphrase(KEY, other)).isEmpty();
    keyring.forget(node);
    assertThat(keyring.passphrase(KEY, node)).isEmpty();
    assertThat(Files.readString(folder.resolve("calls")))
        .as("secrets are never on a command line")
        .doesNotContain(new String(passphrase.bytes(), UTF_8));
  }

  @Test
  void withoutAToolOrASessionThereIsNoKeyring() throws IOException {
    Map<String, String> both = tool();
    assertThat(Keyring.find(Map.of("PATH", both.getOrDefault("PATH", "")))).isEmpty();
    assertThat(Keyring.find(Map.of("PATH", "/nowhere", "DBUS_SESSION_BUS_ADDRESS", "x"))).isEmpty();
  }

  @Test
  void aKeyringThatRefusesIsAnError() throws IOException {
    Map<String, String> environment = tool();
    Files.writeString(folder.resolve("secret-tool"), "#!/bin/sh\nexit 3\n");
    Keyring keyring = Keyring.find(environment).orElseThrow();
    assertThatThrownBy(() -> keyring.keep(node, Passphrase.random(new SecureRandom())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ended with 3");
  }
}
