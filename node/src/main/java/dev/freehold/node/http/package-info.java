// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The OpenAI-compatible API over HTTP/1.1 (docs/api.md), and the events of its streams (WHATWG
 * HTML, 9.2: server-sent events). The only package that sees the HTTP server.
 */
@NullMarked
package dev.freehold.node.http;

import org.jspecify.annotations.NullMarked;
