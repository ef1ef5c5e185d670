// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.StrictBase64;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;

/** A token as the record of an entry of kind timestamp (docs/formats/timestamp.md). */
public final class LoggedTimestamp {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-timestamp/1";

  /** The longest response that an entry holds, in bytes. */
  public static final int LIMIT = 36_000;

  private LoggedTimestamp() {}

  /** What an authority is asked to stamp: the text of a checkpoint's note. */
  public static byte[] message(Checkpoint checkpoint) {
    return checkpoint.text().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The record.
   *
   * @throws IllegalArgumentException if the response is longer than {@value #LIMIT} bytes
   */
  public static Json.Obj of(String authority, Checkpoint checkpoint, byte[] response) {
    if (response.length > LIMIT) {
      throw new IllegalArgumentException(
          "a response of " + response.length + " bytes is too long for an entry");
    }
    return Json.object()
        .put("authority", authority)
        .put("checkpoint", Digest.sha256(message(checkpoint)).toString())
        .put("format", FORMAT)
        .put("size", checkpoint.size())
        .put("token", StrictBase64.encode(response))
        .build();
  }
}
