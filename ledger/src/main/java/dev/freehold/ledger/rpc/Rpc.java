// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import dev.freehold.record.Json;

/** One chain's JSON-RPC. */
public interface Rpc {
  /**
   * Calls a method once.
   *
   * @throws RpcException.Refused if the answer is an error: it was not done
   * @throws RpcException.Unanswered if there is no answer that can be read: it may have been done
   */
  Json call(String method, Json... parameters) throws RpcException;
}
