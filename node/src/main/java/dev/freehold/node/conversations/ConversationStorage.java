// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where conversations' bytes lie. What throws may have happened nevertheless. */
interface ConversationStorage {
  /** All there are, in no order. */
  List<ConversationId> list() throws IOException;

  /** The bytes, at most one more than a conversation may have; empty where there are none. */
  Optional<byte[]> read(ConversationId id) throws IOException;

  /** Durably puts bytes in the place of what is there: at every moment it is one or the other. */
  void replace(ConversationId id, byte[] bytes) throws IOException;

  /** Durably deletes. */
  void erase(ConversationId id) throws IOException;
}
