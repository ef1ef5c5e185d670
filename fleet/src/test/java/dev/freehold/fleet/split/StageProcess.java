// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.Transformer;
import dev.freehold.fleet.SocketStream;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A stage as a process of its own: FILE DIGEST FIRST END TOTAL SEED. It prints its port. */
final class StageProcess {
  private StageProcess() {}

  static SigningKey key(int seed) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) seed;
    return SigningKey.ofSeed(bytes);
  }

  public static void main(String[] args) throws IOException {
    LayerRange layers =
        new LayerRange(
            Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    Transformer transformer;
    try (Gguf file = Gguf.open(Path.of(args[0]))) {
      transformer = Transformer.load(file, layers, Kernels.best(), 1);
    }
    Stage stage =
        new Stage(
            transformer,
            Digest.parse(args[1]),
            key(Integer.parseInt(args[5])),
            new StageOptions(1L << 28, 64),
            new SecureRandom());
    try (ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      while (true) {
        Socket socket = server.accept();
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stage.serve(new SocketStream(socket));
                  } catch (IOException e) {
                    System.err.println(e);
                  }
                });
      }
    }
  }
}
