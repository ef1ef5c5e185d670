// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.function.Function;

/**
 * What came of reading foreign bytes: the record, or why they are none. Never an exception.
 *
 * @param <T> the record that was looked for
 */
public sealed interface Parsed<T> {

  /**
   * The bytes are the one encoding of this record.
   *
   * @param value the record
   * @param <T> its type
   */
  record Read<T>(T value) implements Parsed<T> {}

  /**
   * The bytes are no such record.
   *
   * @param reason for a person; it may quote the bytes
   * @param <T> the record that was looked for
   */
  record Malformed<T>(String reason) implements Parsed<T> {}

  /** The record, or the result of {@code otherwise}, which usually throws. */
  default T orElse(Function<String, T> otherwise) {
    return switch (this) {
      case Read<T>(T value) -> value;
      case Malformed<T>(String reason) -> otherwise.apply(reason);
    };
  }
}
