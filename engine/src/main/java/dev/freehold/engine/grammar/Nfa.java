// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A graph of states joined by bytes, calls and silent edges, from which a {@link Dfa} is made. */
final class Nfa {
  private static final int MAX_STATES = 100_000;

  private record Edge(BitSet bytes, int target) {}

  private final List<List<Edge>> edges = new ArrayList<>();
  private final List<List<int[]>> calls = new ArrayList<>();
  private final List<List<Integer>> silent = new ArrayList<>();

  /** Marks of the states met in the present round. */
  private int[] visited = new int[0];

  private int round;

  int state() {
    if (edges.size() >= MAX_STATES) {
      throw Dfa.tooLarge();
    }
    edges.add(new ArrayList<>(1));
    calls.add(new ArrayList<>(0));
    silent.add(new ArrayList<>(1));
    return edges.size() - 1;
  }

  void join(int from, int to) {
    silent.get(from).add(to);
  }

  /** Adds an expression's edges after a state; the result is the state after it. */
  int add(Expression expression, int from) {
    return switch (expression) {
      case Expression.Bytes bytes -> {
        int to = state();
        edges.get(from).add(new Edge(bytes.set(), to));
        yield to;
      }
      case Expression.Call call -> {
        int to = state();
        calls.get(from).add(new int[] {call.rule(), to});
        yield to;
      }
      case Expression.Sequence sequence -> {
        int at = from;
        for (Expression part : sequence.parts()) {
          at = add(part, at);
        }
        yield at;
      }
      case Expression.Choice choice -> {
        int to = state();
        for (Expression part : choice.parts()) {
          int start = state();
          join(from, start);
          join(add(part, start), to);
        }
        yield to;
      }
      case Expression.Repeat repeat -> repeated(repeat, from);
    };
  }

  private int repeated(Expression.Repeat repeat, int from) {
    int at = from;
    for (int i = 0; i < repeat.least(); i++) {
      at = add(repeat.part(), at);
    }
    int end = state();
    if (repeat.most() < 0) {
      int loop = state();
      join(at, loop);
      join(loop, end);
      join(add(repeat.part(), loop), loop);
      return end;
    }
    join(at, end);
    for (int i = repeat.least(); i < repeat.most(); i++) {
      // A state of its own, so that a loop at the end of one part does not lead into the next.
      int start = state();
      join(at, start);
      at = add(repeat.part(), start);
      join(at, end);
    }
    return end;
  }

  /** A class for each byte: bytes of one class are on the same edges. */
  int[] classes() {
    Set<BitSet> sets = new LinkedHashSet<>();
    for (List<Edge> list : edges) {
      for (Edge edge : list) {
        sets.add(edge.bytes());
      }
    }
    int[] classOf = new int[256];
    int count = 1;
    for (BitSet set : sets) {
      Map<Integer, Integer> split = new HashMap<>();
      boolean[] inside = new boolean[count];
      boolean[] outside = new boolean[count];
      for (int b = 0; b < 256; b++) {
        (set.get(b) ? inside : outside)[classOf[b]] = true;
      }
      for (int c = 0; c < inside.length; c++) {
        if (inside[c] && outside[c]) {
          split.put(c, count++);
        }
      }
      for (int b = 0; b < 256; b++) {
        if (set.get(b)) {
          classOf[b] = split.getOrDefault(classOf[b], classOf[b]);
        }
      }
    }
    return classOf;
  }

  /** The states that silent edges lead to from the given ones, and those themselves, in order. */
  int[] closure(int... seeds) {
    if (visited.length < edges.size()) {
      visited = new int[edges.size()];
      round = 0;
    }
    round++;
    int[] found = new int[Math.max(8, seeds.length)];
    int size = 0;
    for (int seed : seeds) {
      if (visited[seed] != round) {
        visited[seed] = round;
        found[size++] = seed;
      }
    }
    for (int at = 0; at < size; at++) {
      for (int target : silent.get(found[at])) {
        if (visited[target] != round) {
          visited[target] = round;
          if (size == found.length) {
            found = Arrays.copyOf(found, size * 2);
          }
          found[size++] = target;
        }
      }
    }
    Arrays.sort(found, 0, size);
    return Arrays.copyOf(found, size);
  }

  /** Where a byte leads from a set of states. */
  int[] targets(int[] from, int value) {
    int[] seeds = new int[8];
    int size = 0;
    for (int s : from) {
      for (Edge edge : edges.get(s)) {
        if (edge.bytes().get(value)) {
          if (size == seeds.length) {
            seeds = Arrays.copyOf(seeds, size * 2);
          }
          seeds[size++] = edge.target();
        }
      }
    }
    return closure(Arrays.copyOf(seeds, size));
  }

  /** The rules called from a set, each with the set of states that its text leads to. */
  Map<Integer, int[]> called(int[] from) {
    TreeMap<Integer, int[]> seeds = new TreeMap<>();
    for (int s : from) {
      for (int[] call : calls.get(s)) {
        int[] before = seeds.getOrDefault(call[0], new int[0]);
        int[] with = Arrays.copyOf(before, before.length + 1);
        with[before.length] = call[1];
        seeds.put(call[0], with);
      }
    }
    TreeMap<Integer, int[]> result = new TreeMap<>();
    seeds.forEach((rule, targets) -> result.put(rule, closure(targets)));
    return result;
  }
}
