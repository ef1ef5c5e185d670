// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * X.509 certificates without extensions, for TLS whose other end knows the key, or the certificate,
 * by other means (RFC 5280).
 *
 * <p>Floor 2: it imports {@code record} and {@code crypto} only.
 */
@NullMarked
package dev.freehold.link.certificate;

import org.jspecify.annotations.NullMarked;
