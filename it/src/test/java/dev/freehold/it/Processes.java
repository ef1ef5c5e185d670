// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/** Freehold's programs, each in a process of its own, on one home. */
@NullMarked
public final class Processes implements AutoCloseable {
  static final String CLI = "dev.freehold.cli.Freehold";
  static final String VERIFY = "dev.freehold.verify.VerifyMain";

  private final Path folder;
  private final List<String> before;
  private final Path cache;
  private final Map<String, String> environment = new HashMap<>();
  private final List<Process> started = new ArrayList<>();
  private final List<Process> serving = new ArrayList<>();

  /** Those of one test, in its folder. */
  public Processes(Path folder) {
    this(folder, List.of());
  }

  /**
   * The same, all on one host.
   *
   * @param before what stands in front of each command, to run it there
   */
  public Processes(Path folder, List<String> before) {
    this.folder = folder;
    this.before = List.copyOf(before);
    this.cache = cache();
  }

  /**
   * Those of a machine of a fleet, with a home of its own.
   *
   * @param before what stands in front of each command, to run it on a host of its own
   * @param configuration further lines of its config
   */
  public static Processes machine(
      Path folder, String name, List<String> before, String configuration) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    Processes machine = new Processes(own, before);
    Files.createDirectories(machine.home());
    Files.writeString(
        machine.home().resolve("config"), "fleet-name = " + name + "\n" + configuration);
    return machine;
  }

  /** What a process printed, and how it ended. */
  public record Run(int exit, String out, String err) {
    /** What it printed, where it ended well. */
    public Json.Obj json() {
      if (exit != 0) {
        throw new AssertionError("exit " + exit + ": " + out + err);
      }
      return (Json.Obj) Json.parse(out.strip());
    }
  }

  /** The user's cache folder, where the models are. */
  static Path cache() {
    return Path.of(
        System.getenv()
            .getOrDefault("FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
  }

  /** A member that is a text. */
  public static String text(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  /** A variable of the environment of what is started from now on. */
  public void set(String name, String value) {
    environment.put(name, value);
  }

  public Path home() {
    return folder.resolve("home");
  }

  public Path model(String hex) {
    return cache.resolve("models").resolve(hex + ".gguf");
  }

  /** Starts a program that goes on, and waits for the one JSON line that it prints first. */
  public Json.Obj serve(String... words) throws IOException {
    return serve(List.of(), words);
  }

  /** The same, with something in front of the virtual machine's command. */
  Json.Obj serve(List<String> before, String... words) throws IOException {
    return firstLine(start(before, CLI, words), words);
  }

  private Json.Obj firstLine(Process process, String... words) throws IOException {
    serving.add(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError(
          String.join(" ", words) + " printed no line; " + errors(started.indexOf(process)));
    }
    return (Json.Obj) Json.parse(line);
  }

  public Run cli(String... words) throws Exception {
    return finish(start(List.of(), CLI, words));
  }

  public Run verify(Path file, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(file.toString()));
    words.addAll(List.of(more));
    return finish(start(List.of(), VERIFY, words.toArray(new String[0])));
  }

  /** Starts another program that goes on, and waits for the line that it prints first. */
  public Json.Obj serveOther(Class<?> main, String... words) throws IOException {
    return firstLine(start(List.of(), main.getName(), words), words);
  }

  /** Runs another program to its end. */
  public Run other(Class<?> main, String... words) throws Exception {
    return finish(start(List.of(), main.getName(), words));
  }

  /** Starts another program, to be read while it goes on. */
  public Process begin(Class<?> main, String... words) throws IOException {
    return start(List.of(), main.getName(), words);
  }

  /** Ends what serves here at once, as a power cut does. */
  public void kill() throws InterruptedException {
    Process process = serving.removeLast();
    // What runs it on another host may be a process of its own.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  /** Sends a signal to the serving program that was started last: STOP, CONT. */
  public void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(serving.getLast().pid()))
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the serving program that was started last, as Ctrl-C does. */
  public void endLast() {
    end(serving.removeLast());
  }

  private Process start(List<String> before, String main, String... words) throws IOException {
    List<String> command = new ArrayList<>(this.before);
    command.addAll(before);
    command.addAll(StartCache.command(main, words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(Map.of("FREEHOLD_HOME", home().toString(), "FREEHOLD_CACHE", cache.toString()));
    builder.environment().putAll(environment);
    builder.redirectError(folder.resolve(started.size() + ".err").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Run finish(Process process) throws Exception {
    int number = started.indexOf(process);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    return new Run(exit, out, errors(number));
  }

  private String errors(int number) throws IOException {
    return Files.readString(folder.resolve(number + ".err"));
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    // All are told before the first is waited for.
    started.forEach(Process::destroy);
    for (Process process : started) {
      end(process);
    }
  }
}
