// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Chat templates: a small, strict interpreter of the part of Jinja that models' templates use, with
 * no access to anything but its inputs. docs/formats/chat-template.md lists what it understands.
 *
 * <p>It imports {@code record} alone.
 */
@NullMarked
package dev.freehold.engine.template;

import org.jspecify.annotations.NullMarked;
