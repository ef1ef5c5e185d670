// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.peer;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.reference.Reference;
import dev.freehold.engine.tokenizer.Tokenizer;
import dev.freehold.kernel.Kernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Quality against llama.cpp and against binary64: {@code Quality MODEL TEXT TOKENS TRUTH_TOKENS
 * PROMPTS}, MODEL as {@link SideBySide} takes it. Windows of 512 tokens of the text; perplexity of
 * both engines over all of them and where it differs most over 2,000 predictions in a row, how
 * often the likeliest token is the same, and (over the first TRUTH_TOKENS) the mean divergence of
 * each from the binary64 forward pass on the dequantised weights. Then llama.cpp continues PROMPTS
 * pieces of the text greedily, and our engine, given these continuations, says how often it would
 * have taken the same token.
 */
public final class Quality {
  private static final int WINDOW = 512;
  private static final double CLEAR = 0.5;
  private static final int STRETCH = 2000;
  private static final int PROMPT = 64;
  private static final int CONTINUATION = 64;

  /** What our engine loses more than the peer, prediction after prediction. */
  private final List<Double> more = new ArrayList<>();

  private double ourLoss;
  private double peerLoss;
  private double truthLoss;
  private double ourLossThere;
  private double peerLossThere;
  private double ourDivergence;
  private double peerDivergence;
  private long predictions;
  private long truths;
  private long clear;
  private long clearSame;
  private long same;
  private long oursTrue;
  private long peerTrue;
  private long forced;
  private long forcedSame;

  private Quality() {}

  /** Runs the measurement and prints its table. */
  public static void main(String[] words) throws Exception {
    new Quality()
        .measure(
            words[0],
            Files.readString(Path.of(words[1])),
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            Integer.parseInt(words[4]));
  }

  private void measure(String name, String text, int limit, int truthLimit, int prompts)
      throws Exception {
    Path cache = SideBySide.cache();
    Path model = SideBySide.file(cache, name);
    int threads = Runtime.getRuntime().availableProcessors();
    int[] tokens;
    int begin;
    try (Gguf file = Gguf.open(model);
        Peer peer = Peer.start(cache, model, threads, WINDOW);
        Own own = new Own(model, Kernels.best(), threads, WINDOW)) {
      Tokenizer tokenizer = Tokenizer.of(file.metadata());
      Reference reference = new Reference(file);
      tokens = tokenizer.encode(text);
      begin = tokenizer.addsBegin() ? tokenizer.begin().orElse(-1) : -1;
      int used = 0;
      for (int at = 0; at < tokens.length && used < limit; ) {
        int body = Math.min(begin < 0 ? WINDOW : WINDOW - 1, tokens.length - at);
        int[] window = new int[begin < 0 ? body : body + 1];
        window[0] = begin;
        System.arraycopy(tokens, at, window, window.length - body, body);
        at += body;
        window(own, peer, used < truthLimit ? reference : null, window);
        used += window.length;
      }
      for (int i = 0; i < prompts; i++) {
        continueGreedily(own, peer, begin, tokens, i * (tokens.length - PROMPT) / prompts);
      }
    }
    print(model);
  }

  private void window(Own own, Peer peer, @Nullable Reference truth, int[] tokens) {
    int vocabulary = own.vocabulary();
    float[] ours = own.logits(tokens);
    float[] theirs = peer.logits(tokens);
    double[][] exact = truth == null ? null : truth.logits(truth.hidden(tokens));
    IntStream.range(0, tokens.length - 1)
        .parallel()
        .mapToObj(
            i ->
                Prediction.of(
                    logSoftmax(ours, i * vocabulary, vocabulary),
                    logSoftmax(theirs, i * vocabulary, vocabulary),
                    exact == null ? new double[0] : logSoftmax(exact[i]),
                    tokens[i + 1]))
        .toList()
        .forEach(this::count);
  }

  /** What is kept of one position: losses of the token that came, and what was likeliest. */
  private record Prediction(
      double ours,
      double theirs,
      double truth,
      double margin,
      boolean agree,
      boolean oursTrue,
      boolean theirsTrue,
      double ourDivergence,
      double theirDivergence) {
    static Prediction of(double[] ours, double[] theirs, double[] truth, int token) {
      int[] best = bestTwo(theirs);
      int own = bestTwo(ours)[0];
      boolean known = truth.length > 0;
      int due = known ? bestTwo(truth)[0] : -1;
      return new Prediction(
          -ours[token],
          -theirs[token],
          known ? -truth[token] : Double.NaN,
          theirs[best[0]] - theirs[best[1]],
          own == best[0],
          own == due,
          best[0] == due,
          known ? divergence(truth, ours) : 0,
          known ? divergence(truth, theirs) : 0);
    }
  }

  private void count(Prediction found) {
    ourLoss += found.ours;
    peerLoss += found.theirs;
    more.add(found.ours - found.theirs);
    predictions++;
    same += found.agree ? 1 : 0;
    if (found.margin >= CLEAR) {
      clear++;
      clearSame += found.agree ? 1 : 0;
    }
    if (!Double.isNaN(found.truth)) {
      truths++;
      oursTrue += found.oursTrue ? 1 : 0;
      peerTrue += found.theirsTrue ? 1 : 0;
      truthLoss += found.truth;
      ourLossThere += found.ours;
      peerLossThere += found.theirs;
      ourDivergence += found.ourDivergence;
      peerDivergence += found.theirDivergence;
    }
  }

  /** The peer's continuation of one piece of the text, and what we would have said in its place. */
  private void continueGreedily(Own own, Peer peer, int begin, int[] text, int at) {
    int[] prompt = new int[PROMPT];
    System.arraycopy(text, at, prompt, 0, PROMPT);
    if (begin >= 0) {
      prompt[0] = begin;
    }
    int[] continuation = peer.greedy(prompt, CONTINUATION);
    int[] all = Arrays.copyOf(prompt, PROMPT + CONTINUATION - 1);
    System.arraycopy(continuation, 0, all, PROMPT, CONTINUATION - 1);
    float[] ours = own.logits(all);
    int vocabulary = own.vocabulary();
    for (int i = 0; i < CONTINUATION; i++) {
      int row = PROMPT - 1 + i;
      int best = bestTwo(logSoftmax(ours, row * vocabulary, vocabulary))[0];
      forced++;
      forcedSame += best == continuation[i] ? 1 : 0;
    }
  }

  /** The largest deviation of our perplexity from the peer's over so many predictions in a row. */
  private double worstStretch() {
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < more.size(); i++) {
      sum += more.get(i) - (i < STRETCH ? 0 : more.get(i - STRETCH));
      if (i + 1 >= STRETCH) {
        double deviation = Math.exp(sum / STRETCH) - 1;
        worst = Math.abs(deviation) > Math.abs(worst) ? deviation : worst;
      }
    }
    return worst;
  }

  private void print(Path model) {
    double ours = Math.exp(ourLoss / predictions);
    double theirs = Math.exp(peerLoss / predictions);
    row("model", String.valueOf(model.getFileName()).substring(0, 12));
    row("predictions", "" + predictions);
    row("perplexity, ours", number(ours));
    row("perplexity, llama.cpp", number(theirs));
    row("ours above llama.cpp", percent(ours / theirs - 1));
    if (predictions >= STRETCH) {
      row("the same on any " + STRETCH + " predictions in a row, worst", percent(worstStretch()));
    }
    row("same likeliest token, all", percent((double) same / predictions));
    row(
        "same likeliest token where llama.cpp's margin is at least 0.5",
        percent((double) clearSame / clear));
    row("share of those", percent((double) clear / predictions));
    if (truths > 0) {
      row("predictions against binary64", "" + truths);
      row(
          "perplexity above binary64, ours",
          percent(Math.exp((ourLossThere - truthLoss) / truths) - 1));
      row(
          "perplexity above binary64, llama.cpp",
          percent(Math.exp((peerLossThere - truthLoss) / truths) - 1));
      row("same likeliest token as binary64, ours", percent((double) oursTrue / truths));
      row("same likeliest token as binary64, llama.cpp", percent((double) peerTrue / truths));
      row("mean KL to binary64, ours", number(ourDivergence / truths));
      row("mean KL to binary64, llama.cpp", number(peerDivergence / truths));
      row("ours over llama.cpp's", number(ourDivergence / peerDivergence));
    }
    if (forced > 0) {
      row("tokens that llama.cpp continued greedily", "" + forced);
      row("same likeliest token after each", percent((double) forcedSame / forced));
    }
  }

  private static void row(String name, String value) {
    System.out.println("| " + name + " | " + value + " |");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.5f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.3f %%", 100 * share);
  }

  private static double[] logSoftmax(float[] logits, int from, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = logits[from + i];
    }
    return logSoftmax(values);
  }

  private static double[] logSoftmax(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    for (double value : logits) {
      sum += Math.exp(value - most);
    }
    double shift = most + Math.log(sum);
    double[] result = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      result[i] = logits[i] - shift;
    }
    return result;
  }

  private static int[] bestTwo(double[] values) {
    int first = 0;
    int second = -1;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[first]) {
        second = first;
        first = i;
      } else if (second < 0 || values[i] > values[second]) {
        second = i;
      }
    }
    return new int[] {first, second};
  }

  private static double divergence(double[] truth, double[] other) {
    double sum = 0;
    for (int i = 0; i < truth.length; i++) {
      double p = Math.exp(truth[i]);
      if (p > 0) {
        sum += p * (truth[i] - other[i]);
      }
    }
    return sum;
  }
}
