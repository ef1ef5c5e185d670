// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.List;
import java.util.Optional;

/** The lanes written in C that could be built and loaded on this machine. */
final class NativeKernels {
  private NativeKernels() {}

  /** The native lane for this processor, if one could be had. */
  static List<Kernel> available() {
    return NativeLibrary.best().<List<Kernel>>map(List::of).orElse(List.of());
  }

  /** The native lane of that name, if it could be had and this processor runs it. */
  static Optional<Kernel> named(String name) {
    return NativeVariant.ofThisArchitecture().stream()
        .filter(variant -> name.equals("native-" + variant.label))
        .findFirst()
        .flatMap(NativeLibrary::kernel);
  }

  /** Every native lane that this processor runs; others than the best are built when asked for. */
  static List<NativeKernel> all() {
    return NativeVariant.ofThisArchitecture().stream()
        .map(NativeLibrary::kernel)
        .flatMap(Optional::stream)
        .toList();
  }
}
