// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls of the C functions, which all have one shape (DOOR in layout.h): the JVM makes classes of
 * their own for every shape at every start, and thirteen shapes took 60 ms of a processor. The
 * handle takes the function's address first: so it is a constant that the JIT inlines, whichever
 * variant is called. Critical calls see heap arrays in place and take no transition; none of them
 * waits for anything.
 */
final class NativeCalls {
  /** An address that a function does not use, or may do without. */
  static final MemorySegment NONE = MemorySegment.NULL;

  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG,
                  ADDRESS,
                  ADDRESS,
                  ADDRESS,
                  ADDRESS,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_LONG,
                  JAVA_FLOAT,
                  JAVA_FLOAT),
              Linker.Option.critical(true));

  private NativeCalls() {}

  /** Calls a function; what each letter is stands with the function in C. */
  static long call(
      MemorySegment function,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      MemorySegment d,
      long i,
      long j,
      long k,
      long l,
      long m,
      long n,
      long o,
      float f,
      float g) {
    try {
      return (long) CALL.invokeExact(function, a, b, c, d, i, j, k, l, m, n, o, f, g);
    } catch (RuntimeException misuse) {
      throw misuse;
    } catch (Throwable e) {
      throw new AssertionError("a native call threw", e);
    }
  }

  /** Calls a function of integers alone. */
  static long call(MemorySegment function, long i) {
    return call(function, NONE, NONE, NONE, NONE, i, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Calls a function of addresses and up to four integers. */
  static long call(
      MemorySegment function,
      MemorySegment a,
      MemorySegment b,
      MemorySegment c,
      long i,
      long j,
      long k,
      long l) {
    return call(function, a, b, c, NONE, i, j, k, l, 0, 0, 0, 0, 0);
  }
}
