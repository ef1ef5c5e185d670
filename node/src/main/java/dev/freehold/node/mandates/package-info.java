// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the owner allowed this home's gateway, and what it has used of it: read from the log that
 * the gateway publishes in {@code FREEHOLD_HOME/gateway}. The gateway is a process of its own, and
 * this never imports it; a revocation reaches it over HTTP.
 */
@NullMarked
package dev.freehold.node.mandates;

import org.jspecify.annotations.NullMarked;
