// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The web console (docs/console.md): pages for the owner of the machine, on loopback only. It never
 * sees the HTTP server; {@code http} hands it requests. What it sends as HTML holds no data: pages
 * fetch data as JSON and put it into the document as text.
 */
@NullMarked
package dev.freehold.node.console;

import org.jspecify.annotations.NullMarked;
