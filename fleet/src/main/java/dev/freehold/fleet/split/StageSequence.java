// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.engine.sampling.History;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.RowTree;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One sequence at one stage. */
final class StageSequence {
  final int number;
  final Nonce run;
  final Nonce session;
  final Asking asking;

  /** Of what was asked. */
  final Digest asked;

  /** The next position of WORK. The reader's. */
  int next;

  /** Nothing more is computed for it. The worker's. */
  boolean over;

  // The worker's.
  private final List<Page> pages = new ArrayList<>();
  private KeyValuePage[] memory = new KeyValuePage[0];
  private @Nullable History history;
  private @Nullable SamplingParameters sampling;

  // The notary's.
  final RowTree taken = new RowTree();
  final RowTree given = new RowTree();
  OptionalInt choosing = OptionalInt.empty();

  /**
   * @throws RuntimeException a ParameterException if the sampling parameters are none
   */
  StageSequence(Frame.Open open, Nonce session) {
    this.number = open.number();
    this.run = open.run();
    this.session = session;
    this.asking = open.asking();
    this.asked = asking.digest();
    if (asking instanceof Asking.Tokens tokens) {
      sampling = SamplingParameters.fromJson(tokens.sampling());
      int[] known = tokens.known();
      history = History.ofPrompt(Arrays.copyOf(known, tokens.promptLength()));
      for (int i = tokens.promptLength(); i < known.length; i++) {
        history.add(known[i]);
      }
    }
  }

  /** Whether the pages reach so many positions. */
  boolean reaches(int positions) {
    return (long) pages.size() * KeyValuePage.POSITIONS >= positions;
  }

  void addPage(Page page) {
    if (pages.size() == memory.length) {
      memory = Arrays.copyOf(memory, Math.max(4, memory.length * 2));
    }
    memory[pages.size()] = page.memory();
    pages.add(page);
  }

  KeyValuePage[] memory() {
    return memory;
  }

  /** Its pages, which it forgets. */
  List<Page> dropPages() {
    List<Page> dropped = List.copyOf(pages);
    pages.clear();
    memory = new KeyValuePage[0];
    return dropped;
  }

  /** Chooses the token of a position out of the logits before it. */
  int choose(Sampler sampler, float[] logits, int offset, int vocabulary, int position) {
    if (!(asking instanceof Asking.Tokens tokens) || history == null || sampling == null) {
      throw new IllegalStateException("no token was asked for");
    }
    int token =
        sampler
            .sample(
                logits,
                offset,
                vocabulary,
                sampling,
                tokens.choice(),
                position,
                history,
                null,
                Sampler.NO_LOGPROBS)
            .token();
    history.add(token);
    return token;
  }
}
