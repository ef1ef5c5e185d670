// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.generate.EmbeddingOutcome;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.QueueFull;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.fleet.split.Pipeline;
import dev.freehold.fleet.split.SplitGeneration;
import dev.freehold.node.serve.ModelUnready;
import dev.freehold.node.serve.Staged;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A model of this node that runs on several machines. */
final class SplitModel implements Staged {
  /** Opens its pipeline, and waits for machines while there are too few. */
  interface Opener {
    Opened open() throws IOException, InterruptedException;
  }

  /** A pipeline and its machines. */
  record Opened(Pipeline pipeline, Places places) {}

  /** Keeps what the machines signed. */
  interface Keeper {
    void keep(StageFile statements);
  }

  private final String name;
  private final int queueLimit;
  private final Opener opener;
  private final Names names;
  private final Keeper keeper;
  private final SecureRandom random;
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicLong prompted = new AtomicLong();
  private final AtomicLong output = new AtomicLong();
  private volatile Opened opened;
  private volatile boolean closed;

  // Owned by this object's monitor.
  private @Nullable Thread reopening;

  /** What machines are called. */
  interface Names {
    String name(NodeId node);
  }

  SplitModel(
      String name,
      int queueLimit,
      Opened opened,
      Opener opener,
      Names names,
      Keeper keeper,
      SecureRandom random) {
    this.name = name;
    this.queueLimit = queueLimit;
    this.opened = opened;
    this.opener = opener;
    this.names = names;
    this.keeper = keeper;
    this.random = random;
  }

  @Override
  public List<Generation> submitAll(List<GenerationRequest> requests) {
    List<Generation> taken = new ArrayList<>();
    Pipeline pipeline = opened.pipeline();
    try {
      for (GenerationRequest request : requests) {
        taken.add(new Counted(pipeline.submit(request, Nonce.random(random)), request));
      }
      return taken;
    } catch (IllegalStateException e) {
      taken.forEach(Generation::cancel);
      Optional<String> over = pipeline.over();
      if (over.isEmpty()) {
        throw new QueueFull(queueLimit, queueLimit, Duration.ofSeconds(1));
      }
      reopen(pipeline);
      throw new ModelUnready("the model " + name + " waits for machines: " + over.get(), true);
    } catch (RuntimeException e) {
      taken.forEach(Generation::cancel);
      throw e;
    }
  }

  /** Looks for machines again, once at a time. */
  private synchronized void reopen(Pipeline lost) {
    if (closed || reopening != null || opened.pipeline() != lost) {
      return;
    }
    reopening =
        Thread.ofVirtual()
            .name("pipeline-again")
            .start(
                () -> {
                  try {
                    Opened again = opener.open();
                    opened = again;
                    if (closed) {
                      again.pipeline().close();
                    }
                  } catch (IOException e) {
                    // The next request tries again.
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } finally {
                    opening();
                  }
                });
  }

  private synchronized void opening() {
    reopening = null;
  }

  @Override
  public List<EmbeddingOutcome> embed(List<int[]> prompts) {
    throw new BadRequest(
        "The model runs on several machines, and gives no embeddings then.",
        "model",
        "unsupported_parameter");
  }

  @Override
  public EngineLoad load() {
    return new EngineLoad(0, active.get(), 0, prompted.get(), 0, output.get(), 0, 0, 0);
  }

  @Override
  public List<String> machines() {
    return opened.places().working().stream().map(names::name).toList();
  }

  @Override
  public void answered(ReceiptId receipt, List<Generation> generations) {
    Thread.ofVirtual()
        .name("statements")
        .start(
            () -> {
              try {
                List<List<StageReceipt>> choices = new ArrayList<>();
                for (Generation generation : generations) {
                  choices.add(((Counted) generation).inner.evidence().receipts());
                }
                keeper.keep(new StageFile(receipt, choices));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** A generation that is counted while it is under way. */
  private final class Counted implements Generation {
    private final SplitGeneration inner;
    private final AtomicBoolean ended = new AtomicBoolean();

    Counted(SplitGeneration inner, GenerationRequest request) {
      this.inner = inner;
      active.incrementAndGet();
      prompted.addAndGet(request.prompt().length);
    }

    @Override
    public GenerationEvent next() throws InterruptedException {
      GenerationEvent event = inner.next();
      if (event instanceof GenerationEvent.Token) {
        output.incrementAndGet();
      } else {
        end();
      }
      return event;
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        active.decrementAndGet();
      }
    }

    @Override
    public void cancel() {
      end();
      inner.cancel();
    }
  }

  @Override
  public void close() {
    Thread waiting;
    synchronized (this) {
      closed = true;
      waiting = reopening;
    }
    if (waiting != null) {
      waiting.interrupt();
    }
    opened.pipeline().close();
  }
}
