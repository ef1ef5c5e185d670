// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.cli.service.Commands;
import dev.freehold.cli.service.DiskFiles;
import dev.freehold.cli.service.Launchd;
import dev.freehold.cli.service.ServiceDefinition;
import dev.freehold.cli.service.ServiceException;
import dev.freehold.cli.service.ServiceStatus;
import dev.freehold.cli.service.Supervisor;
import dev.freehold.cli.service.Systemd;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.work.Hindrance;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold service}: a node that the operating system keeps running. */
@Command(
    name = "service",
    description = "Let the operating system keep this home's node running.",
    subcommands = {
      ServiceVerbs.Install.class,
      ServiceVerbs.Status.class,
      ServiceVerbs.Uninstall.class
    })
final class ServiceVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** The launcher tells the program by this where it lies. */
  private static final String LAUNCHER = "FREEHOLD_LAUNCHER";

  /** What a service gets of the environment. None of these is a secret. */
  private static final List<String> PASSED =
      List.of("FREEHOLD_HOME", "FREEHOLD_CACHE", "FREEHOLD_NATIVE", Passphrases.FILE, "JAVA_HOME");

  /** The supervisor of this system; empty where there is none that we know. */
  static Optional<Supervisor> supervisor(Places places, String system, Commands commands) {
    DiskFiles files = new DiskFiles(new SecureRandom());
    boolean usual = places.home().equals(places.user().resolve(".freehold"));
    // Nodes of several homes get along.
    String suffix =
        usual
            ? ""
            : "-" + Digest.sha256(places.home().toAbsolutePath().toString()).hex().substring(0, 8);
    String name = system.toLowerCase(Locale.ROOT);
    if (name.contains("linux")) {
      Path configuration =
          Path.of(
              places
                  .environment()
                  .getOrDefault("XDG_CONFIG_HOME", places.user().resolve(".config").toString()));
      return Optional.of(
          new Systemd(
              "freehold" + suffix,
              configuration.resolve("systemd").resolve("user"),
              files,
              commands));
    }
    if (name.contains("mac")) {
      return Optional.of(
          new Launchd(
              "dev.freehold.node" + suffix,
              places.user().resolve("Library").resolve("LaunchAgents"),
              places.home().resolve("service.log"),
              files,
              commands));
    }
    return Optional.empty();
  }

  /** The node of this home, as a service. */
  static ServiceDefinition definition(Places places, List<String> models) throws Verb.Failure {
    String launcher = places.environment().get(LAUNCHER);
    if (launcher == null) {
      throw new Verb.Failure(
          LAUNCHER + " is not set: start this verb by the launcher, the file 'freehold'");
    }
    List<String> arguments = new ArrayList<>(List.of("up", "--quiet"));
    for (String model : models) {
      arguments.add("--model");
      Path file = Path.of(model);
      arguments.add(Files.isRegularFile(file) ? file.toAbsolutePath().toString() : model);
    }
    Map<String, String> environment = new TreeMap<>();
    for (String each : PASSED) {
      String value = places.environment().get(each);
      if (value != null) {
        environment.put(
            each,
            each.equals(Passphrases.FILE) ? Path.of(value).toAbsolutePath().toString() : value);
      }
    }
    environment.put("FREEHOLD_HOME", places.home().toAbsolutePath().toString());
    environment.put("FREEHOLD_CACHE", places.cache().toAbsolutePath().toString());
    try {
      return new ServiceDefinition(Path.of(launcher), arguments, environment);
    } catch (IllegalArgumentException e) {
      throw new Verb.Failure(String.valueOf(e.getMessage()));
    }
  }

  /** What the verbs share: the supervisor. */
  abstract static class AtSupervisor extends Verb {
    @Override
    final int run() throws Exception {
      Supervisor supervisor =
          supervisor(places, System.getProperty("os.name", ""), Commands.here())
              .orElseThrow(
                  () ->
                      new Failure(
                          "on this system Freehold knows no supervisor: let what starts programs"
                              + " there run 'freehold up --quiet' at your login, and again when it"
                              + " ends with a failure"));
      try {
        return run(supervisor);
      } catch (ServiceException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }

    abstract int run(Supervisor supervisor) throws Exception;

    void tell(ServiceStatus status) {
      NodeConfiguration configuration = ConfigurationFile.read(places.home(), places.cache());
      List<Hindrance> held = WorkGate.here(configuration.work()).hindrances();
      if (json) {
        Json.Builder limits = Json.object();
        configuration.work().values().forEach(limits::put);
        screen.json(
            Json.object()
                .put("state", status.state().name().toLowerCase(Locale.ROOT))
                .put("detail", status.detail())
                .put("file", status.file().toString())
                .put("limits", limits.build())
                .put(
                    "notWorking",
                    Json.array(held.stream().map(h -> (Json) Json.of(h.why())).toList()))
                .build());
        return;
      }
      screen.line("service  " + status.state().name().toLowerCase(Locale.ROOT));
      screen.line("says     " + status.detail());
      screen.line("file     " + status.file());
      configuration
          .work()
          .values()
          .forEach((key, value) -> screen.line(String.format(Locale.ROOT, "%-20s %s", key, value)));
      if (held.isEmpty()) {
        screen.line("Within its limits now: it takes work of others while it runs.");
      }
      held.forEach(hindrance -> screen.line("It takes no work of others now: " + hindrance.why()));
    }
  }

  /** {@code freehold service install}. */
  @Command(
      name = "install",
      description = {
        "Write a systemd user unit (on macOS a launchd agent) that runs 'freehold up' for this home,"
            + " and start it.",
        "When and for whom it works is in FREEHOLD_HOME/config: work-hours, work-idle-minutes,"
            + " work-memory-reserve, work-load, work-celsius."
      })
  static final class Install extends AtSupervisor {
    @Option(
        names = {"-m", "--model"},
        paramLabel = "MODEL",
        description = "Serve this model (repeatable; the catalogue's default unless given).")
    private List<String> models = List.of();

    @Option(names = "--print", description = "Print the file, write and start nothing.")
    private boolean print;

    @Override
    int run(Supervisor supervisor) throws Exception {
      // Settings that are wrong would only be found in the supervisor's journal.
      ConfigurationFile.read(places.home(), places.cache());
      ServiceDefinition service = definition(places, models);
      if (print) {
        screen.line(supervisor.text(service).stripTrailing());
        return OK;
      }
      Optional<Endpoint> running = Endpoint.find(places.home());
      if (running.isPresent() && supervisor.status().state() != ServiceStatus.State.RUNNING) {
        throw new Failure(
            "a node runs on this home already, process "
                + running.get().process()
                + ": end it first, two can't share a home");
      }
      supervisor.install(service);
      tell(supervisor.status());
      if (!json) {
        seal();
        linger();
      }
      return OK;
    }

    private void seal() throws IOException, KeyFileException {
      Path key = places.home().resolve(Node.KEY_FILE);
      if (Files.exists(key)
          && KeyFile.sealed(key)
          && !places.environment().containsKey(Passphrases.FILE)) {
        screen.line(
            "The key is sealed, and nobody can type for a service: it starts only where the keyring"
                + " has the passphrase, or install again with "
                + Passphrases.FILE
                + " set.");
      }
    }

    private void linger() throws IOException, InterruptedException {
      Commands.Ended said =
          Commands.here()
              .run(
                  List.of(
                      "loginctl", "show-user", System.getProperty("user.name"), "-p", "Linger"));
      if (said.well() && said.output().equals("Linger=no")) {
        screen.line("It ends when you log out. To keep it then too: loginctl enable-linger");
      }
    }
  }

  /** {@code freehold service status}. */
  @Command(
      name = "status",
      description = "Whether it runs, its limits, and whether it takes work of others now.")
  static final class Status extends AtSupervisor {
    @Override
    int run(Supervisor supervisor) throws Exception {
      ServiceStatus status = supervisor.status();
      tell(status);
      return status.state() == ServiceStatus.State.RUNNING ? OK : FAILED;
    }
  }

  /** {@code freehold service uninstall}. */
  @Command(
      name = "uninstall",
      description = "Stop it, and take away all that 'install' wrote. The home stays as it is.")
  static final class Uninstall extends AtSupervisor {
    @Override
    int run(Supervisor supervisor) throws Exception {
      supervisor.uninstall();
      if (json) {
        screen.json(Json.object().put("uninstalled", true).build());
      } else {
        screen.line("The service is gone. The home " + places.home() + " is as it was.");
      }
      return OK;
    }
  }
}
