// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * The shapes of the C functions. Each handle takes the function's address first: so handles are
 * constants that the JIT inlines, whichever variant is called. Critical calls see heap arrays in
 * place and take no transition; none of them waits for anything.
 */
final class NativeCalls {
  static final MethodHandle CAN_RUN = result(JAVA_INT, JAVA_INT);
  static final MethodHandle ALLOCATE = result(ADDRESS, JAVA_LONG);
  static final MethodHandle FREE = nothing(ADDRESS);
  static final MethodHandle PACK = nothing(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  static final MethodHandle ROW = nothing(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  static final MethodHandle MULTIPLY =
      nothing(
          ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT,
          JAVA_INT);
  static final MethodHandle QUANTIZE =
      result(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  static final MethodHandle NORM =
      result(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT);

  /** add, silu, gelu. */
  static final MethodHandle PAIRWISE = nothing(ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  static final MethodHandle ROTATE =
      nothing(ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
  static final MethodHandle WEIGH =
      result(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, JAVA_FLOAT, JAVA_FLOAT, ADDRESS, ADDRESS);
  static final MethodHandle STORE =
      result(
          JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  static final MethodHandle ATTEND =
      result(
          JAVA_INT,
          ADDRESS,
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          ADDRESS,
          JAVA_INT,
          JAVA_INT,
          JAVA_FLOAT,
          ADDRESS,
          JAVA_INT,
          ADDRESS);

  private NativeCalls() {}

  private static MethodHandle nothing(MemoryLayout... arguments) {
    return handle(FunctionDescriptor.ofVoid(arguments));
  }

  private static MethodHandle result(MemoryLayout result, MemoryLayout... arguments) {
    return handle(FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle handle(FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(descriptor, Linker.Option.critical(true));
  }

  /** What a call threw: a misuse that FFM found, as itself; the C functions throw nothing. */
  static AssertionError thrown(Throwable thrown) {
    if (thrown instanceof RuntimeException misuse) {
      throw misuse;
    }
    return new AssertionError("a native call threw", thrown);
  }
}
