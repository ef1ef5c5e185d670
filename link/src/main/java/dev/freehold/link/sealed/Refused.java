// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

/**
 * Sealed bytes that were not taken.
 *
 * @param why the first reason found
 */
public record Refused(Refusal why) implements Opened, Acceptance, AnswerEnd {}
