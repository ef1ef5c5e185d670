// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import dev.freehold.kernel.Arithmetic;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** docs/formats/sampling.md read line by line, with a full sort and without any speed. */
@NullMarked
final class ReferenceSampler {
  record Weighted(int token, long weight) {}

  static int sample(
      float[] logits,
      SamplingParameters p,
      int choice,
      int position,
      int[] prompt,
      int[] output,
      @Nullable BitSet mask) {
    float[] l = logits.clone();
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int token : prompt) {
      counts.merge(token, 0, Integer::sum);
    }
    for (int token : output) {
      counts.merge(token, 1, Integer::sum);
    }
    counts.forEach(
        (token, count) -> {
          l[token] =
              l[token] > 0 ? l[token] / p.repetitionPenalty() : l[token] * p.repetitionPenalty();
          if (count > 0) {
            l[token] = l[token] - (float) count * p.frequencyPenalty();
            l[token] = l[token] - p.presencePenalty();
          }
        });
    p.logitBias().forEach((token, bias) -> l[token] = l[token] + bias);
    List<Integer> allowed = new ArrayList<>();
    for (int i = 0; i < l.length; i++) {
      if (mask == null || mask.get(i)) {
        allowed.add(i);
      }
    }
    int best = allowed.getFirst();
    for (int token : allowed) {
      best = l[token] > l[best] ? token : best;
    }
    if (p.temperature() < 0.001f) {
      return best;
    }
    float inverse = 1f / p.temperature();
    float max = l[best] * inverse;
    List<Weighted> kept = new ArrayList<>();
    for (int token : allowed) {
      float t = l[token] * inverse;
      kept.add(new Weighted(token, (long) Math.rint((double) Arithmetic.exp(t - max) * 0x1p30)));
    }
    kept.sort(
        Comparator.comparingLong((Weighted w) -> -w.weight()).thenComparingInt(Weighted::token));
    if (p.topK() > 0 && p.topK() < kept.size()) {
      kept = kept.subList(0, p.topK());
    }
    if (p.topP() < 1) {
      long target = Math.max(1, (long) Math.ceil((double) p.topP() * (double) sum(kept)));
      int length = 1;
      while (sum(kept.subList(0, length)) < target) {
        length++;
      }
      kept = kept.subList(0, length);
    }
    long least = (long) Math.ceil((double) p.minP() * 0x1p30);
    kept = kept.stream().filter(w -> w.weight() >= least).toList();
    long draw = Math.unsignedMultiplyHigh(Philox.draw(p.seed(), position, choice), sum(kept));
    long running = 0;
    for (Weighted w : kept) {
      running += w.weight();
      if (running > draw) {
        return w.token();
      }
    }
    throw new AssertionError("the draw lies beyond the sum");
  }

  private static long sum(List<Weighted> list) {
    return list.stream().mapToLong(Weighted::weight).sum();
  }

  private ReferenceSampler() {}
}
