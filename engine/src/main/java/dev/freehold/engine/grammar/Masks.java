// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final byte[] NO_COUNT = {};

  /** What tokens do inside a rule. */
  private static final class Inside {
    /** Those that stay in it. */
    final long[] tokens;

    /** In a counted string: how many characters each token begins; otherwise empty. */
    final byte[] begun;

    /** The nodes at which the rule may have ended, and the characters begun and ended by then. */
    final int[] leaving;

    final byte[] leavingBegun;
    final byte[] leavingEnded;

    Inside(long[] tokens, byte[] begun, Leaving leaving) {
      this.tokens = tokens;
      this.begun = begun;
      this.leaving = Arrays.copyOf(leaving.nodes, leaving.size);
      this.leavingBegun = Arrays.copyOf(leaving.begun, leaving.size);
      this.leavingEnded = Arrays.copyOf(leaving.ended, leaving.size);
    }
  }

  private record InsideKey(int state, int depth, boolean bottom) {}

  private final Automaton automaton;
  private final TokenBytes vocabulary;
  private final int[] needs;

  /** States that neither call nor name; with {@link Automaton#accept} they still may pop. */
  private final boolean[] plain;

  /** The bytes that lead from a state to itself, as {@link TokenBytes#below} has them. */
  private final long[] loops;

  /** Whether every character that is not ASCII leads from a state to itself. */
  private final boolean[] wideLoops;

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
    wideLoops = new boolean[plain.length];
    loops = loops();
    long maskBytes = 64L + vocabulary.size() / 8;
    insides = bounded((int) Math.max(16, CACHE_BYTES / maskBytes));
    masks = bounded((int) Math.max(16, CACHE_BYTES / maskBytes));
  }

  private long[] loops() {
    long[] sets = new long[2 * plain.length];
    for (int s = 0; s < plain.length; s++) {
      // No letter, no use: such states are many, and stay for a byte at most.
      if (automaton.next[s * automaton.classes + automaton.classOf['e']] == s) {
        for (int b = 0; b < 127; b++) {
          if (automaton.next[s * automaton.classes + automaton.classOf[b]] == s) {
            sets[2 * s + (b >> 6)] |= 1L << b;
          }
        }
        wideLoops[s] = loopsOverCharacters(s);
      }
    }
    return sets;
  }

  private boolean loopsOverCharacters(int state) {
    // Pairs of a state inside a character and the state of the rule.
    Set<List<Integer>> seen = new HashSet<>();
    List<List<Integer>> pending = new ArrayList<>();
    pending.add(List.of(0, state));
    while (!pending.isEmpty()) {
      List<Integer> pair = pending.removeLast();
      for (int b = 0x80; b < 256; b++) {
        int inside = FreeText.utf8(pair.getFirst(), b);
        if (inside < 0) {
          continue;
        }
        int target = automaton.next[pair.getLast() * automaton.classes + automaton.classOf[b]];
        if (target < 0 || needs[target] > needs[state] || (inside == 0 && target != state)) {
          return false;
        }
        List<Integer> next = List.of(inside, target);
        if (inside > 0 && seen.add(next)) {
          pending.add(next);
        }
      }
    }
    return true;
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
        new Walk(mask, null, NO_COUNT).under(0, List.of(frame));
      } else {
        add(frame, inside(frame), mask);
      }
    }
    if (automaton.mayEnd(threads)) {
      for (int end : vocabulary.ends()) {
        mask[end >> 6] |= 1L << end;
      }
    }
    return mask;
  }

  private void add(Frame frame, Inside inside, long[] mask) {
    int state = frame.state();
    boolean limited = automaton.limited[state];
    // Inside a character, that one has begun and is not counted yet.
    int open = automaton.counted[state] || automaton.first[state] ? 0 : 1;
    int room = limited ? automaton.most[state] - frame.count() - open : Integer.MAX_VALUE;
    int due = automaton.least[state] - frame.count();
    for (int i = 0; i < mask.length; i++) {
      long bits = inside.tokens[i];
      if (room <= vocabulary.maxDepth) {
        for (long rest = bits; rest != 0; rest &= rest - 1) {
          int token = (i << 6) + Long.numberOfTrailingZeros(rest);
          if ((inside.begun[token] & 0xff) > room) {
            bits &= ~(1L << token);
          }
        }
      }
      mask[i] |= bits;
    }
    Frame parent = frame.parent();
    Walk walk = new Walk(mask, null, NO_COUNT);
    for (int i = 0; i < inside.leaving.length; i++) {
      int node = inside.leaving[i];
      if (limited
          && ((inside.leavingBegun[i] & 0xff) > room || (inside.leavingEnded[i] & 0xff) < due)) {
        continue;
      }
      if (parent == null) {
        walk.take(node);
        continue;
      }
      if (!automaton.inName[state]) {
        walk.take(node);
        walk.under(node, List.of(parent));
        continue;
      }
      Name name = frame.name();
      byte[] path = vocabulary.rawBytes(vocabulary.tokens[vocabulary.firstToken[node]]);
      // The opening quote is not part of the name, nor is the closing one.
      for (int b = automaton.first[state] ? 1 : 0; b < vocabulary.depth[node] - 1; b++) {
        name = Name.after(name, path[b]);
      }
      if (!automaton.isTaken(parent, name)) {
        walk.arrive(node, List.of(parent.with(name)), 0, 0);
      }
    }
  }

  private Inside inside(Frame frame) {
    int state = frame.state();
    // With nothing below, there is nothing to leave for, but the count of a counted string.
    boolean bottom = frame.parent() == null && !automaton.limited[state];
    InsideKey key =
        new InsideKey(automaton.twin[state], automaton.leaf[state] ? 0 : frame.depth(), bottom);
    Inside found;
    synchronized (insides) {
      found = insides.get(key);
    }
    if (found != null) {
      return found;
    }
    long[] mask = new long[(vocabulary.size() + 63) / 64];
    byte[] begun = new byte[automaton.limited[state] ? vocabulary.size() : 0];
    Leaving leaving = new Leaving();
    Walk walk = new Walk(mask, bottom ? null : leaving, begun);
    walk.under(0, List.of(bottom ? frame : frame.overBase()));
    Inside inside = new Inside(mask, begun, leaving);
    synchronized (insides) {
      insides.put(key, inside);
    }
    return inside;
  }

  private static final class Leaving {
    private int[] nodes = new int[64];
    private byte[] begun = new byte[64];
    private byte[] ended = new byte[64];
    private int size;

    void add(int node, int charactersBegun, int charactersEnded) {
      if (size == nodes.length) {
        nodes = Arrays.copyOf(nodes, size * 2);
        begun = Arrays.copyOf(begun, size * 2);
        ended = Arrays.copyOf(ended, size * 2);
      }
      nodes[size] = node;
      begun[size] = (byte) Math.min(255, charactersBegun);
      ended[size++] = (byte) Math.min(255, charactersEnded);
    }
  }

  /** A walk over the trie with what the automaton makes of each node's bytes. */
  private final class Walk {
    private final long[] mask;

    /** Where nodes at which the base's rule has ended are noted; null: there is no base. */
    private final @Nullable Leaving leaving;

    /** Takes the characters each token begins, where the base's rule counts them. */
    private final byte[] begun;

    Walk(long[] mask, @Nullable Leaving leaving, byte[] begun) {
      this.mask = mask;
      this.leaving = leaving;
      this.begun = begun;
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
        List<Frame> after = step(frames, vocabulary.label[child] & 0xff);
        if (!after.isEmpty()) {
          arrive(child, after, 0, 0);
        }
      }
    }

    /** The frames stand at a node; the base's rule has begun and ended so many characters. */
    void arrive(int node, List<Frame> frames, int charactersBegun, int charactersEnded) {
      boolean stays = leaving == null;
      if (leaving != null) {
        boolean leaves = false;
        for (Frame frame : frames) {
          boolean ends = frame.isOverBase() && automaton.accept[frame.state()];
          leaves |= ends;
          // A counted string that ends must have its characters: whoever leaves is asked.
          stays |= !(ends && automaton.limited[frame.state()]);
        }
        if (leaves) {
          leaving.add(node, charactersBegun, charactersEnded);
        }
      }
      if (stays) {
        take(node);
      }
      if (node + 1 < vocabulary.end[node]) {
        under(node, frames);
      }
    }

    void take(int node) {
      take(vocabulary.firstToken[node], vocabulary.firstToken[node + 1]);
    }

    private void take(int from, int to) {
      for (int i = from; i < to; i++) {
        int token = vocabulary.tokens[i];
        mask[token >> 6] |= 1L << token;
      }
    }

    /** As {@link #under}, for one frame, without allocation while it stays within plain states. */
    private void fast(int node, Frame frame) {
      int classes = automaton.classes;
      int[] next = automaton.next;
      int[] classOf = automaton.classOf;
      short[] depths = vocabulary.depth;
      int[] ends = vocabulary.end;
      byte[] labels = vocabulary.label;
      long[] below = vocabulary.below;
      int last = ends[node];
      int room = Automaton.MAX_DEPTH - frame.depth();
      boolean naming = automaton.inName[frame.state()];
      boolean bottom = frame.parent() == null;
      boolean counting = begun.length > 0;
      boolean limited = !counting && automaton.limited[frame.state()];
      int[] states = new int[vocabulary.maxDepth + 1];
      // Of characters: begun in a base that is counted; ended otherwise.
      int[] first = new int[vocabulary.maxDepth + 1];
      int[] ended = new int[vocabulary.maxDepth + 1];
      states[depths[node]] = frame.state();
      ended[depths[node]] = counting ? 0 : frame.count();
      int i = node + 1;
      while (i < last) {
        int depth = depths[i];
        int state = states[depth - 1];
        int value = labels[i] & 0xff;
        if (naming && value == '"' && automaton.nameBody[state] && leaving != null) {
          leaving.add(i, 0, 0);
        }
        int target = next[state * classes + classOf[value]];
        if (target < 0
            || needs[target] > room
            || (limited
                && automaton.counted[state]
                && !automaton.countAllows(state, ended[depth - 1], value))) {
          i = ends[i];
          continue;
        }
        if (counting || limited) {
          boolean begins = automaton.counted[state] && value != '"';
          first[depth] = first[depth - 1] + (begins ? 1 : 0);
          boolean arrives = automaton.counted[target] && !automaton.first[state];
          ended[depth] = ended[depth - 1] + (arrives ? 1 : 0);
        }
        if (!isPlain(target, bottom) && !naming) {
          Frame moved = frame.moved(target, limited ? ended[depth] : frame.count(), null);
          arrive(i, List.of(moved), first[depth], ended[depth]);
          i = ends[i];
          continue;
        }
        states[depth] = target;
        int from = vocabulary.firstToken[i];
        int to = vocabulary.firstToken[i + 1];
        int after = i + 1;
        if (!limited
            && (!vocabulary.wide[i] || wideLoops[target])
            && (below[2 * i] & ~loops[2 * target]) == 0
            && (below[2 * i + 1] & ~loops[2 * target + 1]) == 0) {
          // Whatever comes below, the state stays the same.
          after = ends[i];
          to = vocabulary.firstToken[after];
        }
        take(from, to);
        for (int t = from; counting && t < to; t++) {
          int token = vocabulary.tokens[t];
          int characters = first[depth];
          byte[] bytes = vocabulary.rawBytes(token);
          for (int b = depth; b < bytes.length; b++) {
            // Those of a subtree taken at once: each byte but those that continue begins one.
            characters += (bytes[b] & 0xc0) == 0x80 ? 0 : 1;
          }
          begun[token] = (byte) Math.min(255, characters);
        }
        i = after;
      }
    }
  }
}
