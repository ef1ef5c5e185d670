// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.node.owner.OwnerToken;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Nodes, each a process with a home of its own below one folder, which ends with them. */
public final class Nodes implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final String reach;
  private final List<Process> processes = new ArrayList<>();

  /**
   * A node.
   *
   * @param id the words of its name
   */
  public record Running(String name, String id, int port, Path home, Process process) {}

  /** None yet; they reach each other directly. */
  public Nodes() throws IOException {
    this(NodeProcess.DIRECT);
  }

  /** None yet; they reach each other through this relay alone. */
  Nodes(String relay) throws IOException {
    reach = relay;
    folder = Files.createTempDirectory("bench-nodes-");
  }

  /**
   * Starts one, and waits until it listens.
   *
   * @param split its setting
   * @param model a file and its digest in hexadecimal digits; none where it serves nothing
   */
  public Running start(String name, int threads, String split, String... model) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                folder.resolve(name).toString(),
                name,
                Integer.toString(threads),
                split,
                reach));
    command.addAll(List.of(model));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    processes.add(process);
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    String line = out.readLine();
    if (line == null || !line.startsWith("port ")) {
      throw new IOException(name + " did not start");
    }
    String[] words = line.split(" ", -1);
    return new Running(name, words[2], Integer.parseInt(words[1]), folder.resolve(name), process);
  }

  /** Asks a node as its owner. */
  public static String post(Running node, String path, String body) throws Exception {
    HttpResponse<String> answer =
        HTTP.send(request(node, path, body), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(path + ": " + answer.body());
    }
    return answer.body();
  }

  /** Asks a node as its owner; the answer's lines as they come. */
  public static HttpResponse<Stream<String>> stream(Running node, String path, String body)
      throws Exception {
    HttpResponse<Stream<String>> answer =
        HTTP.send(request(node, path, body), HttpResponse.BodyHandlers.ofLines());
    if (answer.statusCode() != 200) {
      throw new IOException(path + ": " + answer.body().toList());
    }
    return answer;
  }

  private static HttpRequest request(Running node, String path, String body) throws Exception {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port + path))
        .header("Content-Type", "application/json")
        .header("Authorization", OwnerToken.read(node.home).orElseThrow().authorization())
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /** Makes two nodes one owner's. */
  public static void pair(Running inviter, Running joiner) throws Exception {
    String invite = post(inviter, "/owner/invite", "{\"tier\":\"own\"}");
    Json text = ((Json.Obj) Json.parse(invite)).get("invite").orElseThrow();
    String _ = post(joiner, "/owner/join", Json.object().put("invite", text).build().write());
  }

  /** Waits until what the owner of a node is told of its fleet says this so many times. */
  public static void await(Running node, String part, int times) throws Exception {
    while (post(node, "/owner/fleet", "{}").split(Pattern.quote(part), -1).length <= times) {
      Thread.sleep(50);
    }
  }

  @Override
  public void close() throws IOException {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
