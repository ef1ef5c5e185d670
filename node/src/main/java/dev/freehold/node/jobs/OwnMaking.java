// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.fleet.route.Paces;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Answering;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A chat or completion that this machine's engine has taken on. */
final class OwnMaking implements Making {
  private final NodeId self;
  private final Answering answering;
  private final Paces paces;

  OwnMaking(NodeId self, Answering answering, Paces paces) {
    this.self = self;
    this.answering = answering;
    this.paces = paces;
  }

  @Override
  public Answer run(Delivery delivery) throws InterruptedException {
    Timed timed = new Timed(delivery);
    try {
      timed.accepted(self);
    } catch (IOException e) {
      answering.cancel();
      throw new UncheckedIOException(e);
    }
    Answer answer =
        answering.run(
            choices -> {
              for (Json.Obj choice : choices) {
                timed.chunk(choice);
              }
            });
    if (!answer.cut()) {
      timed.measured(paces, answer);
    }
    return answer;
  }

  @Override
  public void cancel() {
    answering.cancel();
  }
}
