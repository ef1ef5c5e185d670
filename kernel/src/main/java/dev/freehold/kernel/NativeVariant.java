// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The instruction sets that the C sources are compiled for, the slowest first. */
enum NativeVariant {
  SCALAR("scalar", 0, "", "scalar", "-DSCALAR"),
  AVX2("avx2", 1, "x86_64", "avx256", "-mavx2 -mf16c"),
  AVXVNNI("avxvnni", 2, "x86_64", "avx256", "-mavx2 -mf16c -mavxvnni"),
  AVX512VNNI(
      "avx512vnni",
      3,
      "x86_64",
      "avx512vnni",
      "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni"),
  AMX(
      "amx",
      5,
      "x86_64",
      "avx512vnni",
      "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mamx-tile -mamx-int8 -DAMX"),
  NEON_DOTPROD("neon-dotprod", 4, "aarch64", "neon", "-march=armv8.2-a+dotprod");

  /** The name, as in {@code native-avx2}. */
  final String label;

  /** The number that machine.c knows it by. */
  final int number;

  private final String architecture;
  private final String lanes;
  private final String flags;

  NativeVariant(String label, int number, String architecture, String lanes, String flags) {
    this.label = label;
    this.number = number;
    this.architecture = architecture;
    this.lanes = lanes;
    this.flags = flags;
  }

  /** The compiler's flags. */
  List<String> flags() {
    List<String> all = new ArrayList<>(List.of(flags.split(" ", -1)));
    all.add("-DLANES_HEADER=\"lanes_" + lanes + ".h\"");
    return all;
  }

  /** Those that a processor of this kind might run, the slowest first. */
  static List<NativeVariant> ofThisArchitecture() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String here = name.equals("amd64") ? "x86_64" : name;
    return Arrays.stream(values())
        .filter(variant -> variant.architecture.isEmpty() || variant.architecture.equals(here))
        .toList();
  }
}
