// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the interceptor, and the fakes that others use. */
@NullMarked
package dev.freehold.gateway.intercept;

import org.jspecify.annotations.NullMarked;
