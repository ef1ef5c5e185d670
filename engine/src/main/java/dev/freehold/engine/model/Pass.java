// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import dev.freehold.kernel.Activations;
import dev.freehold.kernel.Arithmetic;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.Matrix;

/**
 * One member's part of one forward pass. All members walk through the same steps, each of which
 * begins when the one before it is over. A product is shared by row groups; what belongs to single
 * rows of the batch (norms, quantising, rotation) is a step of its own, shared by rows, or done by
 * one member at the end of the step before when there are fewer rows than members.
 */
final class Pass {
  /** What a tile of a product with several runs of rows does. */
  private interface Tiles {
    void run(int from, int to, int firstRow, int lastRow);
  }

  /**
   * Rows of a run, at most: few enough that their activations lie in the cache from tile to tile,
   * and that the last pieces of a product end at about one time.
   */
  private static final int RUN = 144;

  /** A run is a multiple of what any kernel takes at once: 6, 8 or 16 rows. */
  private static final int MULTIPLE = 48;

  private final Transformer transformer;
  private final Configuration model;
  private final LayerRange layers;
  private final Weights weights;
  private final Kernel kernel;
  private final int threads;
  private final Batch batch;
  private final Workers.Member member;
  private final int rows;
  private final int wanted;
  private final int width;
  private final int queryWidth;
  private final int keyValueWidth;
  private final int headsWidth;
  private int at;

  /**
   * A walk. The numbers of rows come from the caller: a member that starts late must not look at a
   * batch that may already be another one.
   */
  Pass(Transformer transformer, Batch batch, int rows, int wanted, Workers.Member member) {
    this.transformer = transformer;
    this.model = transformer.configuration();
    this.layers = transformer.layers();
    this.at = layers.first();
    this.weights = transformer.weights();
    this.kernel = transformer.kernel();
    this.threads = transformer.threads();
    this.batch = batch;
    this.member = member;
    this.rows = rows;
    this.wanted = wanted;
    this.width = model.width();
    this.queryWidth = model.queryWidth();
    this.keyValueWidth = model.keyValueWidth();
    this.headsWidth = queryWidth + 2 * keyValueWidth;
  }

  void run() {
    try {
      walk();
    } catch (ArithmeticException e) {
      throw new NumberException(
          (at < model.layers() ? "layer " + at : "the output")
              + " of the model computes no number: "
              + e.getMessage(),
          e);
    }
  }

  private void walk() {
    step(
        rows,
        (from, to) -> {
          if (weights.embedding() != null) {
            embed(weights.embedding(), from, to);
          }
          normalise(from, to, layer(layers.first()).attentionNorm());
        });
    for (at = layers.first(); at < layers.end(); at++) {
      int index = at;
      Weights.Layer layer = layer(index);
      int wide = model.feedForward();
      product(
          tiles(layer.query()) + tiles(layer.key()) + tiles(layer.value()),
          (from, to, first, last) -> multiplyHeads(layer, from, to, first, last),
          (from, to) -> place(index, layer, from, to));
      step(
          rows * model.keyValueHeads() * parts(),
          (from, to) -> attend(index, from, to),
          (from, to) -> kernel.quantize(batch.mixed, 0, queryWidth, from, to, batch.mixedInput));
      product(
          tiles(layer.output()),
          (from, to, first, last) ->
              multiply(layer.output(), batch.mixedInput, from, to, first, last),
          (from, to) -> {
            accumulate(from, to, layer.outputBias(), layer.postAttentionNorm());
            normalise(from, to, layer.feedForwardNorm());
          });
      product(
          tiles(layer.gate()),
          (from, to, first, last) -> multiplyGateAndUp(layer, from, to, first, last),
          (from, to) -> kernel.quantize(batch.gate, 0, wide, from, to, batch.gateInput));
      product(
          tiles(layer.down()),
          (from, to, first, last) -> multiply(layer.down(), batch.gateInput, from, to, first, last),
          (from, to) -> {
            accumulate(from, to, new float[0], layer.postFeedForwardNorm());
            if (index + 1 < layers.end()) {
              normalise(from, to, layer(index + 1).attentionNorm());
            } else if (layers.isLast()) {
              finish(from, to);
            }
          });
    }
    Matrix output = weights.output();
    if (wanted > 0 && output != null) {
      step(tiles(output), (from, to) -> multiplyOutput(output, batch.hiddenInput, from, to));
    }
  }

  /** The output matrix alone, for as many rows as the walk has, from a slot on. */
  void output(Matrix output, Activations input, int slot) {
    step(rows, (from, to) -> kernel.quantize(batch.hidden, slot * width, width, from, to, input));
    step(tiles(output), (from, to) -> multiplyOutput(output, input, from, to));
  }

  private Weights.Layer layer(int index) {
    return weights.layers().get(index - layers.first());
  }

  private void step(int total, Workers.Pieces work) {
    member.step(total, total, work, null);
  }

  /** A step, and then the work on single rows that it makes possible. */
  private void step(int total, Workers.Pieces work, Workers.Pieces eachRow) {
    if (rows < threads) {
      member.step(total, total, work, () -> eachRow.run(0, rows));
    } else {
      step(total, work);
      step(rows, eachRow);
    }
  }

  /** A product. Its pieces are tiles: all of one run of rows, then all of the next. */
  private void product(int tiles, Tiles work, Workers.Pieces eachRow) {
    int runs = Math.ceilDiv(rows, RUN);
    int run = Math.ceilDiv(Math.ceilDiv(rows, runs), MULTIPLE) * MULTIPLE;
    step(
        tiles * runs,
        (from, to) -> {
          for (int piece = from; piece < to; ) {
            int first = piece / tiles * run;
            int tile = piece % tiles;
            int end = Math.min(tiles, tile + to - piece);
            work.run(tile, end, first, Math.min(rows, first + run));
            piece += end - tile;
          }
        },
        eachRow);
  }

  private void embed(Matrix embedding, int from, int to) {
    float scale = model.embeddingScale();
    for (int row = from; row < to; row++) {
      embedding.row(batch.token(row), batch.x, row * width);
      if (scale != 1) {
        for (int i = row * width; i < (row + 1) * width; i++) {
          batch.x[i] *= scale;
        }
      }
    }
  }

  private void normalise(int from, int to, float[] weight) {
    for (int row = from; row < to; row++) {
      kernel.rmsNorm(
          batch.x, row * width, weight, width, model.epsilon(), batch.normed, row * width);
    }
    kernel.quantize(batch.normed, 0, width, from, to, batch.normedInput);
  }

  /** Adds what a block gave to the residual stream. */
  private void accumulate(int from, int to, float[] bias, float[] norm) {
    for (int row = from; row < to; row++) {
      int offset = row * width;
      if (bias.length > 0) {
        kernel.add(batch.out, offset, bias, 0, width);
      }
      if (norm.length > 0) {
        kernel.rmsNorm(batch.out, offset, norm, width, model.epsilon(), batch.out, offset);
      }
      kernel.add(batch.x, offset, batch.out, offset, width);
    }
  }

  private void finish(int from, int to) {
    for (int row = from; row < to; row++) {
      int slot = batch.slot(row);
      kernel.rmsNorm(
          batch.x,
          row * width,
          weights.outputNorm(),
          width,
          model.epsilon(),
          batch.hidden,
          slot * width);
      kernel.quantize(batch.hidden, 0, width, slot, slot + 1, batch.hiddenInput);
    }
  }

  /** Pieces of a product: tiles of the matrix. */
  private int tiles(Matrix matrix) {
    return (matrix.groups() + kernel.tile() - 1) / kernel.tile();
  }

  /** The product with the tiles {@code from} to {@code to} of a matrix. */
  private void multiply(
      Matrix matrix,
      Activations input,
      int firstRow,
      int lastRow,
      int from,
      int to,
      float[] out,
      int offset,
      int stride) {
    int first = from * kernel.tile();
    int last = Math.min(to * kernel.tile(), matrix.groups());
    kernel.multiply(matrix, input, firstRow, lastRow, first, last, out, offset, stride);
  }

  private void multiply(
      Matrix matrix, Activations input, int from, int to, int firstRow, int lastRow) {
    multiply(matrix, input, firstRow, lastRow, from, to, batch.out, 0, width);
  }

  private void multiplyHeads(Weights.Layer layer, int from, int to, int firstRow, int lastRow) {
    int query = tiles(layer.query());
    int key = query + tiles(layer.key());
    int values = queryWidth + keyValueWidth;
    part(layer.query(), from, Math.min(to, query), firstRow, lastRow, 0);
    part(
        layer.key(),
        Math.max(from, query) - query,
        Math.min(to, key) - query,
        firstRow,
        lastRow,
        queryWidth);
    part(layer.value(), Math.max(from, key) - key, to - key, firstRow, lastRow, values);
  }

  private void part(Matrix matrix, int from, int to, int firstRow, int lastRow, int offset) {
    if (from < to) {
      multiply(
          matrix, batch.normedInput, firstRow, lastRow, from, to, batch.heads, offset, headsWidth);
    }
  }

  private void multiplyGateAndUp(Weights.Layer layer, int from, int to, int firstRow, int lastRow) {
    int wide = model.feedForward();
    int first = from * kernel.tile() * Matrix.GROUP;
    int count = Math.min(to * kernel.tile() * Matrix.GROUP, wide) - first;
    Activations input = batch.normedInput;
    multiply(layer.gate(), input, firstRow, lastRow, from, to, batch.gate, 0, wide);
    multiply(layer.up(), input, firstRow, lastRow, from, to, batch.up, 0, wide);
    for (int row = firstRow; row < lastRow; row++) {
      int offset = row * wide + first;
      if (model.architecture().gelu()) {
        kernel.gelu(batch.gate, offset, batch.up, offset, count);
      } else {
        kernel.silu(batch.gate, offset, batch.up, offset, count);
      }
    }
  }

  /** Biases, norms and rotates queries and keys, and stores keys and values. */
  private void place(int index, Weights.Layer layer, int from, int to) {
    int size = model.headSize();
    for (int row = from; row < to; row++) {
      int base = row * headsWidth;
      if (layer.queryBias().length > 0) {
        kernel.add(batch.heads, base, layer.queryBias(), 0, queryWidth);
      }
      if (layer.keyBias().length > 0) {
        kernel.add(batch.heads, base + queryWidth, layer.keyBias(), 0, keyValueWidth);
      }
      if (layer.valueBias().length > 0) {
        int values = base + queryWidth + keyValueWidth;
        kernel.add(batch.heads, values, layer.valueBias(), 0, keyValueWidth);
      }
      int position = batch.position(row);
      for (int head = 0; head < model.heads(); head++) {
        rotate(index, layer.queryNorm(), base + head * size, position);
      }
      KeyValuePage page = batch.pages(row)[position / KeyValuePage.POSITIONS];
      int slot = position % KeyValuePage.POSITIONS;
      for (int head = 0; head < model.keyValueHeads(); head++) {
        int key = base + queryWidth + head * size;
        rotate(index, layer.keyNorm(), key, position);
        kernel.store(
            page,
            slot,
            index - layers.first(),
            head,
            batch.heads,
            key,
            batch.heads,
            key + keyValueWidth);
      }
    }
  }

  private void rotate(int index, float[] norm, int offset, int position) {
    if (norm.length > 0) {
      kernel.rmsNorm(
          batch.heads, offset, norm, model.headSize(), model.epsilon(), batch.heads, offset);
    }
    Rotary rotary = transformer.rotary(index);
    kernel.rotate(
        batch.heads,
        offset,
        rotary.pairs(),
        rotary.cosine(position),
        rotary.sine(position),
        rotary.offset(position),
        model.architecture().neighbouringPairs());
  }

  /** With few rows, the query heads of a key/value head are pieces of their own. */
  private int parts() {
    return rows * model.keyValueHeads() < 2 * threads && threads > 1
        ? model.heads() / model.keyValueHeads()
        : 1;
  }

  /** A piece is a row, a key/value head, and one of the parts of its query heads. */
  private void attend(int index, int from, int to) {
    int size = model.headSize();
    int group = model.heads() / model.keyValueHeads();
    int parts = parts();
    int window = model.isSliding(index) ? model.window() : Integer.MAX_VALUE;
    for (int piece = from; piece < to; piece++) {
      int row = piece / parts / model.keyValueHeads();
      int head = piece / parts % model.keyValueHeads();
      int query = head * group + piece % parts * (group / parts);
      int last = batch.position(row) + 1;
      kernel.attend(
          batch.pages(row),
          index - layers.first(),
          head,
          Math.max(0, last - window),
          last,
          batch.heads,
          row * headsWidth + query * size,
          group / parts,
          model.attentionScale(),
          batch.mixed,
          row * queryWidth + query * size);
    }
  }

  private void multiplyOutput(Matrix output, Activations input, int from, int to) {
    int vocabulary = model.vocabulary();
    float[] logits = batch.logits();
    multiply(output, input, 0, wanted, from, to, logits, 0, vocabulary);
    if (model.logitCap() > 0) {
      int first = from * kernel.tile() * Matrix.GROUP;
      int end = Math.min(to * kernel.tile() * Matrix.GROUP, vocabulary);
      for (int slot = 0; slot < wanted; slot++) {
        for (int i = slot * vocabulary + first; i < slot * vocabulary + end; i++) {
          logits[i] = Arithmetic.cap(logits[i], model.logitCap());
        }
      }
    }
  }
}
