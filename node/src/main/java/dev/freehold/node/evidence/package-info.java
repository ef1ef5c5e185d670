// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The node's own log of evidence (docs/formats/log.md): every receipt becomes an entry, a
 * checkpoint follows within a second, witnesses are asked to cosign it. It never sees what was
 * asked or answered, only receipts, and never imports the HTTP server's room.
 */
@NullMarked
package dev.freehold.node.evidence;

import org.jspecify.annotations.NullMarked;
