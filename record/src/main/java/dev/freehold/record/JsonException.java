// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

/** A text is not the strict JSON that was asked for; the message says where and why. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean duplicateName;

  /** With a message for a person. */
  public JsonException(String message) {
    this(message, false);
  }

  JsonException(String message, boolean duplicateName) {
    super(message);
    this.duplicateName = duplicateName;
  }

  /** True where the fault is a name that stands twice in one object. */
  public boolean duplicateName() {
    return duplicateName;
  }
}
