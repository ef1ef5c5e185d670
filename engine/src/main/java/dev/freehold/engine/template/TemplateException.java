// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

/**
 * A template that is not understood, or one that failed or refused its inputs while rendering. The
 * message says what happened and at which line and column.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;
  private final int column;

  TemplateException(String message, int line, int column) {
    super("chat template, line " + line + ", column " + column + ": " + message);
    this.line = line;
    this.column = column;
  }

  /** The line at fault, counted from 1. */
  public int line() {
    return line;
  }

  /** The column at fault, counted from 1 in UTF-16 units. */
  public int column() {
    return column;
  }
}
