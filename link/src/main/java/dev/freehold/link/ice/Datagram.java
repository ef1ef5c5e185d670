// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import java.net.InetSocketAddress;

/**
 * To be sent.
 *
 * @param to where
 * @param bytes what; nobody changes them
 */
@SuppressWarnings("ArrayRecordComponent")
record Datagram(InetSocketAddress to, byte[] bytes) {}
