// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Signatures of models: OpenSSF Model Signing 1.0 in Sigstore bundles
 * (docs/formats/model-signature.md).
 *
 * <p>It imports {@code record}, {@code crypto}, {@code evidence.dsse} and {@code evidence}'s own
 * values; never the network: keys, certificates and roots are given.
 */
@NullMarked
package dev.freehold.evidence.modelsigning;

import org.jspecify.annotations.NullMarked;
