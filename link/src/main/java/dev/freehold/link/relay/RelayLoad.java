// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

/**
 * What a relay has to do just now.
 *
 * @param connections open connections
 * @param nodes those that have proven a key
 * @param queued bytes that wait to be taken
 */
public record RelayLoad(int connections, int nodes, long queued) {}
