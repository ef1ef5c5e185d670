// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import dev.freehold.engine.sampling.Sampled.Alternative;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.SamplingWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The integer weights rint(exp(t - max)·2^30) of a vocabulary, and questions about them in the
 * order "heavier first, then smaller id" that are answered without sorting: elements are gathered
 * in bands of falling weight only as far as a question reaches, and inside the one band that
 * matters by selection.
 */
final class Weights {
  /** Elements of a block whose heaviest is known, so that most blocks are never looked at again. */
  private static final int BLOCK = SamplingWeights.BLOCK;

  private static final int HEAVIEST = 1 << 30;

  /** Elements that are sorted rather than parted again. */
  private static final int FEW = 32;

  /** Each band spans four powers of two; the last ends at weight 1. */
  private static final int BANDS = 8;

  private final Kernel kernel;
  private int[] weight = new int[0];
  private int[] blockHeaviest = new int[0];
  private int size;
  private long total;

  /** Gathered elements: weight in the upper half, inverted id in the lower: larger comes first. */
  private long[] keys = new long[0];

  private final int[] bandEnd = new int[BANDS];
  private final long[] bandSum = new long[BANDS];
  private int bands;

  /** The prefix sum through the element last found. */
  private long through;

  Weights(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Draws a token. {@code max} is the largest value; {@code random} 64 random bits. */
  int draw(float[] x, int offset, int n, float max, SamplingParameters p, long random) {
    weigh(x, offset, n, 1f / p.temperature(), max);
    long kept = total;
    if (p.topK() > 0 && p.topK() < n) {
      kept = sumOfHeaviest(p.topK());
    }
    if (p.topP() < 1) {
      long target = Math.max(1, (long) Math.ceil((double) p.topP() * (double) kept));
      find(target - 1);
      kept = Math.min(kept, through);
    }
    if (p.minP() > 0) {
      int least = Math.max(1, (int) Math.ceil((double) p.minP() * HEAVIEST));
      kept = Math.min(kept, sumFrom(least));
    }
    return find(Math.unsignedMultiplyHigh(random, kept));
  }

  /** The token with its log probability and the most probable tokens, from the raw logits. */
  Sampled withLogprobs(float[] logits, int offset, int n, int token, int wanted) {
    int best = Best.of(logits, offset, n);
    float max = logits[offset + best];
    weigh(logits, offset, n, 1f, max);
    double normaliser = StrictMath.log((double) total * 0x1p-30);
    List<Alternative> top = new ArrayList<>(wanted);
    for (int id : largest(logits, offset, n, Math.min(wanted, n))) {
      top.add(new Alternative(id, logprob(logits[offset + id], max, normaliser)));
    }
    return new Sampled(token, logprob(logits[offset + token], max, normaliser), top);
  }

  private static float logprob(float logit, float max, double normaliser) {
    return (float) ((double) logit - (double) max - normaliser);
  }

  /** The ids of the largest values, largest first, equal ones by id. */
  private static int[] largest(float[] x, int offset, int n, int count) {
    int[] ids = new int[count];
    int held = 0;
    float least = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n && count > 0; i++) {
      float value = x[offset + i];
      if (held == count && !(value > least)) {
        continue;
      }
      int at = held < count ? held++ : count - 1;
      while (at > 0 && x[offset + ids[at - 1]] < value) {
        ids[at] = ids[at - 1];
        at--;
      }
      ids[at] = i;
      least = x[offset + ids[held - 1]];
    }
    return ids;
  }

  /** Computes every weight, and forgets what was gathered. */
  private void weigh(float[] x, int offset, int n, float factor, float max) {
    if (weight.length < n) {
      weight = new int[n];
      blockHeaviest = new int[(n + BLOCK - 1) / BLOCK];
    }
    size = n;
    bands = 0;
    float shift = max * factor;
    if (!Float.isFinite(shift)) {
      throw new ArithmeticException("A logit is beyond binary32 once divided by the temperature.");
    }
    total = kernel.weigh(x, offset, n, factor, shift, weight, blockHeaviest);
  }

  /** The id of the first element, in order, at which the running sum exceeds {@code x}. */
  private int find(long x) {
    long before = 0;
    for (int band = 0; band < BANDS; band++) {
      gather(band);
      if (before + bandSum[band] > x) {
        long key = select(band, x - before, false);
        through = before + sumDownTo(band, key);
        return ~(int) key;
      }
      before += bandSum[band];
    }
    throw new IllegalStateException("no element at " + x + " of " + total);
  }

  /** The sum of the {@code count} heaviest elements; of all where fewer have any weight. */
  private long sumOfHeaviest(int count) {
    long before = 0;
    int counted = 0;
    for (int band = 0; band < BANDS; band++) {
      gather(band);
      int length = bandEnd[band] - bandStart(band);
      if (counted + length >= count) {
        return before + sumDownTo(band, select(band, count - counted - 1, true));
      }
      counted += length;
      before += bandSum[band];
    }
    return before;
  }

  /** The sum of the elements of at least that weight. */
  private long sumFrom(int least) {
    long sum = 0;
    for (int band = 0; band < BANDS; band++) {
      gather(band);
      if (lightest(band) <= least) {
        return sum + sumDownTo(band, (long) least << 32);
      }
      sum += bandSum[band];
    }
    return sum;
  }

  private static int lightest(int band) {
    // A shift by 32 would be none: the last band goes down to 1.
    return band == BANDS - 1 ? 1 : HEAVIEST >> (4 * (band + 1));
  }

  private int bandStart(int band) {
    return band == 0 ? 0 : bandEnd[band - 1];
  }

  /** Gathers a band, if that has not happened yet; those before it have been gathered. */
  private void gather(int band) {
    if (band < bands) {
      return;
    }
    bands = band + 1;
    int low = lightest(band);
    int high = band == 0 ? HEAVIEST : lightest(band - 1) - 1;
    int at = bandStart(band);
    if (keys.length < at + BLOCK) {
      keys = Arrays.copyOf(keys, Math.max(4 * BLOCK, size + BLOCK));
    }
    long sum = 0;
    for (int from = 0; from < size; from += BLOCK) {
      if (blockHeaviest[from / BLOCK] < low) {
        continue;
      }
      if (keys.length < at + BLOCK) {
        keys = Arrays.copyOf(keys, size + BLOCK);
      }
      int to = Math.min(size, from + BLOCK);
      for (int i = from; i < to; i++) {
        int w = weight[i];
        if (w >= low && w <= high) {
          keys[at++] = (long) w << 32 | Integer.toUnsignedLong(~i);
          sum += w;
        }
      }
    }
    bandEnd[band] = at;
    bandSum[band] = sum;
  }

  private long sumDownTo(int band, long least) {
    long sum = 0;
    for (int i = bandStart(band); i < bandEnd[band]; i++) {
      sum += keys[i] >= least ? keys[i] >>> 32 : 0;
    }
    return sum;
  }

  /**
   * The first element of a band, in order, at which the running sum of weights (or the count of
   * elements) exceeds {@code x}, which is below the band's. Reorders the band.
   */
  private long select(int band, long x, boolean counting) {
    int low = bandStart(band);
    int high = bandEnd[band];
    while (high - low > FEW) {
      long pivot = median(keys[low], keys[(low + high) >>> 1], keys[high - 1]);
      // The pivot and what comes before it go to the left, without a branch: it would be guessed
      // wrongly
      // as often as not.
      int left = low;
      long sum = 0;
      for (int i = low; i < high; i++) {
        long key = keys[i];
        keys[i] = keys[left];
        keys[left] = key;
        long before = ~((key - pivot) >> 63);
        left -= (int) before;
        sum += (key >>> 32) & before;
      }
      long measure = counting ? left - low : sum;
      if (x < measure) {
        high = left;
      } else {
        x -= measure;
        low = left;
      }
    }
    Arrays.sort(keys, low, high);
    int at = high - 1;
    while (at > low && x >= (counting ? 1 : keys[at] >>> 32)) {
      x -= counting ? 1 : keys[at] >>> 32;
      at--;
    }
    return keys[at];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
