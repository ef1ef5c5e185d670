// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.cli.service.Commands;
import dev.freehold.cli.service.ServiceDefinition;
import dev.freehold.cli.service.Supervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class ServiceVerbsTest {
  private static final Commands NONE =
      command -> new Commands.Ended(Commands.MISSING, "not here: " + command.getFirst());

  @TempDir private Path folder = Path.of("");

  private Places places(Path home, Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "FREEHOLD_LAUNCHER", "/opt/freehold/freehold",
                "JAVA_HOME", "/opt/jdk",
                "XDG_CONFIG_HOME", folder.resolve("config").toString()));
    environment.putAll(more);
    return new Places(home, folder.resolve("cache"), folder, environment);
  }

  private Supervisor supervisor(Places places, String system) {
    return ServiceVerbs.supervisor(places, system, NONE).orElseThrow();
  }

  @Test
  void noSecretOfTheEnvironmentGetsIntoTheFile() throws Exception {
    Places places =
        places(
            folder.resolve(".freehold"),
            Map.of(
                "FREEHOLD_API_KEY", "sk-very-secret-indeed",
                "HF_TOKEN", "hf_very-secret-indeed",
                "FREEHOLD_PASSPHRASE_FILE", "passphrase.txt"));
    ServiceDefinition service = ServiceVerbs.definition(places, List.of("smollm2"));
    for (String system : List.of("Linux", "Mac OS X")) {
      assertThat(supervisor(places, system).text(service))
          .doesNotContain("secret")
          .contains("/opt/freehold/freehold")
          .contains(folder.resolve(".freehold").toString())
          .contains(Path.of("passphrase.txt").toAbsolutePath().toString())
          .contains("/opt/jdk");
    }
  }

  @Test
  void aModelsFileIsNamedWhereverTheServiceStarts() throws Exception {
    Path model = Files.writeString(folder.resolve("mine.gguf"), "");
    Path near = Path.of("").toAbsolutePath().relativize(model);
    assertThat(
            ServiceVerbs.definition(places(folder, Map.of()), List.of(near.toString(), "smollm2"))
                .arguments())
        .startsWith("up", "--quiet", "--model")
        .satisfies(words -> assertThat(Path.of(words.get(3)).isAbsolute()).isTrue())
        .endsWith("--model", "smollm2");
  }

  @Test
  void nodesOfSeveralHomesGetUnitsOfTheirOwn() throws Exception {
    Path usual = supervisor(places(folder.resolve(".freehold"), Map.of()), "Linux").status().file();
    Path other = supervisor(places(folder.resolve("b"), Map.of()), "Linux").status().file();
    Path third = supervisor(places(folder.resolve("c"), Map.of()), "Linux").status().file();
    assertThat(usual).isEqualTo(folder.resolve("config").resolve("systemd/user/freehold.service"));
    assertThat(other.toString()).matches(".*/freehold-[0-9a-f]{8}\\.service");
    assertThat(other).isNotEqualTo(third);
  }

  @Test
  void elsewhereThereIsNoSupervisor() {
    assertThat(ServiceVerbs.supervisor(places(folder, Map.of()), "Windows 11", NONE)).isEmpty();
  }

  @Test
  void refusesToBeStartedWithoutTheLauncher() {
    Places places = new Places(folder, folder, folder, Map.of());
    assertThatThrownBy(() -> ServiceVerbs.definition(places, List.of()))
        .isInstanceOf(Verb.Failure.class)
        .hasMessageContaining("FREEHOLD_LAUNCHER");
  }
}
