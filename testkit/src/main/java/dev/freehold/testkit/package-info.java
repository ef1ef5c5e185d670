// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the tests of several rooms share: damaged bytes, and others' machines played, such as a
 * timestamp authority (RFC 3161). No other room's program imports it, and it imports none, so that
 * every room's tests can use it.
 */
@NullMarked
package dev.freehold.testkit;

import org.jspecify.annotations.NullMarked;
