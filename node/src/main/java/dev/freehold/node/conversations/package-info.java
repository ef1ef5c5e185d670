// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The owner's conversations with models, on this machine alone (docs/formats/conversation.md).
 * Personal data: nothing of it may reach a log. It never imports the HTTP API, the engine or the
 * evidence log.
 */
@NullMarked
package dev.freehold.node.conversations;

import org.jspecify.annotations.NullMarked;
