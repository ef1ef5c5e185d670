// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.lang.ref.SoftReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The grammars that were used last, so that the next request with the same schema or tools finds
 * its grammar compiled and its masks computed. Of one vocabulary: a grammar keeps the masks of the
 * vocabulary it was used with last. What a grammar allows does not depend on where it comes from:
 * grammars are immutable, and how far an answer has come is a {@link GrammarState} of its own.
 *
 * <p>It keeps {@value #KEPT} at most, and lets go of them where memory runs short. Usable from any
 * thread.
 */
public final class Grammars {
  /** Grammars that are kept. */
  static final int KEPT = 8;

  private final Map<Digest, SoftReference<Grammar>> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, SoftReference<Grammar>> eldest) {
          return size() > KEPT;
        }
      };

  /** As {@link Grammar#ofJsonSchema}. */
  public Grammar ofJsonSchema(Json schema) {
    return find(Json.array(Json.of("schema"), schema), () -> Grammar.ofJsonSchema(schema));
  }

  /** As {@link Grammar#ofJsonObject}. */
  public Grammar ofJsonObject() {
    return find(Json.array(Json.of("object")), Grammar::ofJsonObject);
  }

  /** As {@link Grammar#ofTools}. */
  public Grammar ofTools(ToolForm form, List<Tool> tools, boolean required, boolean parallel) {
    List<Json.Arr> described =
        tools.stream()
            .map(
                tool -> Json.array(Json.of(tool.name()), tool.parameters(), Json.of(tool.strict())))
            .toList();
    return find(
        Json.array(
            Json.of("tools"),
            Json.of(form.name()),
            Json.of(required),
            Json.of(parallel),
            Json.array(described)),
        () -> Grammar.ofTools(form, tools, required, parallel));
  }

  /** The order of a schema's members matters, and is part of what is digested. */
  private Grammar find(Json what, Supplier<Grammar> compile) {
    Digest key = Digest.sha256(what.write());
    synchronized (kept) {
      @Nullable SoftReference<Grammar> reference = kept.get(key);
      Grammar known = reference == null ? null : reference.get();
      if (known != null) {
        return known;
      }
    }
    // Not while others wait: two that come at once may both compile it.
    Grammar compiled = compile.get();
    synchronized (kept) {
      kept.put(key, new SoftReference<>(compiled));
    }
    return compiled;
  }
}
