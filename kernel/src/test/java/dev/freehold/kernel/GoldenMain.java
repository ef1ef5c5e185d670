// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.VectorShape;
import org.jspecify.annotations.NullMarked;

/**
 * Runs the golden operations on every pure Java lane until a time is up, so that each stage of the
 * compiler is passed through, and prints {@code name digest} once for each lane and operation.
 * Forked by {@link DeterminismTest} under the flags of the virtual machine that it lists.
 */
@NullMarked
final class GoldenMain {
  private GoldenMain() {}

  /** The milliseconds to go on for; 0: each lane once, and of the vector lanes the widest two. */
  public static void main(String[] arguments) {
    long end = System.nanoTime() + 1_000_000L * Long.parseLong(arguments[0]);
    List<Kernel> lanes = new ArrayList<>(lanes());
    if (arguments[0].equals("0")) {
      lanes.subList(1, lanes.size() - 2).clear();
    }
    for (Kernel kernel : lanes) {
      Map<String, String> first = Golden.digests(kernel);
      first.forEach(
          (name, digest) -> System.out.println(kernel.name() + ": " + name + ": " + digest));
    }
    int rounds = 0;
    while (System.nanoTime() < end) {
      Map<String, String> expected = Golden.digests(lanes.getFirst());
      for (Kernel kernel : lanes) {
        Map<String, String> again = Golden.digests(kernel);
        if (!again.equals(expected)) {
          System.out.println(kernel.name() + ": differs: in round " + rounds + " " + again);
        }
      }
      rounds++;
    }
  }

  /**
   * The plain lane, the widths whose vectors this processor has under these flags, and the widest
   * with columns in pairs.
   */
  static List<Kernel> lanes() {
    List<Kernel> lanes = new ArrayList<>(List.of(new ScalarKernel()));
    int widest = Math.max(128, VectorShape.preferredShape().vectorBitSize());
    for (int bits = 128; bits <= widest; bits *= 2) {
      lanes.add(VectorKernel.always(bits, false));
    }
    lanes.add(VectorKernel.always(widest, true));
    return lanes;
  }
}
