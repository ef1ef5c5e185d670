// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The top of a stack of an {@link Automaton}: a state and the frames below it. Immutable, compared
 * by value.
 */
final class Frame {
  private static final Frame BASE = at(-1);

  /** The names that an object has so far. */
  private record Names(String name, @Nullable Names before) {}

  private final int state;
  private final @Nullable Frame parent;
  private final int depth;
  private final int count;
  private final @Nullable Name name;
  private final @Nullable Names names;
  private final int hash;

  private Frame(
      int state,
      @Nullable Frame parent,
      int depth,
      int count,
      @Nullable Name name,
      @Nullable Names names) {
    this.state = state;
    this.parent = parent;
    this.depth = depth;
    this.count = count;
    this.name = name;
    this.names = names;
    int mixed = state * 31 + count;
    mixed = mixed * 31 + (name == null ? 0 : name.length() * 257 + name.last());
    mixed = mixed * 31 + (names == null ? 0 : names.name().hashCode());
    this.hash = mixed * 31 + (parent == null ? 0 : parent.hash);
  }

  /** An empty stack in that state. */
  static Frame at(int state) {
    return new Frame(state, null, 0, 0, null, null);
  }

  /** The same rule over the base, in place of a stack that isn't looked at. */
  Frame overBase() {
    return new Frame(state, BASE, depth, count, null, null);
  }

  /** Whether this is what {@link #overBase} puts in place of a stack; it is never popped to. */
  boolean isBase() {
    return state < 0;
  }

  boolean isOverBase() {
    return parent != null && parent.isBase();
  }

  int state() {
    return state;
  }

  @Nullable Frame parent() {
    return parent;
  }

  /** How many frames lie below. */
  int depth() {
    return depth;
  }

  /** How many characters a counted string has. */
  int count() {
    return count;
  }

  /** What has been read of a member's name. */
  @Nullable Name name() {
    return name;
  }

  Frame moved(int target, int newCount, @Nullable Name newName) {
    return new Frame(target, parent, depth, newCount, newName, names);
  }

  /** The same, having one more member. */
  Frame with(@Nullable Name added) {
    return new Frame(state, parent, depth, count, name, new Names(Name.text(added), names));
  }

  /** Another rule in this one's place. */
  Frame replaced(int target) {
    return new Frame(target, parent, depth, 0, null, null);
  }

  /** A rule over this frame, which is to go on in state {@code back}. */
  Frame calling(int target, int back) {
    Frame below = new Frame(back, parent, depth, 0, null, names);
    return new Frame(target, below, depth + 1, 0, null, null);
  }

  boolean hasName(String text) {
    for (Names at = names; at != null; at = at.before()) {
      if (at.name().equals(text)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Frame f
        && f.hash == hash
        && f.state == state
        && f.depth == depth
        && f.count == count
        && Objects.equals(f.name, name)
        && Objects.equals(f.names, names)
        && Objects.equals(f.parent, parent);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
