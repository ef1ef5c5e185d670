// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All rules of a grammar as one pushdown automaton over bytes: states are numbered through, a call
 * pushes the state to come back to, an accepting state may pop. Immutable.
 */
final class Automaton {
  /** No stack grows beyond this, so no text nests deeper. */
  static final int MAX_DEPTH = 64;

  /** More parses of one text than this are not followed. */
  private static final int MAX_THREADS = 128;

  private static final int MAX_CELLS = 8_000_000;
  static final int NEVER = Integer.MAX_VALUE / 4;

  final int start;
  final int[] classOf;
  final int classes;
  final int[] next;
  final boolean[] accept;

  /** Pairs (start of the called rule, state to come back to). */
  final int[][] calls;

  /** Where coming back would at once pop again, so nothing is pushed. */
  final boolean[] tail;

  /** The state of a counted string between two characters, and the only one that counts. */
  final boolean[] counted;

  /** All states of counted strings, and the counts. */
  final boolean[] limited;

  final int[] least;
  final int[] most;

  /** The state itself, or its twin in the first counted string: they differ in the counts alone. */
  final int[] twin;

  /** The states of member names; in {@code nameBody} the closing quote is due. */
  final boolean[] inName;

  final boolean[] nameBody;

  /** The names listed for the open object that a state belongs to, or null. */
  final @Nullable Set<String>[] listed;

  /** First states of counted strings and names: the opening quote doesn't count. */
  final boolean[] first;

  /** The states of rules that call none, so that the depth of their frame is without effect. */
  final boolean[] leaf;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private Automaton(List<Rules.Rule> rules, int startRule) {
    int states = 0;
    int[] base = new int[rules.size()];
    for (int r = 0; r < base.length; r++) {
      base[r] = states;
      states += rules.get(r).dfa().states();
    }
    start = base[startRule];
    classOf = commonClasses(rules);
    int count = 0;
    for (int c : classOf) {
      count = Math.max(count, c + 1);
    }
    classes = count;
    if ((long) states * classes > MAX_CELLS) {
      throw Dfa.tooLarge();
    }
    int[] sample = new int[classes];
    for (int b = 255; b >= 0; b--) {
      sample[classOf[b]] = b;
    }
    next = new int[states * classes];
    accept = new boolean[states];
    calls = new int[states][];
    tail = new boolean[states];
    counted = new boolean[states];
    first = new boolean[states];
    limited = new boolean[states];
    twin = new int[states];
    Arrays.setAll(twin, s -> s);
    int counts = -1;
    least = new int[states];
    most = new int[states];
    inName = new boolean[states];
    nameBody = new boolean[states];
    listed = new Set[states];
    leaf = new boolean[states];
    for (int r = 0; r < base.length; r++) {
      Rules.Rule rule = rules.get(r);
      Dfa dfa = rule.dfa();
      for (int s = 0; s < dfa.states(); s++) {
        int state = base[r] + s;
        boolean leaves = false;
        for (int c = 0; c < classes; c++) {
          int target = dfa.step(s, sample[c]);
          leaves |= target >= 0;
          next[state * classes + c] = target < 0 ? -1 : base[r] + target;
        }
        int[] pairs = dfa.calls[s];
        int[] resolved = pairs.clone();
        for (int i = 0; i < resolved.length; i += 2) {
          resolved[i] = base[pairs[i]];
          resolved[i + 1] = base[r] + pairs[i + 1];
        }
        calls[state] = resolved;
        accept[state] = dfa.accept[s];
        tail[state] = accept[state] && !leaves && pairs.length == 0;
      }
      boolean calls = Arrays.stream(dfa.calls).anyMatch(pairs -> pairs.length > 0);
      Arrays.fill(leaf, base[r], base[r] + dfa.states(), !calls);
      mark(rule, base[r]);
      if (limited[base[r]]) {
        counts = counts < 0 ? base[r] : counts;
        for (int s = 0; s < dfa.states(); s++) {
          twin[base[r] + s] = counts + s;
        }
      }
    }
  }

  static Automaton of(Rules rules, int startRule) {
    Automaton automaton = new Automaton(rules.finished(), startRule);
    automaton.refuseLeftRecursion();
    BitSet all = new BitSet();
    all.set(0, 256);
    if (automaton.needs(all)[automaton.start] > MAX_DEPTH) {
      throw new GrammarException(
          "No text can satisfy the schema, or only one nested deeper than " + MAX_DEPTH + ".");
    }
    return automaton;
  }

  private void mark(Rules.Rule rule, int base) {
    Dfa dfa = rule.dfa();
    switch (rule.kind()) {
      case Rules.Kind.Plain _ -> {}
      case Rules.Kind.Counted limits -> {
        int body = dfa.step(0, '"');
        for (int s = 0; s < dfa.states(); s++) {
          limited[base + s] = true;
          least[base + s] = limits.least();
          most[base + s] = limits.most();
        }
        counted[base + body] = true;
        first[base] = true;
      }
      case Rules.Kind.Name _ -> {
        first[base] = true;
        for (int s = 0; s < dfa.states(); s++) {
          inName[base + s] = true;
          nameBody[base + s] = accept[base + s];
          // It ends with the quote, not before.
          accept[base + s] = false;
          tail[base + s] = false;
        }
      }
      case Rules.Kind.Open open -> {
        for (int s = 0; s < dfa.states(); s++) {
          listed[base + s] = open.listed();
        }
      }
    }
  }

  private static int[] commonClasses(List<Rules.Rule> rules) {
    int[] common = new int[256];
    for (Rules.Rule rule : rules) {
      Map<Long, Integer> numbers = new HashMap<>();
      for (int b = 0; b < 256; b++) {
        long key = (long) common[b] << 32 | rule.dfa().classOf[b];
        common[b] = numbers.computeIfAbsent(key, _ -> numbers.size());
      }
    }
    return common;
  }

  /** A rule that begins by calling itself could be entered without end. */
  private void refuseLeftRecursion() {
    byte[] seen = new byte[accept.length];
    enter(start, seen);
    for (int s = 0; s < seen.length; s++) {
      int[] pairs = calls[s];
      for (int i = 0; i < pairs.length; i += 2) {
        enter(pairs[i], seen);
      }
    }
  }

  private void enter(int state, byte[] seen) {
    if (seen[state] == 1) {
      throw new GrammarException("The schema refers to itself without anything in between.");
    }
    if (seen[state] == 2) {
      return;
    }
    seen[state] = 1;
    int[] pairs = calls[state];
    for (int i = 0; i < pairs.length; i += 2) {
      enter(pairs[i], seen);
    }
    seen[state] = 2;
  }

  /**
   * For each state, by how many frames the stack must grow at least until its rule can end, if only
   * the given bytes can be had; {@link #NEVER} where it can't end. A parse that keeps within {@link
   * #MAX_DEPTH} by this count can always be completed.
   */
  int[] needs(BitSet available) {
    int[] needs = new int[accept.length];
    Arrays.fill(needs, NEVER);
    boolean[] usable = new boolean[classes];
    available.stream().filter(b -> b < 256).forEach(b -> usable[classOf[b]] = true);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int s = needs.length - 1; s >= 0; s--) {
        int best = accept[s] || (nameBody[s] && usable[classOf['"']]) ? 0 : needs[s];
        for (int c = 0; c < classes && best > 0; c++) {
          int target = next[s * classes + c];
          if (target >= 0 && usable[c]) {
            best = Math.min(best, needs[target]);
          }
        }
        int[] pairs = calls[s];
        for (int i = 0; i < pairs.length; i += 2) {
          int grown = needs[pairs[i]] + (tail[pairs[i + 1]] ? 0 : 1);
          best = Math.min(best, Math.max(grown, needs[pairs[i + 1]]));
        }
        if (best < needs[s]) {
          needs[s] = best;
          changed = true;
        }
      }
    }
    return needs;
  }

  /** Whether a byte may be read in a counted string's body after {@code count} characters. */
  boolean countAllows(int state, int count, int value) {
    return value == '"' ? count >= least[state] : count < most[state];
  }

  /** Adds what a frame can become by reading a byte; {@code needs} is of {@link #needs}. */
  void step(Frame frame, int value, int[] needs, List<Frame> out) {
    int state = frame.state();
    int target = next[state * classes + classOf[value]];
    if (target >= 0 && (!counted[state] || countAllows(state, frame.count(), value))) {
      int count = counted[target] && !first[state] ? frame.count() + 1 : frame.count();
      Name name = inName[state] && !first[state] ? Name.after(frame.name(), value) : null;
      put(frame.moved(target, count, name), needs, out);
    }
    if (nameBody[state] && value == '"') {
      Frame parent = frame.parent();
      if (parent != null && !parent.isBase() && !isTaken(parent, frame.name())) {
        put(parent.with(frame.name()), needs, out);
      }
    }
    int[] pairs = calls[state];
    for (int i = 0; i < pairs.length; i += 2) {
      int back = pairs[i + 1];
      Frame called = tail[back] ? frame.replaced(pairs[i]) : frame.calling(pairs[i], back);
      if (frame.depth() + needs[back] <= MAX_DEPTH
          && called.depth() + needs[called.state()] <= MAX_DEPTH) {
        step(called, value, needs, out);
      }
    }
    Frame parent = frame.parent();
    if (accept[state] && parent != null && !parent.isBase()) {
      step(parent, value, needs, out);
    }
  }

  private static void put(Frame frame, int[] needs, List<Frame> out) {
    if (frame.depth() + needs[frame.state()] <= MAX_DEPTH
        && out.size() < MAX_THREADS
        && !out.contains(frame)) {
      out.add(frame);
    }
  }

  /** Whether an open object already has, or lists, a member of that name. */
  boolean isTaken(Frame object, @Nullable Name name) {
    String text = Name.text(name);
    Set<String> names = listed[object.state()];
    return (names != null && names.contains(text)) || object.hasName(text);
  }

  /** The frames and all that they can pop to without reading anything. */
  List<Frame> closure(List<Frame> frames) {
    List<Frame> result = new ArrayList<>(frames);
    for (int i = 0; i < result.size(); i++) {
      Frame frame = result.get(i);
      Frame parent = frame.parent();
      if (accept[frame.state()] && parent != null && !result.contains(parent)) {
        result.add(parent);
      }
    }
    return result;
  }

  boolean mayEnd(List<Frame> frames) {
    for (Frame frame : closure(frames)) {
      if (accept[frame.state()] && frame.parent() == null) {
        return true;
      }
    }
    return false;
  }

  /** Whether a whole text is in the grammar. */
  boolean accepts(byte[] text) {
    BitSet all = new BitSet();
    all.set(0, 256);
    int[] needs = needs(all);
    List<Frame> frames = List.of(Frame.at(start));
    for (byte b : text) {
      List<Frame> after = new ArrayList<>();
      for (Frame frame : frames) {
        step(frame, b & 0xff, needs, after);
      }
      frames = after;
    }
    return mayEnd(frames);
  }

  boolean accepts(String text) {
    return accepts(text.getBytes(StandardCharsets.UTF_8));
  }
}
