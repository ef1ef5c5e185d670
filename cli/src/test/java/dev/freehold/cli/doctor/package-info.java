// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the page on which a person signs. */
@NullMarked
package dev.freehold.cli.doctor;

import org.jspecify.annotations.NullMarked;
