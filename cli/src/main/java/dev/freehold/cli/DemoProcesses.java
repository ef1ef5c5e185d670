// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** This program in further processes, each with a home of its own. One thread uses it. */
final class DemoProcesses implements AutoCloseable {
  private final Path folder;
  private final Path cache;
  private final List<Process> running = new ArrayList<>();

  DemoProcesses(Path folder, Path cache) {
    this.folder = folder;
    this.cache = cache;
  }

  /** A process that goes on, and what it said first. */
  record Running(Process process, Json.Obj said) {}

  /** Where a process of this name keeps its state. */
  Path home(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /**
   * Starts one that goes on, and waits for the JSON that it prints first.
   *
   * @throws Verb.Failure if it ends instead; the message names what it wrote
   */
  Running start(String name, String... words) throws IOException, Verb.Failure {
    Process process = begin(name, words);
    running.add(process);
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null) {
      throw new Verb.Failure(name + " did not start: " + errors(name));
    }
    try {
      return new Running(process, (Json.Obj) Json.parse(line));
    } catch (JsonException | ClassCastException e) {
      throw new Verb.Failure(name + " said something else than was expected: " + line);
    }
  }

  /**
   * Runs one to its end.
   *
   * @throws Verb.Failure if it fails
   */
  String run(String name, String... words) throws IOException, InterruptedException, Verb.Failure {
    Process process = begin(name, words);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new Verb.Failure(
          name + ": 'freehold " + String.join(" ", words) + "' failed: " + errors(name));
    }
    return out;
  }

  private Process begin(String name, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!argument.startsWith("-XX:AOTCacheOutput") && !argument.startsWith("-agentlib")) {
        command.add(argument);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Freehold.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FREEHOLD_HOME", home(name).toString());
    builder.environment().put("FREEHOLD_CACHE", cache.toString());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log(name).toFile()));
    return builder.start();
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  private String errors(String name) throws IOException {
    return Files.readString(log(name)).strip() + " (" + log(name) + ")";
  }

  /** Ends a process at once, as a power cut would. */
  void kill(Running one) throws InterruptedException {
    one.process().destroyForcibly().waitFor();
    running.remove(one.process());
  }

  @Override
  public void close() {
    running.reversed().forEach(Process::destroy);
    try {
      for (Process process : running) {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      running.forEach(Process::destroyForcibly);
      Thread.currentThread().interrupt();
    }
  }
}
