// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.record.Digest;
import java.util.List;
import java.util.Optional;

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
 * @param text what turns its words into tokens
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
    Text text,
    List<Source> sources) {
  /**
   * What turns words into tokens and back.
   *
   * @param head of the head of its file: all but the weights (docs/formats/gguf.md)
   * @param tokenizer as receipts name it
   * @param template as receipts name it; empty where it has none
   */
  public record Text(Digest head, Digest tokenizer, Optional<Digest> template) {}

  /**
   * Copies the sources.
   *
   * @throws IllegalArgumentException if it is said to chat and has no template, or the other way
   */
  public ModelEntry {
    if (chat != text.template().isPresent()) {
      throw new IllegalArgumentException("a model chats if it has a chat template");
    }
    sources = List.copyOf(sources);
  }
}
