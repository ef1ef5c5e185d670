// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import dev.freehold.cli.service.ServiceStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The user's agents of launchd. */
public final class Launchd implements Supervisor {
  private final String label;
  private final Path folder;
  private final Path log;
  private final ServiceFiles files;
  private final Commands commands;

  /**
   * @param label of the agent
   * @param folder of the user's agents
   * @param log what the service writes what it prints to
   */
  public Launchd(String label, Path folder, Path log, ServiceFiles files, Commands commands) {
    this.label = label;
    this.folder = folder;
    this.log = log;
    this.files = files;
    this.commands = commands;
  }

  @Override
  public String text(ServiceDefinition service) {
    return LaunchAgent.text(label, service, log);
  }

  private Path file() {
    return folder.resolve(label + ".plist");
  }

  /** The user's graphical session, where agents live. */
  private String domain() throws IOException, InterruptedException {
    return "gui/" + commands.run(List.of("id", "-u")).output().strip();
  }

  @Override
  public void install(ServiceDefinition service)
      throws IOException, InterruptedException, ServiceException {
    String domain = domain();
    Commands.Ended answer = commands.run(List.of("launchctl", "print", domain));
    if (!answer.well()) {
      throw new ServiceException(
          "launchd has no session of this user ("
              + answer.output()
              + "), and nothing was written: log in at the screen once");
    }
    files.replace(file(), text(service));
    // An earlier one goes first; where there is none, this fails and doesn't matter.
    commands.run(List.of("launchctl", "bootout", domain + "/" + label));
    Commands.Ended begun =
        commands.run(List.of("launchctl", "bootstrap", domain, file().toString()));
    if (!begun.well()) {
      throw new ServiceException(
          "'launchctl bootstrap' failed ("
              + begun.output()
              + "): mend that and install again, or uninstall");
    }
  }

  @Override
  public ServiceStatus status() throws IOException, InterruptedException {
    boolean written = Files.exists(file());
    Commands.Ended answer = commands.run(List.of("launchctl", "print", domain() + "/" + label));
    if (answer.exit() == Commands.MISSING) {
      return new ServiceStatus(written ? State.UNKNOWN : State.ABSENT, answer.output(), file());
    }
    if (!answer.well()) {
      return new ServiceStatus(
          written ? State.STOPPED : State.ABSENT, "launchd does not know it", file());
    }
    boolean running = answer.output().lines().anyMatch(l -> l.strip().equals("state = running"));
    return new ServiceStatus(
        running ? State.RUNNING : State.STOPPED, running ? "running" : "loaded", file());
  }

  @Override
  public void uninstall() throws IOException, InterruptedException, ServiceException {
    commands.run(List.of("launchctl", "bootout", domain() + "/" + label));
    files.delete(file());
    files.delete(log);
    if (status().state() == State.RUNNING) {
      throw new ServiceException(
          "the files are gone, but the agent " + label + " still runs: launchctl bootout it");
    }
  }
}
