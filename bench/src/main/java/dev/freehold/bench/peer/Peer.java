// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * llama.cpp in a process of its own, from the npm package {@code @node-llama-cpp/linux-x64}, driven
 * by peer.c.
 */
final class Peer implements AutoCloseable {
  private static final String PACKAGE = "@node-llama-cpp/linux-x64@3.22.1";

  private final Process process;
  private final InputStream in;
  private final int vocabulary;

  private Peer(Process process, InputStream in, int vocabulary) {
    this.process = process;
    this.in = in;
    this.vocabulary = vocabulary;
  }

  /**
   * Fetches and builds the driver under {@code cache/peer} if it is not there, and loads a model.
   * llama.cpp chooses its build for the processor itself, unless FREEHOLD_PEER_BUILD names one:
   * {@code zen4}, for example, has AVX-512 VNNI and no AMX.
   */
  static Peer start(Path cache, Path model, int threads, int context) throws Exception {
    Path folder = Files.createDirectories(cache.resolve("peer"));
    Path libraries = folder.resolve("node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
    if (!Files.isDirectory(libraries)) {
      run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE);
    }
    Path source = folder.resolve("peer.c");
    try (InputStream code = Peer.class.getResourceAsStream("peer.c")) {
      Files.copy(Objects.requireNonNull(code), source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path program = folder.resolve("peer");
    run(
        folder,
        "gcc",
        "-O2",
        "-o",
        program.toString(),
        source.toString(),
        library(libraries, "libllama.v*.so"),
        library(libraries, "libggml.v*.so"),
        library(libraries, "libggml-base.so"),
        "-Wl,--allow-shlib-undefined",
        "-Wl,-rpath," + libraries);
    List<String> command = new ArrayList<>(List.of(program.toString(), libraries.toString()));
    String build = System.getenv("FREEHOLD_PEER_BUILD");
    if (build != null) {
      command.add(library(libraries, "libggml-cpu-" + build + ".so"));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Peer unloaded = new Peer(process, new BufferedInputStream(process.getInputStream()), 0);
    int vocabulary =
        Integer.parseInt(unloaded.ask("load " + threads + " " + context + " " + model));
    return new Peer(process, unloaded.in, vocabulary);
  }

  /** Seconds to read a prompt of so many tokens into an empty context. */
  double prefill(int tokens) {
    return Double.parseDouble(ask("prefill " + tokens));
  }

  /** Seconds for so many single steps from an empty context. */
  double decode(int tokens) {
    return Double.parseDouble(ask("decode " + tokens));
  }

  /** The likeliest token after the prompt, the likeliest after that, and so on. */
  int[] greedy(int[] prompt, int count) {
    StringBuilder command = new StringBuilder("greedy " + count + " " + prompt.length);
    for (int token : prompt) {
      command.append(' ').append(token);
    }
    return Stream.of(ask(command.toString()).split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** Logits after each of the tokens, vocabulary after vocabulary. */
  float[] logits(int[] tokens) {
    StringBuilder command = new StringBuilder("logits " + tokens.length);
    for (int token : tokens) {
      command.append(' ').append(token);
    }
    send(command.toString());
    try {
      byte[] bytes = in.readNBytes(Math.multiplyExact(4 * tokens.length, vocabulary));
      float[] logits = new float[bytes.length / 4];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(logits);
      return logits;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String ask(String command) {
    send(command);
    StringBuilder line = new StringBuilder();
    try {
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IllegalStateException("the peer ended at: " + command);
        }
        line.append((char) c);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  private void send(String command) {
    try {
      process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The package names its libraries by version. */
  private static String library(Path folder, String pattern) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
      return found.iterator().next().toString();
    }
  }

  private static void run(Path folder, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("build.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          String.join(" ", List.of(command)) + " failed; see " + folder.resolve("build.log"));
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
