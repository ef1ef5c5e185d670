// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.freehold.engine.grammar.GrammarState;
import dev.freehold.kernel.ScalarKernel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class SamplerTest {
  private final Sampler sampler = new Sampler(new ScalarKernel());

  @Test
  void agreesWithTheReferenceOnRandomParametersAndLogits() {
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      int vocabulary = 1 + random.nextInt(seed % 10 == 0 ? 5000 : 700);
      float[] logits = logits(random, vocabulary);
      SamplingParameters p = parameters(random, vocabulary);
      int[] prompt = tokens(random, vocabulary);
      int[] output = tokens(random, vocabulary);
      BitSet mask = null;
      if (random.nextInt(3) == 0) {
        mask = new BitSet();
        mask.set(random.nextInt(vocabulary));
        for (int i = 0; i < vocabulary; i++) {
          if (random.nextInt(4) > 0) {
            mask.set(i);
          }
        }
      }
      int choice = random.nextInt(4);
      int position = random.nextInt(10_000);
      int expected = ReferenceSampler.sample(logits, p, choice, position, prompt, output, mask);
      assertThat(token(logits, p, choice, position, history(prompt, output), mask))
          .as("seed %s, %s", seed, p)
          .isEqualTo(expected);
    }
  }

  @Test
  void drawsEachTokenAsOftenAsItsProbabilitySays() {
    float[] logits = {1f, 2f, 0f, -1f, 1.5f};
    int[] counts = new int[logits.length];
    int draws = 100_000;
    for (int position = 0; position < draws; position++) {
      counts[token(logits, SamplingParameters.defaults(9), 0, position, new History(), null)]++;
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    for (int i = 0; i < logits.length; i++) {
      assertThat(counts[i] / (double) draws).isCloseTo(Math.exp(logits[i]) / sum, within(0.006));
    }
  }

  @Test
  void takesTheSmallerIdOfEquallyGoodTokens() {
    float[] logits = new float[3000];
    logits[2000] = logits[1234] = logits[2999] = 4;
    assertThat(token(logits, SamplingParameters.greedy(), 0, 0, new History(), null))
        .isEqualTo(1234);
    float[] zeros = {-0f, 0f};
    assertThat(token(zeros, SamplingParameters.greedy(), 0, 0, new History(), null)).isZero();
  }

  @Test
  void givesLogarithmsOfTheModelsOwnDistribution() {
    Random random = new Random(5);
    float[] logits = logits(random, 4000);
    SamplingParameters p =
        new SamplingParameters(0.7f, 5, 0.5f, 0.1f, 1.3f, 1, 1, Map.of(3, 50f), 77);
    Sampled sampled =
        sampler.sample(logits, 0, 4000, p, 0, 12, History.ofPrompt(new int[] {1, 2}), null, 5);
    assertThat(sampled.token()).isEqualTo(3);
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    assertThat((double) sampled.logprob()).isCloseTo(logits[3] - max - Math.log(sum), within(2e-5));
    assertThat(sampled.top()).hasSize(5);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      order.add(i);
    }
    order.sort((a, b) -> Float.compare(logits[b], logits[a]));
    assertThat(sampled.top().stream().map(Sampled.Alternative::token).toList())
        .isEqualTo(order.subList(0, 5));
    assertThat((double) sampled.top().getFirst().logprob()).isCloseTo(-Math.log(sum), within(2e-5));
    assertThat(sampler.sample(logits, 0, 4000, p, 0, 12, new History(), null, 0).top()).isEmpty();
    assertThat(
            sampler
                .sample(logits, 0, 4000, p, 0, 12, new History(), null, Sampler.NO_LOGPROBS)
                .logprob())
        .isNaN();
  }

  @Test
  void samplesATokenAgainAloneFromTheSamePlaceInALargerArray() {
    Random random = new Random(8);
    float[] logits = logits(random, 500);
    float[] larger = new float[1200];
    System.arraycopy(logits, 0, larger, 333, 500);
    for (int position = 0; position < 50; position++) {
      SamplingParameters p = SamplingParameters.defaults(position * 31L);
      History history = new History();
      assertThat(
              new Sampler(new ScalarKernel())
                  .sample(larger, 333, 500, p, 1, position, history, null, -1)
                  .token())
          .isEqualTo(token(logits, p, 1, position, history, null));
    }
  }

  @Test
  void refusesLogitsThatAreNoNumbers() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at : new int[] {0, 511, 512, 999}) {
        float[] logits = new float[1000];
        logits[at] = bad;
        assertThatThrownBy(
                () -> token(logits, SamplingParameters.greedy(), 0, 0, new History(), null))
            .isInstanceOf(ArithmeticException.class)
            .hasMessageContaining("logit");
      }
    }
  }

  @Test
  void leavesTheLogitsAsTheyAre() {
    float[] logits = {1, 2, 3};
    SamplingParameters p = new SamplingParameters(1, 0, 1, 0, 2f, 1, 1, Map.of(0, -100f), 1);
    BitSet mask = new BitSet();
    mask.set(0, 2);
    token(logits, p, 0, 0, History.ofPrompt(new int[] {0, 1, 2}), mask);
    assertThat(logits).containsExactly(1, 2, 3);
  }

  private int token(
      float[] logits,
      SamplingParameters p,
      int choice,
      int position,
      History history,
      @Nullable BitSet mask) {
    GrammarState grammar = mask == null ? null : new Fixed(mask);
    return sampler
        .sample(logits, 0, logits.length, p, choice, position, history, grammar, -1)
        .token();
  }

  private static History history(int[] prompt, int[] output) {
    History history = History.ofPrompt(prompt);
    for (int token : output) {
      history.add(token);
    }
    return history;
  }

  private static int[] tokens(Random random, int vocabulary) {
    return random.ints(random.nextInt(400), 0, vocabulary).toArray();
  }

  private static float[] logits(Random random, int vocabulary) {
    float[] logits = new float[vocabulary];
    float spread = (float) Math.pow(10, random.nextInt(5) - 2);
    boolean coarse = random.nextInt(4) == 0;
    for (int i = 0; i < vocabulary; i++) {
      float value = (float) random.nextGaussian() * spread;
      logits[i] = coarse ? Math.round(value) : value;
    }
    return logits;
  }

  private static SamplingParameters parameters(Random random, int vocabulary) {
    Map<Integer, Float> bias = new TreeMap<>();
    for (int i = random.nextInt(6); i > 3; i--) {
      bias.put(random.nextInt(vocabulary), random.nextInt(200) - 100f);
    }
    boolean penalties = random.nextInt(3) == 0;
    return new SamplingParameters(
        random.nextInt(8) == 0 ? 0 : random.nextFloat() * 2,
        random.nextInt(3) == 0 ? 1 + random.nextInt(vocabulary + 5) : 0,
        random.nextInt(2) == 0 ? random.nextFloat() : 1,
        random.nextInt(3) == 0 ? random.nextFloat() * random.nextFloat() : 0,
        penalties ? 0.5f + random.nextFloat() : 1,
        penalties ? random.nextFloat() : 0,
        penalties ? random.nextFloat() * 2 - 1 : 0,
        bias,
        random.nextInt());
  }

  private record Fixed(BitSet mask) implements GrammarState {
    @Override
    public void allowed(BitSet tokens) {
      tokens.clear();
      tokens.or(mask);
    }

    @Override
    public GrammarState advance(int token) {
      return this;
    }

    @Override
    public boolean mayEnd() {
      return true;
    }
  }
}
