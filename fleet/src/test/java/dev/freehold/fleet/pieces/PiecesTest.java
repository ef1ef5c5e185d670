// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.StageTensors;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.fleet.SocketStream;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
@Timeout(240)
class PiecesTest {
  @TempDir static Path shared = Path.of("");
  private static Path model = Path.of("");
  private static PieceList list = new PieceList(Digest.sha256(), 1, List.of(Digest.sha256()));

  @TempDir Path folder;

  /** About 29 MB: four pieces; a tensor lies across each border. */
  @BeforeAll
  static void writeAModel() throws IOException {
    model = shared.resolve("model.gguf");
    SyntheticModel.of(
            "llama",
            new SyntheticModel.Shape(6, 256, 4, 2, 64, 4096, 32_000, 128),
            TensorType.Q8_0,
            3)
        .writer()
        .write(model);
    list = PieceList.of(model);
  }

  /** Counts what is asked of it, and may answer wrongly. */
  private static final class Source implements PieceSource {
    private final StoredPieces honest = new StoredPieces(digest -> Optional.of(model));
    private final List<Integer> asked = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private boolean lies;

    @Override
    public Optional<PieceList> list(Digest file) throws IOException {
      return honest.list(file);
    }

    @Override
    public Optional<byte[]> piece(Digest file, int number) throws IOException {
      asked.add(number);
      if (left.getAndDecrement() <= 0) {
        throw new IOException("the cable was pulled");
      }
      Optional<byte[]> piece = honest.piece(file, number);
      if (lies) {
        piece.ifPresent(bytes -> bytes[bytes.length / 2] ^= 1);
      }
      return piece;
    }
  }

  private static List<PieceSource> sources(PieceSource... sources) {
    return new ArrayList<>(List.of(sources));
  }

  @Test
  void namesAFileByAMerkleRootOverItsPieces() throws IOException {
    byte[] bytes = Files.readAllBytes(model);
    MerkleTree tree = new MerkleTree();
    for (int at = 0; at < bytes.length; at += PieceList.PIECE) {
      tree.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PieceList.PIECE)));
    }
    assertThat(list.count()).isEqualTo(4);
    assertThat(list.root()).isEqualTo(tree.root());
    assertThat(list.file()).isEqualTo(Digest.sha256(bytes));
    assertThat(PieceList.decode(list.encode())).isEqualTo(new Parsed.Read<>(list));
  }

  @Test
  void anyBytesAreAListOrRefused() {
    long seed = 8;
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = list.encode();
      bytes[random.nextInt(i % 2 == 0 ? 41 : bytes.length)] = (byte) random.nextInt();
      bytes = random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(200)) : bytes;
      if (PieceList.decode(bytes) instanceof Parsed.Read<PieceList>(PieceList found)) {
        assertThat(found.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isGreaterThan(1000);
  }

  @Test
  void aWholeFileComesFromAnotherMachine() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RemotePieces remote =
            new RemotePieces(
                new SocketStream(new Socket(server.getInetAddress(), server.getLocalPort())))) {
      SocketStream end = new SocketStream(server.accept());
      Thread serving =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      new PieceServer(
                              new StoredPieces(
                                  digest ->
                                      digest.equals(list.file())
                                          ? Optional.of(model)
                                          : Optional.empty()))
                          .serve(end);
                    } catch (IOException e) {
                      // The test ended it.
                    }
                  });
      assertThat(remote.list(Digest.sha256("unknown"))).isEmpty();
      assertThat(remote.piece(Digest.sha256("unknown"), 0)).isEmpty();
      assertThat(remote.piece(list.file(), 4)).isEmpty();
      assertThat(remote.piece(list.file(), -1)).isEmpty();
      PieceList found = PieceFile.list(list.file(), list.root(), List.of(remote));
      Path copy = folder.resolve("copy");
      try (PieceFile file = PieceFile.open(copy, found)) {
        file.fetchAll(sources(remote));
      }
      assertThat(Files.mismatch(model, copy)).isEqualTo(-1);
      end.close();
      serving.join();
    }
  }

  @Test
  void aStageFetchesOnlyThePiecesOfItsLayersAndRuns() throws IOException {
    Source source = new Source();
    Path copy = folder.resolve("stage");
    LayerRange layers = new LayerRange(2, 4, 6);
    BitSet needed;
    try (PieceFile file = PieceFile.open(copy, list)) {
      needed = file.fetchStage(layers, sources(source));
      assertThat(file.count()).isLessThan(list.count());
      assertThat(needed.cardinality()).isEqualTo(file.count());
    }
    assertThat(source.asked).doesNotHaveDuplicates().hasSize(needed.cardinality());
    try (Gguf whole = Gguf.open(model);
        Gguf part = Gguf.open(copy);
        Transformer one = Transformer.load(whole, layers, new ScalarKernel(), 1);
        Transformer two = Transformer.load(part, layers, new ScalarKernel(), 1)) {
      assertThat(two.weightBytes()).isEqualTo(one.weightBytes());
      for (var tensor : StageTensors.of(whole, layers)) {
        assertThat(part.bytes(tensor).mismatch(whole.bytes(tensor))).isEqualTo(-1);
      }
    }
  }

  @Test
  void goesOnWhereItStoppedAndTakesNoByteOnTrust() throws IOException {
    Path copy = folder.resolve("resumed");
    Source first = new Source();
    first.left.set(3);
    try (PieceFile file = PieceFile.open(copy, list)) {
      assertThatThrownBy(() -> file.fetchAll(sources(first)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("3 of 4 pieces are here, and stay")
          .hasMessageContaining("the cable was pulled");
    }
    // The disk loses a byte of piece 1, and half of piece 2 was never written.
    try (RandomAccessFile damaged = new RandomAccessFile(copy.toFile(), "rw")) {
      damaged.seek(list.offset(1) + 77);
      int old = damaged.read();
      damaged.seek(list.offset(1) + 77);
      damaged.write(old ^ 1);
      damaged.seek(list.offset(2));
      damaged.write(new byte[PieceList.PIECE / 2]);
    }
    Source second = new Source();
    try (PieceFile file = PieceFile.open(copy, list)) {
      assertThat(file.has(0)).isTrue();
      assertThat(file.has(1)).isFalse();
      assertThat(file.count()).isEqualTo(1);
      file.fetchAll(sources(second));
    }
    assertThat(second.asked).containsExactly(1, 2, 3);
    assertThat(Files.mismatch(model, copy)).isEqualTo(-1);
    try (RandomAccessFile cut = new RandomAccessFile(copy.toFile(), "rw")) {
      cut.setLength(list.offset(3) + 5);
    }
    try (PieceFile file = PieceFile.open(copy, list)) {
      assertThat(file.count()).isEqualTo(3);
    }
  }

  @Test
  void aSourceThatLiesIsAskedOnceAndAnotherTakesOver() throws IOException {
    Source liar = new Source();
    liar.lies = true;
    Source honest = new Source();
    List<PieceSource> both = sources(liar, honest);
    Path copy = folder.resolve("copy");
    try (PieceFile file = PieceFile.open(copy, list)) {
      file.fetchAll(both);
      assertThat(file.faults())
          .singleElement()
          .asString()
          .contains("piece 0 came with other bytes");
    }
    assertThat(liar.asked).containsExactly(0);
    assertThat(both).containsExactly(honest);
    assertThat(Files.mismatch(model, copy)).isEqualTo(-1);
  }

  @Test
  void refusesAListWithAnotherRootAndAFileThatIsNotTheOneNamed() throws IOException {
    Source source = new Source();
    assertThatThrownBy(() -> PieceFile.list(list.file(), Digest.sha256("root"), List.of(source)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a list with another root");
    PieceList wrong = new PieceList(Digest.sha256("other"), list.length(), list.hashes());
    Path copy = folder.resolve("copy");
    PieceSource any =
        new PieceSource() {
          @Override
          public Optional<PieceList> list(Digest file) {
            return Optional.of(wrong);
          }

          @Override
          public Optional<byte[]> piece(Digest file, int number) throws IOException {
            return source.piece(list.file(), number);
          }
        };
    try (PieceFile file = PieceFile.open(copy, wrong)) {
      assertThatThrownBy(() -> file.fetchAll(sources(any)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the list was wrong");
    }
    assertThat(copy).doesNotExist();
    assertThatThrownBy(
            () -> new PieceList(list.file(), list.length() + PieceList.PIECE, list.hashes()))
        .hasMessageContaining("has no 4 pieces");
    assertThatThrownBy(() -> new PieceList(list.file(), 0, List.of()))
        .hasMessageContaining("has no 0 pieces");
  }
}
