// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.kernel.Activations;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows to compute together, and the results of the last {@link Transformer#forward}: chunks of
 * prompts and single steps of any sequences, mixed. One thread owns a batch. It holds the working
 * memory of its capacity.
 */
public final class Batch {
  private final Configuration model;
  private final LayerRange layers;
  private final int capacity;
  private final int[] tokens;
  private final int[] positions;
  private final KeyValuePage[][] pages;
  private final boolean[] wants;
  private final int[] slots;
  private int size;
  private int wanted;

  /** The slots whose logits are there. */
  private int firstLogits;

  private int endLogits;

  // Working memory, row after row; written by the pass alone.
  final float[] x;
  final float[] normed;
  final float[] heads;
  final float[] mixed;
  final float[] out;
  final float[] gate;
  final float[] up;
  final float[] hidden;
  final Activations normedInput;
  final Activations mixedInput;
  final Activations gateInput;
  final Activations hiddenInput;

  /** Final norms of rows whose logits are asked for afterwards. */
  private @Nullable Activations askedInput;

  private float[] logits = new float[0];

  /** Room for {@code capacity} rows. */
  public Batch(Transformer transformer, int capacity) {
    if (capacity < 1 || capacity > 1 << 16) {
      throw new IllegalArgumentException("a batch has 1 to 65536 rows, not " + capacity);
    }
    this.model = transformer.configuration();
    this.layers = transformer.layers();
    this.capacity = capacity;
    this.tokens = new int[capacity];
    this.positions = new int[capacity];
    this.pages = new KeyValuePage[capacity][];
    this.wants = new boolean[capacity];
    this.slots = new int[capacity];
    int width = model.width();
    x = new float[Math.multiplyExact(capacity, width)];
    normed = new float[x.length];
    heads = new float[Math.multiplyExact(capacity, model.queryWidth() + 2 * model.keyValueWidth())];
    mixed = new float[Math.multiplyExact(capacity, model.queryWidth())];
    out = new float[x.length];
    gate = new float[Math.multiplyExact(capacity, model.feedForward())];
    up = new float[gate.length];
    hidden = new float[x.length];
    Kernel kernel = transformer.kernel();
    normedInput = kernel.activations(capacity, width);
    mixedInput = kernel.activations(capacity, model.queryWidth());
    gateInput = kernel.activations(capacity, model.feedForward());
    hiddenInput = kernel.activations(capacity, width);
  }

  /** Forgets all rows and results. */
  public void clear() {
    for (int row = 0; row < size; row++) {
      pages[row] = new KeyValuePage[0];
    }
    size = 0;
    wanted = 0;
    firstLogits = 0;
    endLogits = 0;
  }

  /**
   * Adds a row. Rows of one sequence are added in rising order of position, and every earlier
   * position is either in the pages already or in this batch.
   *
   * @param pages position p of the sequence lies in {@code pages[p / 64]}; the one of {@code
   *     position} is written
   * @param wantsLogits whether the row goes through the output matrix
   * @return the row's number
   */
  public int add(int token, int position, KeyValuePage[] pages, boolean wantsLogits) {
    if (!layers.isFirst()) {
      throw new IllegalStateException("layers " + layers + " take hidden states in, no tokens");
    }
    if (token < 0 || token >= model.vocabulary()) {
      throw new IllegalArgumentException(
          "there is no token " + token + ": the vocabulary has " + model.vocabulary());
    }
    int row = place(position, pages, wantsLogits);
    tokens[row] = token;
    return row;
  }

  /**
   * Adds a row for layers that the model doesn't begin with: as {@link #add}, with what the layers
   * before gave instead of the token.
   *
   * @param hidden the next {@link #rowLength} bytes of it are read
   */
  public int addHidden(ByteBuffer hidden, int position, KeyValuePage[] pages, boolean wantsLogits) {
    if (layers.isFirst()) {
      throw new IllegalStateException("layers " + layers + " take tokens in, no hidden states");
    }
    int row = place(position, pages, wantsLogits);
    hidden
        .slice(hidden.position(), rowLength())
        .order(ByteOrder.BIG_ENDIAN)
        .asFloatBuffer()
        .get(x, row * model.width(), model.width());
    hidden.position(hidden.position() + rowLength());
    return row;
  }

  private int place(int position, KeyValuePage[] pages, boolean wantsLogits) {
    if (size == capacity) {
      throw new IllegalStateException("the batch is full: " + capacity + " rows");
    }
    if (wantsLogits && !layers.isLast()) {
      throw new IllegalStateException("layers " + layers + " have no output matrix");
    }
    if (position < 0 || position >= model.contextLength()) {
      throw new IllegalArgumentException(
          "position " + position + " is outside of the context of " + model.contextLength());
    }
    if (pages.length <= position / KeyValuePage.POSITIONS) {
      throw new IllegalArgumentException(
          "position "
              + position
              + " needs "
              + (position / KeyValuePage.POSITIONS + 1)
              + " pages, not "
              + pages.length);
    }
    positions[size] = position;
    this.pages[size] = pages;
    wants[size] = wantsLogits;
    if (wantsLogits) {
      wanted++;
    }
    return size++;
  }

  /** Rows added since {@link #clear}. */
  public int size() {
    return size;
  }

  /** Rows that fit. */
  public int capacity() {
    return capacity;
  }

  /**
   * Logits of the rows that wanted them, or that {@link Transformer#logits} was asked for last,
   * from {@link #logitsOffset}; until the next of either.
   */
  public float[] logits() {
    return logits;
  }

  /** Where a row's logits begin in {@link #logits}. */
  public int logitsOffset(int row) {
    int slot = slots[check(row)];
    if (slot < firstLogits || slot >= endLogits) {
      throw new IllegalArgumentException("row " + row + " has no logits");
    }
    return (slot - firstLogits) * model.vocabulary();
  }

  /** Bytes of a row between two layers: the residual stream, 4 each, binary32, big-endian. */
  public int rowLength() {
    return 4 * model.width();
  }

  /** Writes what the layers gave for a row, to the bit: what {@link #addHidden} takes in. */
  public void takeOut(int row, ByteBuffer out) {
    if (layers.isLast()) {
      throw new IllegalStateException("layers " + layers + " give the final norm");
    }
    out.slice(out.position(), rowLength())
        .order(ByteOrder.BIG_ENDIAN)
        .asFloatBuffer()
        .put(x, check(row) * model.width(), model.width());
    out.position(out.position() + rowLength());
  }

  /** Bytes that {@link #encodeHidden} writes. */
  public int hiddenLength() {
    return hiddenInput.encodedLength();
  }

  /** Writes a row's final norm as the output matrix takes it in: {@link Activations#encode}. */
  public void encodeHidden(int row, ByteBuffer out) {
    hiddenInput.encode(slots[check(row)], out);
  }

  /** Copies a row's final norm, {@code width} elements. */
  public void hidden(int row, float[] out) {
    System.arraycopy(hidden, slots[check(row)] * model.width(), out, 0, model.width());
  }

  private int check(int row) {
    if (row < 0 || row >= size) {
      throw new IllegalArgumentException("there is no row " + row + " among " + size);
    }
    return row;
  }

  /** Gives every row its slot among the hidden states: those that want logits come first. */
  void prepare() {
    int withLogits = 0;
    int without = wanted;
    for (int row = 0; row < size; row++) {
      slots[row] = wants[row] ? withLogits++ : without++;
    }
    makeRoom(0, wanted);
  }

  /**
   * Makes room for logits that are asked for, and gives room for the final norms they come from.
   */
  Activations prepareLogits(Kernel kernel, int from, int to) {
    Objects.checkFromToIndex(from, to, size);
    if (wanted > 0 || !layers.isLast()) {
      throw new IllegalStateException(
          "logits are asked for where the model ends, and where no row wanted any before");
    }
    makeRoom(from, to);
    Activations input = askedInput;
    if (input == null || input.capacity() < to - from) {
      input = kernel.activations(Math.max(1, to - from), model.width());
      askedInput = input;
    }
    return input;
  }

  private void makeRoom(int from, int to) {
    firstLogits = from;
    endLogits = to;
    int needed = Math.multiplyExact(to - from, model.vocabulary());
    if (logits.length < needed) {
      logits = new float[needed];
    }
  }

  int wanted() {
    return wanted;
  }

  int slot(int row) {
    return slots[row];
  }

  int token(int row) {
    return tokens[row];
  }

  int position(int row) {
    return positions[row];
  }

  KeyValuePage[] pages(int row) {
    return pages[row];
  }
}
