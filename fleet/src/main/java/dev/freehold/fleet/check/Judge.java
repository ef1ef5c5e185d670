// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.evidence.Transcript;
import dev.freehold.record.Digest;

/** Replays answers, where their model is here. Any thread may call. */
public interface Judge {
  /** Whether the model is here. */
  boolean has(Digest model);

  /** Replays one answer. */
  Judgement judge(Transcript transcript);
}
