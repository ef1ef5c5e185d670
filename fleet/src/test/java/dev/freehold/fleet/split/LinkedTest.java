// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.pieces.PieceFile;
import dev.freehold.fleet.pieces.PieceList;
import dev.freehold.fleet.pieces.PieceServer;
import dev.freehold.fleet.pieces.RemotePieces;
import dev.freehold.fleet.pieces.StoredPieces;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.link.Link;
import dev.freehold.link.LinkSettings;
import dev.freehold.link.Links;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.link.stream.Protocol;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stages and pieces over the streams of a real link between two nodes. */
@NullMarked
@Timeout(240)
class LinkedTest {
  private static final Protocol STAGE = new Protocol("freehold/stage/1");
  private static final Protocol PIECES = new Protocol("freehold/pieces/1");
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  private static Outcome read(Generation generation) throws InterruptedException {
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {}
        case GenerationEvent.Finished(var reason, var outcome) -> {
          return outcome;
        }
        case GenerationEvent.Failed(String message) -> throw new AssertionError(message);
      }
    }
  }

  @Test
  void aNodeFetchesItsLayersFromAnotherAndServesThemToIt() throws Exception {
    Path file = SplitModels.write(folder, "qwen3", 4);
    Digest model = SplitModels.digest(file);
    PieceList list = PieceList.of(file);
    LayerRange tail = new LayerRange(2, 4, 4);
    SigningKey keyOfA = SigningKey.generate(RANDOM);
    SigningKey keyOfB = SigningKey.generate(RANDOM);
    LinkSettings settings =
        LinkSettings.DEFAULT
            .withLoopback()
            .listeningAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (Links a =
            Links.start(
                settings, keyOfA, keyOfB.nodeId()::equals, RANDOM, MonotonicClock.system());
        Links b =
            Links.start(
                settings, keyOfB, keyOfA.nodeId()::equals, RANDOM, MonotonicClock.system())) {
      PieceServer server = new PieceServer(new StoredPieces(_ -> Optional.of(file)));
      a.serve(PIECES, stream -> server.serve(new LinkBytes(stream)));
      Path copy = folder.resolve("copy");
      Link toA = b.to(a.address());
      assertThat(toA.awaitUp(Duration.ofSeconds(20))).isTrue();
      try (RemotePieces remote = new RemotePieces(new LinkBytes(toA.open(PIECES)));
          PieceFile part =
              PieceFile.open(copy, PieceFile.list(model, list.root(), List.of(remote)))) {
        part.fetchStage(tail, new ArrayList<>(List.of(remote)));
      }
      GenerationRequest request =
          new GenerationRequest(
              new Random(1).ints(60, 0, 256).toArray(),
              24,
              SamplingParameters.defaults(4),
              0,
              List.of(),
              null,
              true,
              -1);
      try (Gguf partial = Gguf.open(copy);
          Transformer theirs = Transformer.load(partial, tail, new ScalarKernel(), 1);
          Stage stage = new Stage(theirs, model, keyOfB, new StageOptions(1 << 24, 64), RANDOM);
          Machines own = new Machines(file);
          LoadedModel whole = LoadedModel.open(file, model, new ScalarKernel(), 1);
          Engine engine = new Engine(whole, EngineOptions.defaults())) {
        b.serve(STAGE, stream -> stage.serve(LinkBytes.received(stream)));
        Link toB = a.to(b.address());
        assertThat(toB.awaitUp(Duration.ofSeconds(20))).isTrue();
        StageFinder finder =
            (layers, lost) -> {
              if (!lost.isEmpty()) {
                throw new IOException(lost.getLast().why());
              }
              if (layers.isFirst()) {
                return own.find(layers, lost);
              }
              LinkBytes stream = LinkBytes.received(toB.open(STAGE));
              return new StageFinder.Found(stream, stream.peer());
            };
        try (Pipeline pipeline =
            Pipeline.open(
                whole.text(), model, LayerRange.split(4, 2), finder, PipelineOptions.of(2))) {
          SplitGeneration generation =
              pipeline.submit(request, new Nonce("000000000000000000000000000000bb"));
          Outcome found = read(generation);
          Outcome expected = read(engine.submit(request));
          assertThat(found.output()).isEqualTo(expected.output());
          assertThat(found.traceRoot()).isEqualTo(expected.traceRoot());
          assertThat(generation.evidence().receipts().getLast().statement().node())
              .isEqualTo(keyOfB.nodeId());
        }
        List<LayerRange> uneven = List.of(new LayerRange(0, 1, 4), new LayerRange(1, 4, 4));
        assertThatThrownBy(
                () ->
                    Pipeline.open(whole.text(), model, uneven, finder, PipelineOptions.of(2))
                        .close())
            .as("the refusal's reason arrives although the stream is closed after it")
            .hasMessageContaining("this stage has layers 2-3 of 4, not layers 1-3 of 4");
      }
    }
  }
}
