// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.ArrayList;
import java.util.List;

/** The lanes of this machine, and the choice among them. */
public final class Kernels {
  private Kernels() {}

  /** Every lane that runs well here, the plain one first. All give the same bits. */
  public static List<Kernel> available() {
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(new ScalarKernel());
    kernels.addAll(NativeKernels.available());
    return List.copyOf(kernels);
  }

  /** The fastest lane: a native one where there is one. */
  public static Kernel best() {
    List<Kernel> kernels = available();
    return kernels.getLast();
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
    throw new IllegalArgumentException(
        "there is no kernel named "
            + name
            + " on this machine; there are "
            + String.join(", ", kernels.stream().map(Kernel::name).toList()));
  }
}
