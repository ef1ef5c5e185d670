// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import java.util.List;

/**
 * A model that can be had by name.
 *
 * @param name what people call it in requests
 * @param title one line for people
 * @param digest SHA-256 of its file: the model's true name
 * @param bytes size of its file
 * @param licence the licence its makers gave it
 * @param architecture the family, as GGUF names it
 * @param parameters number of weights
 * @param context positions it was trained for
 * @param keyValueBytesPerToken attention memory of one position
 * @param chat whether it has a chat template
 * @param sources where its bytes can be had, tried in order
 */
public record ModelEntry(
    String name,
    String title,
    Digest digest,
    long bytes,
    String licence,
    String architecture,
    long parameters,
    int context,
    long keyValueBytesPerToken,
    boolean chat,
    List<Source> sources) {
  /** Copies the sources. */
  public ModelEntry {
    sources = List.copyOf(sources);
  }
}
