// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.gateway.intercept.Permit;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The server behind the gateway. It takes permits, never bytes. */
public interface Upstream {

  /**
   * Its answer, as it comes.
   *
   * @param status HTTP status
   * @param type Content-Type
   * @param receipt id of the receipt, where it is a Freehold node
   * @param body to be closed by whoever reads it
   */
  record Reply(int status, String type, Optional<String> receipt, InputStream body) {}

  /** Whom actions address: host and port. */
  String peer();

  /**
   * Performs the action that a permit is for.
   *
   * @param path of the request
   * @throws IOException if it can't be reached; nothing was performed then, as far as is known
   */
  Reply post(String path, Permit permit) throws IOException, InterruptedException;

  /** Fetches something that is no effect. */
  Reply get(String path) throws IOException, InterruptedException;
}
