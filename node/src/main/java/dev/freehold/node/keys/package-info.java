// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Where the passphrases of sealed key files (docs/formats/key-file.md) come from on a machine. */
@NullMarked
package dev.freehold.node.keys;

import org.jspecify.annotations.NullMarked;
