// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a machine gave no answer: an error of its API.
 *
 * @param status the HTTP status, 400 to 599
 * @param message what happened, for a person
 * @param type OpenAI's family of errors
 * @param paramOrNull the request's member at fault
 * @param code a word for programs
 * @param retrySeconds after how many seconds to try again; 0: not said
 */
public record JobError(
    int status,
    String message,
    String type,
    @Nullable String paramOrNull,
    String code,
    int retrySeconds) {
  private static final int TEXT_LIMIT = 4096;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range or a text too long
   */
  public JobError {
    if (status < 400 || status > 599 || retrySeconds < 0) {
      throw new IllegalArgumentException("an error has a status of 400 to 599 and a time to wait");
    }
    if (message.length() > TEXT_LIMIT
        || type.length() > TEXT_LIMIT
        || code.length() > TEXT_LIMIT
        || (paramOrNull != null && paramOrNull.length() > TEXT_LIMIT)) {
      throw new IllegalArgumentException("an error's text has at most 4096 characters");
    }
  }

  /** The request's member at fault. */
  public Optional<String> param() {
    return Optional.ofNullable(paramOrNull);
  }

  /** The machine has too much to do: another may have less. */
  public boolean full() {
    return status == 429;
  }

  /** The fault is the request's: every machine that has the model would say so. */
  public boolean ofRequest() {
    return status < 500 && !full() && status != 404 && status != 408;
  }

  /** As formats write it. */
  public Json.Obj toJson() {
    return Json.object()
        .put("status", status)
        .put("message", message)
        .put("type", type)
        .put("param", paramOrNull)
        .put("code", code)
        .put("retry", retrySeconds)
        .build();
  }

  /** Reads {@link #toJson}. */
  public static JobError read(Json value) throws MalformedException {
    Members members = new Members("the error", value);
    int status = members.count("status", 400);
    String message = members.string("message");
    String type = members.string("type");
    String param = members.has("param") ? members.string("param") : null;
    String code = members.string("code");
    int retry = members.count("retry", 0);
    members.end();
    try {
      return new JobError(status, message, type, param, code, retry);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }
}
