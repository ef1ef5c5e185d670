// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.record.Json;

/** Where is told what a person should know of. */
@FunctionalInterface
public interface Notices {
  /** Tells of an event. */
  void tell(String event, Json.Obj fields);
}
