// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.evidence.action.SignedToken;
import dev.freehold.gateway.intercept.Permit;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The newest actions with their salts, so that callers can check what was recorded of them. The
 * tokens are in the log; the salts are nowhere else. Safe for use by many threads.
 */
final class Actions {
  private static final int KEPT = 10_000;

  private static final class Kept {
    private final @Nullable Permit permit;
    private final @Nullable Salt result;
    private final List<SignedToken> tokens = new ArrayList<>();

    Kept(@Nullable Permit permit, @Nullable Salt result) {
      this.permit = permit;
      this.result = result;
    }
  }

  /** Owned by whoever holds this object's lock. */
  private final Map<Nonce, Kept> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Nonce, Kept> eldest) {
          return size() > KEPT;
        }
      };

  synchronized void begun(Permit permit, SignedToken token, Salt result) {
    Kept action = new Kept(permit, result);
    action.tokens.add(token);
    kept.put(permit.action(), action);
  }

  synchronized void refused(Nonce id, SignedToken token) {
    Kept action = new Kept(null, null);
    action.tokens.add(token);
    kept.put(id, action);
  }

  synchronized void add(Nonce id, SignedToken token) {
    Kept action = kept.get(id);
    if (action != null) {
      action.tokens.add(token);
    }
  }

  /** The permit of an action whose result is due, which then is due no more. */
  synchronized Optional<Open> close(Nonce id) {
    Kept action = kept.get(id);
    if (action == null
        || action.permit == null
        || action.result == null
        || action.tokens.size() != 1) {
      return Optional.empty();
    }
    return Optional.of(new Open(action.permit, action.result));
  }

  /** An action whose result is due. */
  record Open(Permit permit, Salt result) {}

  synchronized Optional<Json.Obj> find(Nonce id) {
    Kept action = kept.get(id);
    if (action == null) {
      return Optional.empty();
    }
    Json.Builder salts = Json.object();
    if (action.permit != null) {
      salts.put("request", action.permit.salt().hex());
    }
    if (action.result != null) {
      salts.put("result", action.result.hex());
    }
    List<Json> tokens = new ArrayList<>();
    action.tokens.forEach(t -> tokens.add(Json.parse(t.bytes())));
    return Optional.of(
        Json.object()
            .put("action", id.hex())
            .put("salts", salts.build())
            .put("tokens", Json.array(tokens))
            .build());
  }
}
