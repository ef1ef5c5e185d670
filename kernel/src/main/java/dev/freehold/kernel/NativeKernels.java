// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.List;

/** The lanes written in C that could be built and loaded on this machine. */
final class NativeKernels {
  private NativeKernels() {}

  /** The native lanes, the fastest last. */
  static List<Kernel> available() {
    return List.of();
  }
}
