// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.record.Json;
import java.util.function.IntFunction;

/**
 * A request to the console; a header that is absent is the empty string.
 *
 * @param path begins with {@code /}
 * @param key the header {@link #KEY}: the second half of a session
 * @param fetchSite the header {@code Sec-Fetch-Site}: whose page asks, in the browser's word
 * @param body reads the body, of at most so many bytes; what is longer, or no JSON, is thrown
 */
public record ConsoleRequest(
    String method,
    String path,
    String cookie,
    String key,
    String origin,
    String fetchSite,
    String authorization,
    IntFunction<Json> body) {
  /** The header in which the console's pages show their key. */
  public static final String KEY = "Freehold-Session";
}
