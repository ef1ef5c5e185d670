// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The gateway's HTTP: OpenAI's endpoints in front, any OpenAI-compatible server behind, effects
 * that others perform, mandates (docs/api.md, "The gateway").
 */
@NullMarked
package dev.freehold.gateway.http;

import org.jspecify.annotations.NullMarked;
