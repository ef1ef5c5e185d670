// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import dev.freehold.fleet.Member;
import dev.freehold.link.LinkState;
import dev.freehold.link.Obstacle;
import dev.freehold.link.stream.Quality;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a member stands.
 *
 * @param member which
 * @param link whether there is a path to it, and over what
 * @param obstacle why no way by UDP was found when one was last looked for
 * @param quality of that path, measured here; empty before it has settled
 * @param presence what it said last of itself
 * @param seen when that was, by our clock
 * @param skew how far its clock was ahead of ours then
 */
public record Sight(
    Member member,
    LinkState link,
    Optional<Obstacle> obstacle,
    Optional<Quality> quality,
    Optional<Presence> presence,
    Optional<Instant> seen,
    Duration skew) {}
