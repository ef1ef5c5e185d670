// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.record.ForeignText;
import dev.freehold.record.StandardError;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.UsageException;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** {@code freehold verify}: a small program of its own. */
public final class VerifyMain {
  /** Exit code for a command line that cannot be understood, or a file that cannot be read. */
  public static final int WRONG_USE = 64;

  /** The file in a log's folder that the rest of the folder is checked against. */
  static final String LOG = "checkpoint";

  private static final int LIMIT = Math.max(Bundle.LIMIT, Envelope.LIMIT);

  private VerifyMain() {}

  /** Verifies and ends the process with its exit code. */
  public static void main(String[] arguments) {
    StandardError.adopt();
    // Offline: a machine without a C compiler replays with the lanes in Java.
    System.setProperty("freehold.native", "local");
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int code = run(List.of(arguments), System.getenv(), out, err);
    out.flush();
    System.exit(code);
  }

  /**
   * Verifies.
   *
   * @param words the command line after {@code verify}
   * @param environment for FREEHOLD_CACHE
   * @return 0, 1 or 2 for Valid, Invalid or Undecidable; 64 for wrong use
   */
  public static int run(
      List<String> words, Map<String, String> environment, PrintStream out, PrintStream err) {
    return run(words, environment, InstantSource.system(), out, err);
  }

  /** The same, as of another moment. */
  static int run(
      List<String> words,
      Map<String, String> environment,
      InstantSource clock,
      PrintStream out,
      PrintStream err) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(words);
    } catch (UsageException e) {
      return wrongUse(err, String.valueOf(e.getMessage()));
    }
    String file = arguments.fileOrNull();
    if (arguments.help() || file == null) {
      out.print(Arguments.HELP);
      return 0;
    }
    ModelFiles models;
    try {
      Path model = arguments.modelOrNull() == null ? null : Path.of(arguments.modelOrNull());
      if (model != null && !Files.isRegularFile(model)) {
        return wrongUse(err, "there is no file " + model + " (--model)");
      }
      models = new ModelFiles(model, ModelFiles.cache(environment));
    } catch (InvalidPathException e) {
      return wrongUse(err, "not the name of a file: " + e.getMessage());
    }
    byte[] bytes;
    Given given;
    try {
      Path path = file.equals("-") ? null : Path.of(file);
      given = arguments.surroundings().read(path, clock);
      if (path != null && Files.isRegularFile(path.resolve(LOG))) {
        path = path.resolve(LOG);
      }
      try (InputStream in = path == null ? System.in : Files.newInputStream(path)) {
        bytes = in.readNBytes(LIMIT + 1);
      }
    } catch (UsageException e) {
      return wrongUse(err, String.valueOf(e.getMessage()));
    } catch (InvalidPathException | NoSuchFileException e) {
      return wrongUse(err, "there is no file " + file);
    } catch (IOException e) {
      return wrongUse(err, "the file " + file + " cannot be read: " + e);
    }
    Report report;
    try {
      ReplayCheck replay = ReplayCheck.of(models, arguments.kernelOrNull(), arguments.threads());
      report = new Verifier(arguments.demands(), replay, given).verify(bytes);
    } catch (UsageException e) {
      return wrongUse(err, String.valueOf(e.getMessage()));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError | LinkageError e) {
      // The virtual machine's own exit code for this is 1, which would read as Invalid.
      err.println("freehold verify: the verifier broke, which says nothing of the file: " + e);
      return exitCode(new Verdict.Undecidable("the verifier broke"));
    }
    if (!arguments.quiet()) {
      out.print(
          arguments.json() ? ReportText.json(report).write() + "\n" : ReportText.text(report));
    }
    return exitCode(report.verdict());
  }

  static int exitCode(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Valid _ -> 0;
      case Verdict.Invalid _ -> 1;
      case Verdict.Undecidable _ -> 2;
    };
  }

  private static int wrongUse(PrintStream err, String message) {
    err.println("freehold verify: " + ForeignText.printable(message));
    err.println("Try 'freehold verify --help'.");
    return WRONG_USE;
  }
}
