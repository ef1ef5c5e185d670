// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.fleet.job.JobError;
import dev.freehold.node.work.Hindrance;
import dev.freehold.record.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not answered, in OpenAI's shape: {@code {"error": {message, type, param,
 * code}}}.
 *
 * @param status the HTTP status
 * @param message what happened and what to do next
 * @param type the family: {@code invalid_request_error}, {@code authentication_error}, {@code
 *     rate_limit_error}, {@code server_error}
 * @param param the request's member at fault, if one is
 * @param code a word that programs can compare
 * @param headers further response headers
 */
public record ApiError(
    int status,
    String message,
    String type,
    @Nullable String param,
    String code,
    Map<String, String> headers) {
  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";

  /** Copies the headers. */
  public ApiError {
    headers = Map.copyOf(headers);
  }

  /** A request that can't be understood or served as it stands. */
  public static ApiError badRequest(String message, @Nullable String param, @Nullable String code) {
    return new ApiError(
        400, message, INVALID, param, code == null ? "invalid_request" : code, Map.of());
  }

  static ApiError unauthorized(String message) {
    return new ApiError(
        401,
        message,
        "authentication_error",
        null,
        "invalid_api_key",
        Map.of("WWW-Authenticate", "Bearer"));
  }

  static ApiError forbidden(String message, String code) {
    return new ApiError(403, message, INVALID, null, code, Map.of());
  }

  static ApiError noSuchPath(String path) {
    return new ApiError(
        404,
        "there is nothing at " + path + "; see docs/api.md",
        INVALID,
        null,
        "not_found",
        Map.of());
  }

  /** What no machine had an answer for. */
  static ApiError of(JobError error) {
    return new ApiError(
        error.status(),
        error.message(),
        error.type(),
        error.param().orElse(null),
        error.code(),
        error.retrySeconds() == 0
            ? Map.of()
            : Map.of("Retry-After", Integer.toString(error.retrySeconds())));
  }

  static ApiError noSuchReceipt(String id) {
    return new ApiError(
        404, "this node keeps no receipt " + id, INVALID, null, "receipt_not_found", Map.of());
  }

  static ApiError methodNotAllowed(String method, String path, String allowed) {
    return new ApiError(
        405,
        path + " takes " + allowed + ", not " + method,
        INVALID,
        null,
        "method_not_allowed",
        Map.of("Allow", allowed));
  }

  static ApiError tooSlow(Duration arrival) {
    return new ApiError(
        408,
        "the request did not arrive within "
            + seconds(arrival)
            + " s: send it faster, or let the node wait longer ('arrival-seconds' in its config)",
        INVALID,
        null,
        "request_timeout",
        Map.of("Connection", "close"));
  }

  static ApiError tooLarge(long limit) {
    return new ApiError(
        413,
        "the request's body is larger than " + limit + " bytes",
        INVALID,
        null,
        "body_too_large",
        Map.of());
  }

  static ApiError unsupportedType(String type) {
    return new ApiError(
        415,
        "the body's Content-Type is '" + type + "'; send application/json",
        INVALID,
        null,
        "unsupported_media_type",
        Map.of());
  }

  static ApiError queueFull(Duration retryAfter) {
    return new ApiError(
        429,
        "every place in the queue is taken; try again in " + seconds(retryAfter) + " s",
        "rate_limit_error",
        null,
        "queue_full",
        Map.of("Retry-After", seconds(retryAfter)));
  }

  static ApiError tooLong(String message) {
    return new ApiError(400, message, INVALID, null, "context_length_exceeded", Map.of());
  }

  static ApiError loading(String message) {
    return new ApiError(
        503,
        message + "; try again in a second",
        SERVER,
        null,
        "model_loading",
        Map.of("Retry-After", "1"));
  }

  static ApiError modelFailed(String reason) {
    return new ApiError(
        503, reason, SERVER, null, "model_unavailable", Map.of("x-should-retry", "false"));
  }

  /** Its owner's limits forbid this work now. Waiting for hours is no client's affair. */
  static ApiError notWorking(Hindrance hindrance) {
    ApiError error =
        new ApiError(
            503,
            hindrance.why(),
            SERVER,
            null,
            hindrance.kind().code(),
            Map.of("Retry-After", seconds(hindrance.retryAfter())));
    return hindrance.retryAfter().toSeconds() > 60 ? error.with("x-should-retry", "false") : error;
  }

  static ApiError stopping() {
    return new ApiError(
        503,
        "the node is stopping",
        SERVER,
        null,
        "node_stopping",
        Map.of("Retry-After", "5", "Connection", "close"));
  }

  static ApiError noEvidence(String reason) {
    return new ApiError(
        507,
        "the answer is withheld, because its receipt could not be stored: " + reason,
        SERVER,
        null,
        "receipt_not_stored",
        Map.of("x-should-retry", "false"));
  }

  static ApiError failed(String message) {
    return new ApiError(500, message, SERVER, null, "internal_error", Map.of());
  }

  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  /** The same error with one more header. */
  ApiError with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new ApiError(status, message, type, param, code, more);
  }

  /** {@code {"error": {...}}}. */
  public Json.Obj toJson() {
    return Json.object()
        .put(
            "error",
            Json.object()
                .put("message", message)
                .put("type", type)
                .put("param", param == null ? Json.Null.VALUE : Json.of(param))
                .put("code", code)
                .build())
        .build();
  }
}
