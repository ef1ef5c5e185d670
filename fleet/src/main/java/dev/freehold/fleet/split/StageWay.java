// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.fleet.ByteStream;

/** How a stage is reached. */
public sealed interface StageWay permits StageWay.Over, InnerStage {
  /** Over a stream of bytes. */
  record Over(ByteStream stream) implements StageWay {}
}
