// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;

/** The lanes of this machine, and the choice among them. */
public final class Kernels {
  private Kernels() {}

  /** Every lane that runs well here, from the plain one to the fastest. All give the same bits. */
  public static List<Kernel> available() {
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(new ScalarKernel());
    for (int bits : widths()) {
      kernels.add(VectorKernel.warmingUp(bits));
    }
    kernels.addAll(NativeKernels.available());
    return List.copyOf(kernels);
  }

  /**
   * The lane to use: the native one where there is one, since it wins by far. Else the widest
   * vector lane that the processor runs well, which times each of its operations against the plain
   * form and changes over when it wins. Else the plain one.
   *
   * @throws IllegalStateException if there is no native lane, and the launcher, which counted on
   *     it, left the Vector API out
   */
  public static Kernel best() {
    List<Kernel> natives = NativeKernels.available();
    if (!natives.isEmpty()) {
      return natives.getLast();
    }
    requireWhole();
    List<Integer> widths = widths();
    return widths.isEmpty() ? new ScalarKernel() : VectorKernel.warmingUp(widths.getLast());
  }

  /**
   * Where the C kernels serve, the launcher starts the virtual machine without the Vector API, and
   * tells so by the path of a file. Without both the plain lane would serve, hundreds of times
   * slower: the file is removed, so that the next start is a whole one.
   */
  private static void requireWhole() {
    String lean = System.getProperty("freehold.lean");
    if (lean == null) {
      return;
    }
    try {
      Files.deleteIfExists(Path.of(lean));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(
        "the C kernels that were used before can't be had any more ("
            + NativeLibrary.describe()
            + "): start again, and the lanes in Java are used");
  }

  /**
   * Bits of the vectors that this virtual machine compiles well. Wider ones than the processor has,
   * or any without C2, give the right bits and take hundreds of times as long.
   */
  static List<Integer> widths() {
    String mode = System.getProperty("java.vm.info", "");
    boolean compiled = !mode.contains("interpreted") && !mode.contains("emulated-client");
    if (!compiled || ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return List.of();
    }
    int widest = VectorShape.preferredShape().vectorBitSize();
    return Stream.of(128, 256, 512).filter(bits -> bits <= widest).toList();
  }

  /**
   * The lane of that name.
   *
   * @throws IllegalArgumentException if it isn't available here; the message lists those that are
   */
  public static Kernel named(String name) {
    List<Kernel> kernels = available();
    for (Kernel kernel : kernels) {
      if (kernel.name().equals(name)) {
        return kernel;
      }
    }
    // A slower native variant is built only when it is asked for.
    Optional<Kernel> slower = NativeKernels.named(name);
    if (slower.isPresent()) {
      return slower.get();
    }
    throw new IllegalArgumentException(
        "there is no kernel named "
            + name
            + " on this machine; there are "
            + String.join(", ", kernels.stream().map(Kernel::name).toList()));
  }
}
