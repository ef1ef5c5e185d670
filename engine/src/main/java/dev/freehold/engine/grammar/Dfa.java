// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A deterministic automaton over bytes, some of whose edges are calls of rules. It starts in state
 * 0. Bytes that no edge tells apart share a class.
 */
final class Dfa {
  /** More states than this are refused, whatever the expression. */
  static final int MAX_STATES = 40_000;

  /** More steps than this are not taken to make one automaton: a second, at worst. */
  private static final long MAX_WORK = 20_000_000;

  final int[] classOf;
  final int classes;

  /** Target of state s under class c at s·classes + c, or -1. */
  final int[] next;

  final boolean[] accept;

  /** Pairs (rule, target) of state s. */
  final int[][] calls;

  private Dfa(int[] classOf, int classes, int[] next, boolean[] accept, int[][] calls) {
    this.classOf = classOf;
    this.classes = classes;
    this.next = next;
    this.accept = accept;
    this.calls = calls;
  }

  private static int[][] noCalls(int states) {
    int[][] calls = new int[states][];
    Arrays.fill(calls, new int[0]);
    return calls;
  }

  int states() {
    return accept.length;
  }

  int step(int state, int value) {
    return next[state * classes + classOf[value]];
  }

  boolean accepts(byte[] text) {
    int state = 0;
    for (byte b : text) {
      state = step(state, b & 0xff);
      if (state < 0) {
        return false;
      }
    }
    return accept[state];
  }

  /** An automaton without calls, given state by state: {@code next[state][byte]}. */
  static Dfa of(int[][] next, boolean[] accept) {
    int[] classOf = new int[256];
    for (int b = 0; b < 256; b++) {
      classOf[b] = b;
    }
    int[] table = new int[next.length * 256];
    for (int s = 0; s < next.length; s++) {
      System.arraycopy(next[s], 0, table, s * 256, 256);
    }
    return new Dfa(classOf, 256, table, accept, noCalls(next.length)).withFewerClasses();
  }

  /**
   * States given one by one, followed by another automaton: a target beyond the given states is one
   * of its states.
   */
  static Dfa of(int[][] next, boolean[] accept, Dfa after) {
    int before = next.length;
    int states = before + after.states();
    int[][] all = new int[states][];
    boolean[] accepting = Arrays.copyOf(accept, states);
    int[][] calls = noCalls(states);
    for (int s = 0; s < states; s++) {
      if (s < before) {
        all[s] = next[s];
        continue;
      }
      int[] row = new int[256];
      for (int b = 0; b < 256; b++) {
        int target = after.step(s - before, b);
        row[b] = target < 0 ? -1 : before + target;
      }
      all[s] = row;
      accepting[s] = after.accept[s - before];
      calls[s] = after.calls[s - before].clone();
      for (int i = 1; i < calls[s].length; i += 2) {
        calls[s][i] += before;
      }
    }
    Dfa plain = of(all, accepting);
    return new Dfa(plain.classOf, plain.classes, plain.next, accepting, calls);
  }

  /** The automaton of an expression, by subset construction. */
  static Dfa of(Expression expression) {
    return of(expression, MAX_STATES);
  }

  /** The same, refusing what needs more than {@code most} states. */
  static Dfa of(Expression expression, int most) {
    Nfa nfa = new Nfa();
    int start = nfa.state();
    int end = nfa.add(expression, start);
    return of(nfa, start, end, most);
  }

  /** The automaton of a graph whose texts lead from {@code start} to {@code end}. */
  static Dfa of(Nfa nfa, int start, int end) {
    return of(nfa, start, end, MAX_STATES);
  }

  private static Dfa of(Nfa nfa, int start, int end, int most) {
    int[] classOf = nfa.classes();
    int classes = Arrays.stream(classOf).max().orElse(0) + 1;
    int[] sample = new int[classes];
    for (int b = 255; b >= 0; b--) {
      sample[classOf[b]] = b;
    }
    Map<IntBuffer, Integer> numbers = new HashMap<>();
    List<int[]> sets = new ArrayList<>();
    number(nfa.closure(start), numbers, sets, most);
    long work = 0;
    List<int[]> rows = new ArrayList<>();
    List<int[]> calls = new ArrayList<>();
    for (int s = 0; s < sets.size(); s++) {
      int[] set = sets.get(s);
      work += (long) set.length * classes;
      if (work > MAX_WORK) {
        throw tooLarge();
      }
      int[] row = new int[classes];
      for (int c = 0; c < classes; c++) {
        int[] target = nfa.targets(set, sample[c]);
        row[c] = target.length == 0 ? -1 : number(target, numbers, sets, most);
      }
      rows.add(row);
      Map<Integer, int[]> called = nfa.called(set);
      int[] pairs = new int[called.size() * 2];
      int at = 0;
      for (Map.Entry<Integer, int[]> call : called.entrySet()) {
        pairs[at++] = call.getKey();
        pairs[at++] = number(call.getValue(), numbers, sets, most);
      }
      calls.add(pairs);
    }
    int states = sets.size();
    int[] next = new int[states * classes];
    boolean[] accept = new boolean[states];
    int[][] callTable = new int[states][];
    for (int s = 0; s < states; s++) {
      System.arraycopy(rows.get(s), 0, next, s * classes, classes);
      accept[s] = Arrays.binarySearch(sets.get(s), end) >= 0;
      callTable[s] = calls.get(s);
    }
    return new Dfa(classOf, classes, next, accept, callTable);
  }

  private static int number(
      int[] set, Map<IntBuffer, Integer> numbers, List<int[]> sets, int most) {
    IntBuffer key = IntBuffer.wrap(set);
    Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    if (sets.size() >= most) {
      throw tooLarge();
    }
    numbers.put(key, sets.size());
    sets.add(set);
    return sets.size() - 1;
  }

  static GrammarException tooLarge() {
    return new GrammarException(
        "The schema needs too many states: shorten its patterns, enumerations or counts.");
  }

  /** The texts that both accept; neither has calls. */
  Dfa intersect(Dfa other) {
    Map<Long, Integer> numbers = new HashMap<>();
    List<long[]> pairs = new ArrayList<>();
    numbers.put(0L, 0);
    pairs.add(new long[] {0, 0});
    List<int[]> rows = new ArrayList<>();
    for (int s = 0; s < pairs.size(); s++) {
      int[] row = new int[256];
      for (int b = 0; b < 256; b++) {
        int x = step((int) pairs.get(s)[0], b);
        int y = other.step((int) pairs.get(s)[1], b);
        if (x < 0 || y < 0) {
          row[b] = -1;
          continue;
        }
        long key = (long) x << 32 | y;
        Integer known = numbers.get(key);
        if (known == null) {
          if (pairs.size() >= MAX_STATES / 4) {
            throw tooLarge();
          }
          known = pairs.size();
          numbers.put(key, known);
          pairs.add(new long[] {x, y});
        }
        row[b] = known;
      }
      rows.add(row);
    }
    boolean[] accept = new boolean[pairs.size()];
    for (int s = 0; s < accept.length; s++) {
      accept[s] = this.accept[(int) pairs.get(s)[0]] && other.accept[(int) pairs.get(s)[1]];
    }
    return of(rows.toArray(new int[0][]), accept).minimal();
  }

  /**
   * The smallest automaton of the same texts (Moore); this one has no calls. A large one stays as
   * it is, since the time grows with the square.
   */
  Dfa minimal() {
    int n = states();
    if (n > 400) {
      return this;
    }
    int[] group = new int[n];
    for (int s = 0; s < n; s++) {
      group[s] = accept[s] ? 1 : 0;
    }
    int groups = 0;
    while (true) {
      Map<List<Integer>, Integer> numbers = new HashMap<>();
      int[] refined = new int[n];
      for (int s = 0; s < n; s++) {
        List<Integer> signature = new ArrayList<>(classes + 1);
        signature.add(group[s]);
        for (int c = 0; c < classes; c++) {
          int target = next[s * classes + c];
          signature.add(target < 0 ? -1 : group[target]);
        }
        // States are met in order, so state 0 has number 0.
        refined[s] = numbers.computeIfAbsent(signature, _ -> numbers.size());
      }
      group = refined;
      if (numbers.size() == groups) {
        break;
      }
      groups = numbers.size();
    }
    int[] table = new int[groups * classes];
    boolean[] accepting = new boolean[groups];
    for (int s = 0; s < n; s++) {
      accepting[group[s]] = accept[s];
      for (int c = 0; c < classes; c++) {
        int target = next[s * classes + c];
        table[group[s] * classes + c] = target < 0 ? -1 : group[target];
      }
    }
    return new Dfa(classOf, classes, table, accepting, noCalls(groups)).withFewerClasses();
  }

  private Dfa withFewerClasses() {
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    int[] merged = new int[256];
    for (int b = 0; b < 256; b++) {
      List<Integer> column = new ArrayList<>(states());
      for (int s = 0; s < states(); s++) {
        column.add(step(s, b));
      }
      merged[b] = numbers.computeIfAbsent(column, _ -> numbers.size());
    }
    int count = numbers.size();
    int[] table = new int[states() * count];
    for (int s = 0; s < states(); s++) {
      for (int b = 0; b < 256; b++) {
        table[s * count + merged[b]] = step(s, b);
      }
    }
    return new Dfa(merged, count, table, accept, calls);
  }
}
