// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.cli.service.ServiceStatus.State;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Against a fake of launchctl: no launchd was at hand. */
@NullMarked
class LaunchdTest {
  private static final ServiceDefinition NODE =
      new ServiceDefinition(
          Path.of("/Applications/a & <b>/freehold"),
          List.of("up", "--quiet"),
          Map.of("FREEHOLD_HOME", "/Users/anna/.freehold"));

  @TempDir private Path folder = Path.of("");
  private final List<String> asked = new ArrayList<>();
  private boolean session = true;
  private boolean loaded;

  private Commands.Ended launchctl(List<String> command) {
    asked.add(String.join(" ", command));
    if (command.getFirst().equals("id")) {
      return new Commands.Ended(0, "501\n");
    }
    return switch (command.get(1)) {
      case "print" ->
          command.get(2).equals("gui/501")
              ? new Commands.Ended(session ? 0 : 112, "session")
              : new Commands.Ended(loaded ? 0 : 113, loaded ? "x = {\n\tstate = running\n}" : "");
      case "bootout" -> {
        boolean was = loaded;
        loaded = false;
        yield new Commands.Ended(was ? 0 : 3, "");
      }
      case "bootstrap" -> {
        loaded = Files.exists(Path.of(command.get(3)));
        yield new Commands.Ended(loaded ? 0 : 5, "Input/output error");
      }
      default -> throw new AssertionError(command);
    };
  }

  private Launchd launchd() {
    return new Launchd(
        "dev.freehold.node",
        folder.resolve("LaunchAgents"),
        folder.resolve("service.log"),
        new DiskFiles(new SecureRandom()),
        this::launchctl);
  }

  @Test
  void installsStartsTellsAndLeavesNothing() throws Exception {
    assertThat(launchd().status().state()).isEqualTo(State.ABSENT);
    launchd().install(NODE);
    launchd().install(NODE);
    assertThat(launchd().status().state()).isEqualTo(State.RUNNING);
    assertThat(asked)
        .contains(
            "launchctl bootstrap gui/501 "
                + folder.resolve("LaunchAgents").resolve("dev.freehold.node.plist"));
    Files.writeString(folder.resolve("service.log"), "what it printed");
    launchd().uninstall();
    assertThat(launchd().status().state()).isEqualTo(State.ABSENT);
    try (var all = Files.walk(folder)) {
      assertThat(all.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void writesNothingWithoutASession() {
    session = false;
    assertThatThrownBy(() -> launchd().install(NODE))
        .isInstanceOf(ServiceException.class)
        .hasMessageContaining("nothing was written");
    assertThat(folder.resolve("LaunchAgents")).doesNotExist();
  }

  @Test
  void theAgentIsAPropertyListWithTheWordsAsTheyAre() throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document document =
        factory
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(launchd().text(NODE).getBytes(StandardCharsets.UTF_8)));
    NodeList strings = document.getElementsByTagName("string");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < strings.getLength(); i++) {
      texts.add(strings.item(i).getTextContent());
    }
    assertThat(texts)
        .startsWith("dev.freehold.node", "/Applications/a & <b>/freehold", "up", "--quiet")
        .contains("/Users/anna/.freehold");
    assertThat(document.getElementsByTagName("key").getLength()).isEqualTo(12);
  }
}
