// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import dev.freehold.cli.service.ServiceStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The user's instance of systemd. */
public final class Systemd implements Supervisor {
  private static final String WANTS = "default.target.wants";

  private final String unit;
  private final Path folder;
  private final ServiceFiles files;
  private final Commands commands;

  /**
   * @param name of the unit, without its ending
   * @param folder of the user's units
   */
  public Systemd(String name, Path folder, ServiceFiles files, Commands commands) {
    this.unit = name + ".service";
    this.folder = folder;
    this.files = files;
    this.commands = commands;
  }

  @Override
  public String text(ServiceDefinition service) {
    return SystemdUnit.text(service);
  }

  @Override
  public void install(ServiceDefinition service)
      throws IOException, InterruptedException, ServiceException {
    Commands.Ended answer = systemctl("show-environment");
    if (!answer.well()) {
      throw new ServiceException(
          "no systemd of this user answers ("
              + answer.output()
              + "), and nothing was written: log in to a session of its own (not by su or sudo), or"
              + " let what starts programs on this machine run what 'freehold service install"
              + " --print' shows");
    }
    files.replace(file(), text(service));
    require("daemon-reload");
    require("enable", unit);
    require("restart", unit);
  }

  private Path file() {
    return folder.resolve(unit);
  }

  private Commands.Ended systemctl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("systemctl", "--user"));
    command.addAll(List.of(words));
    return commands.run(command);
  }

  private void require(String... words) throws IOException, InterruptedException, ServiceException {
    Commands.Ended answer = systemctl(words);
    if (!answer.well()) {
      throw new ServiceException(
          "'systemctl --user "
              + String.join(" ", words)
              + "' failed ("
              + answer.output()
              + "): mend that and install again, or uninstall");
    }
  }

  @Override
  public ServiceStatus status() throws IOException, InterruptedException {
    boolean written = Files.exists(file());
    Commands.Ended answer =
        systemctl("show", unit, "-p", "LoadState,ActiveState,SubState,Result,UnitFileState");
    if (!answer.well()) {
      return new ServiceStatus(
          written ? State.UNKNOWN : State.ABSENT, "systemd says: " + answer.output(), file());
    }
    Map<String, String> said = new HashMap<>();
    for (String line : answer.output().split("\n", -1)) {
      String[] pair = line.split("=", 2);
      if (pair.length == 2) {
        said.put(pair[0], pair[1]);
      }
    }
    String active = said.getOrDefault("ActiveState", "");
    boolean loaded = said.getOrDefault("LoadState", "").equals("loaded");
    State state =
        switch (active) {
          case "active", "reloading" -> State.RUNNING;
          case "failed" -> State.FAILED;
          default -> written || loaded ? State.STOPPED : State.ABSENT;
        };
    return new ServiceStatus(
        state,
        active
            + " ("
            + said.getOrDefault("SubState", "")
            + "), "
            + said.getOrDefault("UnitFileState", "")
            + (said.getOrDefault("Result", "success").equals("success")
                ? ""
                : ", " + said.get("Result")),
        file());
  }

  @Override
  public void uninstall() throws IOException, InterruptedException, ServiceException {
    boolean reached = systemctl("show-environment").well();
    if (reached) {
      // What is not there can't be stopped or disabled, and needn't be.
      systemctl("disable", "--now", unit);
    }
    // The link first: without it nothing starts by itself any more.
    files.delete(folder.resolve(WANTS).resolve(unit));
    files.delete(file());
    if (!reached) {
      throw new ServiceException(
          "the files are gone, but no systemd of this user answers: where it runs, the node goes on"
              + " until it ends");
    }
    require("daemon-reload");
    systemctl("reset-failed", unit);
    ServiceStatus after = status();
    if (after.state() == State.RUNNING) {
      throw new ServiceException(
          "the files are gone, but " + unit + " still runs: systemctl --user stop " + unit);
    }
  }
}
