// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.engine.chat.Request;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;

/**
 * A request as it came.
 *
 * @param request what it says
 * @param body its body, character for character: what the receipt's request digest is over
 * @param nonce the client's, or a random one
 * @param received when it was there
 */
public record Asked(Request request, String body, Nonce nonce, Timestamp received) {}
