// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import java.io.Serial;

/** A sampling parameter that is refused, in the words OpenAI's API uses for it. */
public final class ParameterException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String parameter;
  private final String code;

  /** Says what is wrong with which parameter; {@code code} is OpenAI's error code. */
  public ParameterException(String message, String parameter, String code) {
    super(message);
    this.parameter = parameter;
    this.code = code;
  }

  /** The request's member: {@code temperature}. */
  public String parameter() {
    return parameter;
  }

  /** OpenAI's code: {@code decimal_above_max_value}. */
  public String code() {
    return code;
  }
}
