// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import java.util.Locale;

/** What an agent may do to the world, and only through the gateway. */
public enum EffectKind {
  /** A question to a model. */
  MODEL_CALL,
  /** A call of a tool. */
  TOOL_CALL,
  /** Money paid. */
  PAYMENT,
  /** Data that leaves. */
  DATA_EGRESS;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As formats write it: {@code model_call}, for example. */
  public String text() {
    return text;
  }

  /**
   * Reads {@link #text}.
   *
   * @throws IllegalArgumentException for every other text
   */
  public static EffectKind parse(String text) {
    for (EffectKind kind : values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "an effect is model_call, tool_call, payment or data_egress");
  }
}
