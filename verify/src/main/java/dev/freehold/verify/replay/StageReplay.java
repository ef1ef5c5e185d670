// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.Batch;
import dev.freehold.engine.model.Configuration;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.sampling.History;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.Choice;
import dev.freehold.evidence.stage.RowTree;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the model has at every boundary that statements speak of, for one sequence. */
final class StageReplay {
  private static final int CHUNK = 64;

  /** Logits held at a time: 64 MiB. */
  private static final int LOGITS = 1 << 24;

  private final StageJudge.Sequence sequence;
  private final int[] tokens;
  private final int positions;
  private final int firstChoice;
  private final boolean needsLogits;

  /** By boundary (the layer after it) and number of positions. */
  private final Map<Integer, Map<Integer, Digest>> roots = new HashMap<>();

  private final List<ByteBuffer> hidden = new ArrayList<>();

  /** Of each position from the end of the prompt on: the token that is the model's, its logits. */
  private final List<ByteBuffer> chosenTokens = new ArrayList<>();

  private final List<ByteBuffer> givenLogits = new ArrayList<>();

  private StageReplay(StageJudge.Sequence sequence, List<StageStatement> statements) {
    this.sequence = sequence;
    tokens = sequence.tokens();
    positions = statements.stream().mapToInt(StageStatement::positions).max().orElse(0);
    firstChoice = sequence.promptLength() - 1;
    needsLogits =
        statements.stream()
            .anyMatch(
                statement ->
                    statement.choosing().isPresent()
                        && statement.asked().equals(new Asking.Logits().digest()));
  }

  /** Computes the sequence again, as far as the statements go. */
  static StageReplay of(
      Gguf file,
      StageJudge.Sequence sequence,
      List<StageStatement> statements,
      Kernel kernel,
      int threads) {
    StageReplay replay = new StageReplay(sequence, statements);
    if (!statements.isEmpty()) {
      replay.run(file, statements, kernel, threads);
    }
    return replay;
  }

  /** The root over the rows before a statement's layers. */
  Digest taken(StageStatement statement) {
    return root(statement.layers().first(), statement.positions());
  }

  /** The root over the rows after a statement's layers. */
  Digest given(StageStatement statement) {
    if (!statement.layers().isLast()) {
      return root(statement.layers().end(), statement.positions());
    }
    boolean logits = statement.asked().equals(new Asking.Logits().digest());
    int choosing = statement.choosing().orElse(Integer.MAX_VALUE);
    RowTree rows = new RowTree();
    for (int p = 0; p < statement.positions(); p++) {
      ByteBuffer choice = Choice.none();
      if (p >= choosing) {
        choice = (logits ? givenLogits : chosenTokens).get(p - firstChoice);
      }
      rows.add(hidden.get(p), choice);
    }
    return rows.root();
  }

  private Digest root(int boundary, int count) {
    return Objects.requireNonNull(
        Objects.requireNonNull(roots.get(boundary)).get(count), "a root was computed");
  }

  private void run(Gguf file, List<StageStatement> statements, Kernel kernel, int threads) {
    int layers = Configuration.of(file.metadata()).layers();
    TreeSet<Integer> cuts = new TreeSet<>();
    boolean lastLayers = false;
    for (StageStatement statement : statements) {
      cuts.add(statement.layers().first());
      cuts.add(statement.layers().end());
      want(statement.layers().first(), statement.positions());
      want(statement.layers().end(), statement.positions());
      lastLayers |= statement.layers().isLast();
    }
    cuts.add(0);
    RowTree first = new RowTree();
    for (int p = 0; p < positions; p++) {
      first.add(ByteBuffer.allocate(4).putInt(0, tokens[p]));
      keep(0, first);
    }
    @Nullable List<ByteBuffer> rows = null;
    int from = 0;
    cuts.remove(0);
    for (int to : cuts) {
      LayerRange part = new LayerRange(from, to, layers);
      if (!part.isLast() || lastLayers) {
        try (Transformer transformer = Transformer.load(file, part, kernel, threads)) {
          rows = run(transformer, rows);
        }
      }
      from = to;
    }
  }

  private void want(int boundary, int count) {
    roots.computeIfAbsent(boundary, b -> new HashMap<>()).put(count, Digest.sha256());
  }

  private void keep(int boundary, RowTree tree) {
    Map<Integer, Digest> wanted = roots.get(boundary);
    if (wanted != null && wanted.containsKey(tree.size())) {
      wanted.put(tree.size(), tree.root());
    }
  }

  /** Leads all positions through some layers; gives the rows after them, chunk by chunk. */
  private List<ByteBuffer> run(Transformer transformer, @Nullable List<ByteBuffer> rowsIn) {
    boolean last = transformer.layers().isLast();
    int vocabulary = transformer.configuration().vocabulary();
    int chunk = last ? Math.clamp(LOGITS / vocabulary, 1, CHUNK) : CHUNK;
    Batch batch = new Batch(transformer, chunk);
    KeyValuePage[] pages = new KeyValuePage[(positions - 1) / KeyValuePage.POSITIONS + 1];
    Arrays.setAll(pages, i -> transformer.kernel().page(transformer.keyValueShape()));
    List<ByteBuffer> rowsOut = new ArrayList<>();
    RowTree after = new RowTree();
    Sampler sampler = new Sampler(transformer.kernel());
    History history = History.ofPrompt(Arrays.copyOf(tokens, sequence.promptLength()));
    try {
      for (int from = 0; from < positions; from += chunk) {
        int to = Math.min(positions, from + chunk);
        batch.clear();
        for (int p = from; p < to; p++) {
          boolean logits = last && p >= firstChoice;
          if (rowsIn == null) {
            batch.add(tokens[p], p, pages, logits);
          } else {
            batch.addHidden(rowsIn.get(p).duplicate(), p, pages, logits);
          }
        }
        transformer.forward(batch);
        for (int p = from; p < to; p++) {
          if (last) {
            take(batch, p - from, p, vocabulary, sampler, history);
          } else {
            ByteBuffer row = ByteBuffer.allocate(batch.rowLength());
            batch.takeOut(p - from, row);
            rowsOut.add(row.flip());
            after.add(row);
            keep(transformer.layers().end(), after);
          }
        }
      }
      return rowsOut;
    } finally {
      Arrays.stream(pages).forEach(KeyValuePage::free);
    }
  }

  private void take(
      Batch batch, int row, int position, int vocabulary, Sampler sampler, History history) {
    ByteBuffer state = ByteBuffer.allocate(batch.hiddenLength());
    batch.encodeHidden(row, state);
    hidden.add(state.flip());
    if (position < firstChoice) {
      return;
    }
    int offset = batch.logitsOffset(row);
    int token =
        sampler
            .sample(
                batch.logits(),
                offset,
                vocabulary,
                sequence.sampling(),
                sequence.choice(),
                position + 1,
                history,
                null,
                Sampler.NO_LOGPROBS)
            .token();
    chosenTokens.add(Choice.token(token));
    if (needsLogits) {
      ByteBuffer bits = ByteBuffer.allocate(4 * vocabulary);
      bits.asFloatBuffer().put(batch.logits(), offset, vocabulary);
      givenLogits.add(Choice.logits(bits));
    }
    if (position + 1 < tokens.length) {
      history.add(tokens[position + 1]);
    }
  }
}
