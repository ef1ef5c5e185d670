// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.model.ModelException;
import dev.freehold.engine.tokenizer.TokenizerException;
import dev.freehold.evidence.log.LogException;
import dev.freehold.node.NodeException;
import dev.freehold.node.receipts.ReceiptStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
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
    } catch (ModelUnavailable
        | LogException
        | Failure
        | NodeException
        | ReceiptStoreException
        | KeyFileException
        | GgufException
        | ModelException
        | TokenizerException e) {
      screen.error(String.valueOf(e.getMessage()));
      return FAILED;
    } catch (UncheckedIOException e) {
      return failed(Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      return failed(e);
    }
  }

  /** Does the work where no command line stands around it, and tells a defect as one does. */
  final int exitCode() {
    try {
      return call();
    } catch (Exception e) {
      e.printStackTrace();
      return FAILED;
    }
  }

  private int failed(IOException e) {
    screen.error(told(e));
    return FAILED;
  }

  /** What the system says of a file or a connection, in words. */
  static String told(IOException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e) {
      case NoSuchFileException _ -> "there is no file or folder " + message;
      case AccessDeniedException _ -> "this user may not use " + message;
      case FileAlreadyExistsException _ ->
          message + " is there already: move it away, or name another";
      case FileSystemException _ -> message;
      case ConnectException _ -> "nothing answers at the node's address; is it still running?";
      default -> unnamed(e, message);
    };
  }

  /** Freehold's own words stand alone; of others the kind tells something, too. */
  private static String unnamed(IOException e, String message) {
    if (message.equals("Is a directory")) {
      return "a file is due where a folder was named";
    }
    return e.getClass() == IOException.class
        ? message
        : e.getClass().getSimpleName() + ": " + message;
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
