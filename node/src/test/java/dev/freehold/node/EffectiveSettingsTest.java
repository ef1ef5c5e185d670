// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.freehold.node.console.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the console shows of the configuration. */
@NullMarked
class EffectiveSettingsTest {
  private static final NodeConfiguration DEFAULTS =
      NodeConfiguration.defaults(Path.of("/home/f"), Path.of("/cache"));

  private static Map<String, Setting> shown(String file) {
    NodeConfiguration written = ConfigurationFile.parse(DEFAULTS, file, "config");
    return shown(written, file);
  }

  private static Map<String, Setting> shown(NodeConfiguration inForce, String file) {
    NodeConfiguration written = ConfigurationFile.parse(DEFAULTS, file, "config");
    return EffectiveSettings.of(inForce, written, ConfigurationFile.keys(file)).stream()
        .collect(Collectors.toMap(Setting::name, setting -> setting));
  }

  @Test
  void everySettingOfTheFileIsShown() {
    NodeException unknown =
        catchThrowableOfType(
            NodeException.class, () -> ConfigurationFile.parse(DEFAULTS, "x = 1", "config"));
    String message = String.valueOf(unknown.getMessage());
    List<String> known =
        Stream.of(message.substring(message.indexOf("there are ") + 10).split(",\\s*", -1))
            .toList();
    assertThat(known).contains("host", "anchor-depth", "relays").hasSizeGreaterThan(20);
    assertThat(shown("").keySet()).containsExactlyInAnyOrderElementsOf(known);
    assertThat(shown("").values()).allSatisfy(each -> assertThat(each.from()).isEqualTo("default"));
  }

  @Test
  void whatTheFileSaysIsSaidToComeFromItAndAProvidersKeyIsNotShown() {
    Map<String, Setting> shown =
        shown(
            """
            policy = witnesses
            time-seconds = 77
            anchor-rpc = https://chain.example:8545/v3/0123456789abcdef?key=secret
            anchor-chain = 31337
            anchor-depth = 3
            fleet-name = anna
            link-listen = 127.0.0.1:9000
            """);
    assertThat(shown.get("policy")).isEqualTo(new Setting("policy", "/home/f/witnesses", "config"));
    assertThat(shown.get("time-seconds")).isEqualTo(new Setting("time-seconds", "77", "config"));
    assertThat(shown.get("anchor-rpc"))
        .isEqualTo(new Setting("anchor-rpc", "https://chain.example:8545/\u2026", "config"));
    assertThat(shown.get("anchor-depth")).isEqualTo(new Setting("anchor-depth", "3", "config"));
    assertThat(shown.get("fleet-name")).isEqualTo(new Setting("fleet-name", "anna", "config"));
    assertThat(shown.get("link-listen"))
        .isEqualTo(new Setting("link-listen", "127.0.0.1:9000", "config"));
    assertThat(shown.get("queue-limit")).isEqualTo(new Setting("queue-limit", "64", "default"));
    assertThat(shown.values()).noneSatisfy(each -> assertThat(each.value()).contains("secret"));
  }

  @Test
  void whatTheFileSaysComesFromItThoughItIsTheDefaultAndTheCommandLineIsAboveBoth() {
    String file = "# port = 1\n queue-limit = 64\nthreads = 7\nmax-concurrent = 5\n";
    NodeConfiguration inForce =
        ConfigurationFile.parse(DEFAULTS, file.replace("threads = 7", "threads = 6"), "config");
    Map<String, Setting> shown = shown(inForce, file);
    assertThat(shown.get("queue-limit")).isEqualTo(new Setting("queue-limit", "64", "config"));
    assertThat(shown.get("max-concurrent")).isEqualTo(new Setting("max-concurrent", "5", "config"));
    assertThat(shown.get("threads")).isEqualTo(new Setting("threads", "6", "command line"));
    assertThat(shown.get("port")).isEqualTo(new Setting("port", "8402", "default"));
  }
}
