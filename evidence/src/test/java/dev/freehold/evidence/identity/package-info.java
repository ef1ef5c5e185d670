// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of mandates, their chains, passkeys and the policy. */
@NullMarked
package dev.freehold.evidence.identity;

import org.jspecify.annotations.NullMarked;
