// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.split;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.fleet.SocketStream;
import dev.freehold.fleet.split.Stage;
import dev.freehold.fleet.split.StageOptions;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * A stage as a process of its own: FILE DIGEST FIRST END TOTAL THREADS. It prints its port once its
 * layers are loaded.
 */
final class StageProcess {
  private StageProcess() {}

  /** The stages' keys: of no secret. */
  static SigningKey key(int firstLayer) {
    byte[] seed = new byte[32];
    seed[0] = (byte) firstLayer;
    return SigningKey.ofSeed(seed);
  }

  public static void main(String[] args) throws IOException {
    int first = Integer.parseInt(args[2]);
    LayerRange layers = new LayerRange(first, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    SigningKey key = key(first);
    key.prepare();
    Transformer transformer;
    try (Gguf file = Gguf.open(Path.of(args[0]))) {
      transformer = Transformer.load(file, layers, Kernels.best(), Integer.parseInt(args[5]));
    }
    Stage stage =
        new Stage(
            transformer,
            Digest.parse(args[1]),
            key,
            new StageOptions(1L << 30, 256),
            new SecureRandom());
    try (ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
      System.out.println("port " + server.getLocalPort());
      while (true) {
        Socket socket = server.accept();
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stage.serve(new SocketStream(socket));
                  } catch (IOException e) {
                    System.err.println("a coordinator was lost: " + e);
                  }
                });
      }
    }
  }
}
