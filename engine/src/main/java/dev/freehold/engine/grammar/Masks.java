// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of one vocabulary an automaton allows. What a token does inside the topmost rule
 * depends on its state alone and is computed once; only the few tokens that leave the rule are
 * looked at with the stack below.
 *
 * <p>Usable from any thread; the caches are the only state, and bounded.
 */
final class Masks {
  private static final long CACHE_BYTES = 8L << 20;

  /** What tokens do inside a rule: those that stay, and the nodes where the rule may have ended. */
  private static final class Inside {
    final long[] tokens;
    final int[] leaving;

    Inside(long[] tokens, int[] leaving) {
      this.tokens = tokens;
      this.leaving = leaving;
    }
  }

  private record InsideKey(int state, int least, int most, int depth, boolean bottom) {}

  private final Automaton automaton;
  private final TokenBytes vocabulary;
  private final int[] needs;

  /** States that neither call nor name; with {@link Automaton#accept} they still may pop. */
  private final boolean[] plain;

  private final Map<InsideKey, Inside> insides;
  private final Map<List<Frame>, long[]> masks;

  Masks(Automaton automaton, TokenBytes vocabulary) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    BitSet available = new BitSet();
    for (int child = 1; child < vocabulary.label.length; child = vocabulary.end[child]) {
      if (vocabulary.firstToken[child] < vocabulary.firstToken[child + 1]) {
        available.set(vocabulary.label[child] & 0xff);
      }
    }
    needs = automaton.needs(available);
    if (needs[automaton.start] > Automaton.MAX_DEPTH) {
      throw new GrammarException(
          "The model's vocabulary lacks bytes without which no text can satisfy the schema.");
    }
    plain = new boolean[automaton.accept.length];
    for (int s = 0; s < plain.length; s++) {
      plain[s] = automaton.calls[s].length == 0 && !automaton.inName[s];
    }
    long maskBytes = 64L + vocabulary.size() / 8;
    insides = bounded((int) Math.max(16, CACHE_BYTES / maskBytes));
    masks = bounded((int) Math.max(16, CACHE_BYTES / maskBytes));
  }

  private static <K, V> Map<K, V> bounded(int entries) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > entries;
      }
    };
  }

  /** Whether a byte read in that state does nothing but lead to another of its rule. */
  private boolean isPlain(int state, boolean bottom) {
    return plain[state] && (bottom || !automaton.accept[state]);
  }

  TokenBytes vocabulary() {
    return vocabulary;
  }

  Automaton automaton() {
    return automaton;
  }

  /** The threads after a token's bytes; empty if it is not allowed. */
  List<Frame> after(List<Frame> threads, byte[] bytes) {
    List<Frame> frames = threads;
    for (byte b : bytes) {
      frames = step(frames, b & 0xff);
      if (frames.isEmpty()) {
        break;
      }
    }
    return frames;
  }

  private List<Frame> step(List<Frame> frames, int value) {
    List<Frame> out = new ArrayList<>(2);
    for (Frame frame : frames) {
      automaton.step(frame, value, needs, out);
    }
    return out;
  }

  void allowed(List<Frame> threads, BitSet tokens) {
    long[] mask;
    synchronized (masks) {
      mask = masks.get(threads);
    }
    if (mask == null) {
      mask = compute(threads);
      synchronized (masks) {
        masks.put(threads, mask);
      }
    }
    tokens.clear();
    tokens.or(BitSet.valueOf(mask));
  }

  private long[] compute(List<Frame> threads) {
    long[] mask = new long[(vocabulary.size() + 63) / 64];
    for (Frame frame : automaton.closure(threads)) {
      if (automaton.listed[frame.state()] != null) {
        // The names an open object has are not part of its state.
        new Walk(mask, null).under(0, List.of(frame));
        continue;
      }
      Inside inside = inside(frame);
      for (int i = 0; i < mask.length; i++) {
        mask[i] |= inside.tokens[i];
      }
      Frame parent = frame.parent();
      if (parent == null) {
        continue;
      }
      Walk walk = new Walk(mask, null);
      for (int node : inside.leaving) {
        if (!automaton.inName[frame.state()]) {
          walk.under(node, List.of(parent));
          continue;
        }
        Name name = frame.name();
        byte[] path = vocabulary.rawBytes(vocabulary.tokens[vocabulary.firstToken[node]]);
        // The opening quote is not part of the name, nor is the closing one.
        for (int i = automaton.first[frame.state()] ? 1 : 0; i < vocabulary.depth[node] - 1; i++) {
          name = Name.after(name, path[i]);
        }
        if (!automaton.isTaken(parent, name)) {
          walk.arrive(node, List.of(parent.with(name)));
        }
      }
    }
    if (automaton.mayEnd(threads)) {
      for (int end : vocabulary.ends()) {
        mask[end >> 6] |= 1L << end;
      }
    }
    return mask;
  }

  private Inside inside(Frame frame) {
    int state = frame.state();
    int reach = vocabulary.maxDepth + 1;
    // Beyond what one token can count, the exact count is without effect.
    int least = Math.min(reach, Math.max(0, automaton.least[state] - frame.count()));
    int most = Math.min(reach, automaton.most[state] - frame.count());
    int depth = automaton.leaf[state] ? 0 : frame.depth();
    // With nothing below, there is nothing to leave for.
    boolean bottom = frame.parent() == null;
    InsideKey key = new InsideKey(state, least, most, depth, bottom);
    Inside found;
    synchronized (insides) {
      found = insides.get(key);
    }
    if (found != null) {
      return found;
    }
    long[] mask = new long[(vocabulary.size() + 63) / 64];
    Leaving leaving = new Leaving();
    new Walk(mask, bottom ? null : leaving).under(0, List.of(bottom ? frame : frame.overBase()));
    Inside inside = new Inside(mask, Arrays.copyOf(leaving.nodes, leaving.size));
    synchronized (insides) {
      insides.put(key, inside);
    }
    return inside;
  }

  private static final class Leaving {
    private int[] nodes = new int[64];
    private int size;

    void add(int node) {
      if (size == nodes.length) {
        nodes = Arrays.copyOf(nodes, size * 2);
      }
      nodes[size++] = node;
    }
  }

  /** A walk over the trie with what the automaton makes of each node's bytes. */
  private final class Walk {
    private final long[] mask;

    /** Where nodes at which the base's rule has ended are noted; null: there is no base. */
    private final @Nullable Leaving leaving;

    Walk(long[] mask, @Nullable Leaving leaving) {
      this.mask = mask;
      this.leaving = leaving;
    }

    /** Everything below a node at which the frames stand. */
    void under(int node, List<Frame> frames) {
      if (frames.size() == 1) {
        Frame only = frames.getFirst();
        boolean overBase = leaving != null && only.isOverBase();
        if (isPlain(only.state(), only.parent() == null)
            || (overBase && automaton.inName[only.state()])) {
          fast(node, only);
          return;
        }
      }
      int last = vocabulary.end[node];
      for (int child = node + 1; child < last; child = vocabulary.end[child]) {
        int value = vocabulary.label[child] & 0xff;
        if (leaving != null && value == '"' && endsName(frames)) {
          leaving.add(child);
        }
        List<Frame> after = step(frames, value);
        if (!after.isEmpty()) {
          arrive(child, after);
        }
      }
    }

    private boolean endsName(List<Frame> frames) {
      for (Frame frame : frames) {
        if (frame.isOverBase() && automaton.nameBody[frame.state()]) {
          return true;
        }
      }
      return false;
    }

    void arrive(int node, List<Frame> frames) {
      take(node);
      if (leaving != null) {
        for (Frame frame : frames) {
          if (frame.isOverBase() && automaton.accept[frame.state()]) {
            leaving.add(node);
            break;
          }
        }
      }
      if (node + 1 < vocabulary.end[node]) {
        under(node, frames);
      }
    }

    private void take(int node) {
      int to = vocabulary.firstToken[node + 1];
      for (int i = vocabulary.firstToken[node]; i < to; i++) {
        int token = vocabulary.tokens[i];
        mask[token >> 6] |= 1L << token;
      }
    }

    /** As {@link #under}, for one frame, without allocation while it stays within plain states. */
    private void fast(int node, Frame frame) {
      int classes = automaton.classes;
      int[] next = automaton.next;
      int[] classOf = automaton.classOf;
      int depthOfNode = vocabulary.depth[node];
      int last = vocabulary.end[node];
      int[] states = new int[vocabulary.maxDepth + 1];
      int[] counts = new int[vocabulary.maxDepth + 1];
      boolean naming = automaton.inName[frame.state()];
      boolean bottom = frame.parent() == null;
      states[depthOfNode] = frame.state();
      counts[depthOfNode] = frame.count();
      int i = node + 1;
      while (i < last) {
        int depth = vocabulary.depth[i];
        int state = states[depth - 1];
        int count = counts[depth - 1];
        int value = vocabulary.label[i] & 0xff;
        if (naming && value == '"' && automaton.nameBody[state] && leaving != null) {
          leaving.add(i);
        }
        int target = next[state * classes + classOf[value]];
        if (target < 0
            || frame.depth() + needs[target] > Automaton.MAX_DEPTH
            || (automaton.counted[state] && !automaton.countAllows(state, count, value))) {
          i = vocabulary.end[i];
          continue;
        }
        if (automaton.counted[target] && !automaton.first[state]) {
          count++;
        }
        if (isPlain(target, bottom) || naming) {
          states[depth] = target;
          counts[depth] = count;
          take(i);
          i++;
        } else {
          arrive(i, List.of(frame.moved(target, count, null)));
          i = vocabulary.end[i];
        }
      }
    }
  }
}
