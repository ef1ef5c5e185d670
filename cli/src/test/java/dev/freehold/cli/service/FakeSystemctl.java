// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** systemctl's part that we use: it reads unit files at daemon-reload and links what is enabled. */
@NullMarked
final class FakeSystemctl implements Commands {
  final Path folder;
  final String unit;
  boolean reachable = true;
  boolean loaded;
  boolean active;
  boolean failed;

  FakeSystemctl(Path folder, String unit) {
    this.folder = folder;
    this.unit = unit;
  }

  Path link() {
    return folder.resolve("default.target.wants").resolve(unit);
  }

  @Override
  public Ended run(List<String> command) throws IOException {
    if (!reachable) {
      return new Ended(1, "Failed to connect to bus: No such file or directory");
    }
    return switch (command.get(2)) {
      case "show-environment" -> new Ended(0, "HOME=/home/anna");
      case "daemon-reload" -> {
        loaded = Files.exists(folder.resolve(unit));
        yield new Ended(0, "");
      }
      case "enable" -> {
        if (!Files.exists(folder.resolve(unit))) {
          yield new Ended(1, "Unit file " + unit + " does not exist.");
        }
        Files.createDirectories(folder.resolve("default.target.wants"));
        Files.deleteIfExists(link());
        Files.createSymbolicLink(link(), folder.resolve(unit));
        yield new Ended(0, "");
      }
      case "restart" -> {
        if (!loaded) {
          yield new Ended(5, "Unit " + unit + " not found.");
        }
        active = true;
        failed = false;
        yield new Ended(0, "");
      }
      case "disable" -> {
        active = false;
        Files.deleteIfExists(link());
        yield new Ended(0, "");
      }
      case "reset-failed" -> {
        failed = false;
        yield new Ended(0, "");
      }
      case "show" ->
          new Ended(
              0,
              "LoadState="
                  + (loaded ? "loaded" : "not-found")
                  + "\nActiveState="
                  + (active ? "active" : failed ? "failed" : "inactive")
                  + "\nSubState=x\nResult="
                  + (failed ? "exit-code" : "success")
                  + "\nUnitFileState=");
      default -> throw new AssertionError(command);
    };
  }
}
