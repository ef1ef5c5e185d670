// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

/**
 * What an engine is doing.
 *
 * @param queued answers that wait
 * @param active answers that are generated
 * @param tokensPerSecond output tokens a second over the last seconds of work
 * @param promptTokens prompt tokens taken in since the start
 * @param cachedPromptTokens how many of them came from the prompt cache
 * @param outputTokens tokens generated since the start
 * @param pagesInUse pages of attention memory that running answers hold
 * @param pagesCached pages that only the prompt cache holds
 * @param pagesLimit pages there may be
 */
public record EngineLoad(
    int queued,
    int active,
    double tokensPerSecond,
    long promptTokens,
    long cachedPromptTokens,
    long outputTokens,
    int pagesInUse,
    int pagesCached,
    int pagesLimit) {}
