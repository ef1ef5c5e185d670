// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.evidence.log.LogException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb: what all of them share. */
abstract class Verb implements Callable<Integer> {
  /** The verb did what it was asked. */
  static final int OK = 0;

  /** It could not; the message said why. */
  static final int FAILED = 1;

  /** It was called wrongly (sysexits' EX_USAGE). */
  static final int USAGE = 64;

  @Mixin
  @SuppressWarnings("unused")
  private Help help = new Help();

  @Option(names = "--json", description = "Print the result as one JSON value.")
  boolean json;

  final Places places = Places.ofEnvironment();
  final Screen screen = Screen.ofProcess();

  /** Does the work; an expected failure is told in one message, without a stack trace. */
  abstract int run() throws Exception;

  @Override
  public final Integer call() throws Exception {
    try {
      return run();
    } catch (ModelUnavailable | LogException | Failure e) {
      screen.error(String.valueOf(e.getMessage()));
      return FAILED;
    } catch (IOException e) {
      screen.error(e.getClass().getSimpleName() + ": " + e.getMessage());
      return FAILED;
    }
  }

  /** {@code --help} for every verb. */
  static final class Help {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    @SuppressWarnings("unused")
    private boolean asked;
  }

  /** A verb could not do its work; the message says why and what to do. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message);
    }
  }
}
