// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.model.LayerRange;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.fleet.ByteStream;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.io.IOException;

/** Where coordinators come in who ask for layers that may have to be fetched and loaded first. */
public final class StageDoor {
  /** Has stages. */
  public interface Lender {
    /**
     * A stage of these layers, loaded.
     *
     * @throws IOException if it can't be had; the coordinator is told the message
     */
    Lent lend(Digest model, LayerRange layers) throws IOException, InterruptedException;
  }

  /**
   * A stage for as long as a coordinator is served.
   *
   * @param back called when it has left
   */
  public record Lent(Stage stage, Runnable back) {}

  private static final int WHY = 900;

  private StageDoor() {}

  /**
   * Serves one coordinator until it leaves or breaks the protocol. Call it from a thread of its
   * own.
   *
   * @throws IOException if the stream broke, or the coordinator broke the protocol
   */
  public static void serve(ByteStream stream, Lender lender)
      throws IOException, InterruptedException {
    serve(new FrameStream(stream), lender);
  }

  static void serve(Frames stream, Lender lender) throws IOException, InterruptedException {
    try (Frames frames = stream) {
      Frame.Ask ask = ask(frames);
      if (ask.arithmetic() != Kernel.ARITHMETIC_VERSION) {
        frames.write(
            new Frame.Refused(
                "this machine computes with arithmetic version " + Kernel.ARITHMETIC_VERSION));
        return;
      }
      StageLayers layers = ask.layers();
      Lent lent;
      try {
        lent =
            lender.lend(ask.model(), new LayerRange(layers.first(), layers.end(), layers.total()));
      } catch (IOException e) {
        String why = String.valueOf(e.getMessage());
        frames.write(new Frame.Refused(why.substring(0, Math.min(why.length(), WHY))));
        return;
      }
      try {
        lent.stage().serve(frames, ask);
      } finally {
        lent.back().run();
      }
    }
  }

  /** What a coordinator asks for first. */
  static Frame.Ask ask(Frames frames) throws IOException {
    if (frames.read() instanceof Frame.Ask ask) {
      return ask;
    }
    throw new ProtocolException("a connection begins with what is asked for");
  }
}
