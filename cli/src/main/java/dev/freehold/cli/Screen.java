// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Progress;
import dev.freehold.record.Json;
import java.io.PrintStream;
import java.util.Locale;

/**
 * What a verb says to a person, or to a program where {@code --json} is given: results on standard
 * output, everything else on standard error.
 */
final class Screen {
  private static final int BAR = 30;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private boolean lineOpen;

  Screen(PrintStream out, PrintStream err, boolean terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** This process's streams; the launcher says whether standard error is a terminal. */
  static Screen ofProcess() {
    return new Screen(System.out, System.err, "1".equals(System.getenv("FREEHOLD_TERMINAL")));
  }

  /** A line of the result. */
  void line(String text) {
    closeLine();
    out.println(text);
  }

  /** A piece of the result that is still being written. */
  void piece(String text) {
    closeLine();
    out.print(withoutControls(text));
    out.flush();
  }

  /** The result for a program. */
  void json(Json value) {
    out.println(value.write());
  }

  /** Something that is not the result. */
  void note(String text) {
    closeLine();
    err.println(text);
  }

  /** Why a verb failed, and what to do. */
  void error(String text) {
    closeLine();
    err.println("freehold: " + text);
  }

  /** A bar for a pull: redrawn in place on a terminal, a line for each tenth elsewhere. */
  Progress progress(String name) {
    return new Progress() {
      private long started = System.nanoTime();
      private long lastDraw;
      private int lastTenth = -1;

      @Override
      public void trying(String source) {
        note("Fetching " + name + " from " + shortened(source));
        started = System.nanoTime();
        lastTenth = -1;
      }

      @Override
      public void bytes(long done, long total) {
        long now = System.nanoTime();
        if (total <= 0) {
          return;
        }
        int tenth = (int) (10 * done / total);
        if (terminal ? now - lastDraw < 100_000_000L && done < total : tenth == lastTenth) {
          return;
        }
        lastDraw = now;
        lastTenth = tenth;
        double share = Math.min(1, (double) done / total);
        double rate = done / 1e6 / Math.max(1e-3, (now - started) / 1e9);
        int filled = (int) (BAR * share);
        String bar =
            String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %,.0f of %,.0f MB  %.0f MB/s",
                "#".repeat(filled),
                ".".repeat(BAR - filled),
                100 * share,
                done / 1e6,
                total / 1e6,
                rate);
        if (terminal) {
          err.print("\r" + bar + "   ");
          err.flush();
          lineOpen = true;
        } else {
          err.println(bar);
        }
      }

      @Override
      public void failed(String source, String why) {
        note("  " + why + "; trying the next source");
      }

      @Override
      public void checking() {
        note("Checking its SHA-256");
      }
    };
  }

  /** An answer keeps its lines, tabs and joined emoji; what would steer a terminal is spelt out. */
  static String withoutControls(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.chars()
        .forEach(
            c -> {
              if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                out.append("\\u{%x}".formatted(c));
              } else {
                out.append((char) c);
              }
            });
    return out.toString();
  }

  private static String shortened(String source) {
    return source.length() <= 100 ? source : source.substring(0, 97) + "...";
  }

  private void closeLine() {
    if (lineOpen) {
      err.println();
      lineOpen = false;
    }
  }
}
