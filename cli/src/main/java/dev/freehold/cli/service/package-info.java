// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A node that keeps running: its entry at the supervisor of the operating system (systemd.unit(5)
 * and systemd.service(5) of version 252; launchd.plist(5)).
 *
 * <p>It writes files and runs the supervisor's own command, both passed in; it imports no verb, no
 * screen and nothing of the node.
 */
@NullMarked
package dev.freehold.cli.service;

import org.jspecify.annotations.NullMarked;
