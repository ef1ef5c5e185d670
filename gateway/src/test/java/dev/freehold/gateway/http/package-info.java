// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the gateway over HTTP. */
@NullMarked
package dev.freehold.gateway.http;

import org.jspecify.annotations.NullMarked;
