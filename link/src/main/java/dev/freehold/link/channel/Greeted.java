// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

/** What a hello turned out to be. */
public sealed interface Greeted permits Responder, ChannelRefusal {}
