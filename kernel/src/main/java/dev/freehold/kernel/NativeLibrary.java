// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The C kernels of this machine: built at first use with the compiler that is there, kept in {@code
 * native/} of the cache, checked against the plain kernel before use. FREEHOLD_NATIVE=off leaves
 * them out. Where the system property {@code freehold.native} is {@code local}, no compiler is
 * fetched from the network.
 */
public final class NativeLibrary {
  private final NativeCompiler compiler;
  private final Path cache;
  private final NativeBuild build;
  private final MemorySegment canRun;
  private final Map<NativeVariant, Found> found = new EnumMap<>(NativeVariant.class);

  /** What became of the native kernels or of one variant. */
  private record Found(Optional<NativeKernel> kernel, String text) {}

  /** Addresses that all variants share. */
  record Shared(
      MemorySegment allocate,
      MemorySegment free,
      MemorySegment allocateMatrix,
      MemorySegment freeMatrix,
      MemorySegment pack,
      MemorySegment row) {
    /** Zeroed memory for a page; the caller frees it. */
    MemorySegment page(long bytes) {
      return take(allocate, bytes);
    }

    /** Gives a page's memory back. */
    void freePage(MemorySegment memory) {
      give(free, memory);
    }

    /** Zeroed memory for a matrix, until the arena ends. */
    MemorySegment matrix(long bytes, Arena arena) {
      return take(allocateMatrix, bytes).reinterpret(arena, memory -> give(freeMatrix, memory));
    }

    private static MemorySegment take(MemorySegment function, long bytes) {
      long address = NativeCalls.call(function, bytes);
      if (address == 0) {
        throw new OutOfMemoryError("the system gave no " + bytes + " bytes of memory");
      }
      return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private static void give(MemorySegment function, MemorySegment memory) {
      NativeCalls.call(function, memory, NativeCalls.NONE, NativeCalls.NONE, 0, 0, 0, 0);
    }
  }

  private final Shared shared;

  private NativeLibrary(NativeCompiler compiler, Path cache) throws IOException {
    this.compiler = compiler;
    this.cache = cache;
    this.build = NativeBuild.ofKernels(compiler, cache);
    SymbolLookup machine = open(build.machine());
    canRun = machine.findOrThrow("freehold_can_run");
    shared =
        new Shared(
            machine.findOrThrow("freehold_allocate"),
            machine.findOrThrow("freehold_free"),
            machine.findOrThrow("freehold_allocate_matrix"),
            machine.findOrThrow("freehold_free_matrix"),
            machine.findOrThrow("freehold_pack"),
            machine.findOrThrow("freehold_row"));
  }

  /** Loaded once a process; a library cannot be unloaded while kernels use it. */
  private static final class Loaded {
    static final Optional<NativeLibrary> LIBRARY;
    static final String TEXT;

    static {
      Optional<NativeLibrary> library = Optional.empty();
      String text;
      if ("off".equals(System.getenv("FREEHOLD_NATIVE"))) {
        text = "off, because FREEHOLD_NATIVE=off";
      } else {
        Path cache = cache();
        Optional<NativeCompiler> compiler =
            NativeCompiler.find(cache, !"local".equals(System.getProperty("freehold.native")));
        if (compiler.isEmpty()) {
          text =
              "none: there is no gcc, clang or python3 with pip here; install gcc to make it"
                  + " several times faster";
        } else {
          text = "built by " + compiler.get().version();
          try {
            library = Optional.of(new NativeLibrary(compiler.get(), cache));
          } catch (IOException | RuntimeException e) {
            text = "none: " + e.getMessage();
          }
        }
      }
      LIBRARY = library;
      TEXT = text;
    }
  }

  /** The fastest native kernel that this processor runs, if one could be had. */
  static Optional<NativeKernel> best() {
    for (NativeVariant variant : NativeVariant.ofThisArchitecture().reversed()) {
      Optional<NativeKernel> kernel = kernel(variant);
      if (kernel.isPresent()) {
        return kernel;
      }
    }
    return Optional.empty();
  }

  /** The kernel of one variant, if it could be had and this processor runs it. */
  static Optional<NativeKernel> kernel(NativeVariant variant) {
    return Loaded.LIBRARY.flatMap(library -> library.find(variant).kernel);
  }

  /** What signs many messages at once, if it could be had and this processor runs it. */
  static Optional<SignatureLanes> signatures() {
    return Loaded.LIBRARY.flatMap(NativeLibrary::loadSignatures);
  }

  private Optional<SignatureLanes> loadSignatures() {
    try {
      if (NativeCalls.call(canRun, SignatureLanes.NUMBER) == 0) {
        return Optional.empty();
      }
      Path library = NativeBuild.ofSignatures(compiler, cache).signatures();
      Optional<SignatureLanes> lanes = SignatureLanes.of(open(library));
      if (lanes.isPresent() && !NativeBuild.isChecked(library)) {
        if (!SignatureCheck.holds(lanes.get())
            || !lanes.get().pairs().map(DigestCheck::holds).orElse(true)) {
          return Optional.empty();
        }
        NativeBuild.markChecked(library);
      }
      return lanes;
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** One line for people: which native kernel is used, or why none is. */
  public static String describe() {
    return best()
        .map(kernel -> kernel.name() + ", " + Loaded.TEXT)
        .orElseGet(
            () -> Loaded.LIBRARY.map(library -> "none: " + library.failures()).orElse(Loaded.TEXT));
  }

  private synchronized String failures() {
    return String.join("; ", found.values().stream().map(Found::text).toList());
  }

  private synchronized Found find(NativeVariant variant) {
    Found known = found.get(variant);
    if (known == null) {
      known = load(variant);
      found.put(variant, known);
    }
    return known;
  }

  private Found load(NativeVariant variant) {
    try {
      if (NativeCalls.call(canRun, variant.number) == 0) {
        return new Found(Optional.empty(), variant.label + " is not for this processor");
      }
      Path library = build.variant(variant);
      NativeKernel kernel = new NativeKernel(variant, shared, open(library));
      if (!NativeBuild.isChecked(library)) {
        Optional<String> difference = NativeCheck.difference(kernel);
        if (difference.isPresent()) {
          String text = variant.label + " is not used, it computes wrongly: " + difference.get();
          return new Found(Optional.empty(), text);
        }
        NativeBuild.markChecked(library);
      }
      return new Found(Optional.of(kernel), variant.label);
    } catch (IOException | RuntimeException e) {
      return new Found(Optional.empty(), variant.label + " could not be built: " + e.getMessage());
    }
  }

  /**
   * A library once opened stays: the addresses of its functions are used until the process ends.
   */
  private static SymbolLookup open(Path library) {
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** FREEHOLD_CACHE, or freehold in the folder that this system keeps caches in. */
  private static Path cache() {
    String named = System.getenv("FREEHOLD_CACHE");
    if (named != null && !named.isEmpty()) {
      return Path.of(named);
    }
    String home = System.getProperty("user.home", ".");
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String local = System.getenv("LOCALAPPDATA");
    String xdg = System.getenv("XDG_CACHE_HOME");
    if (system.startsWith("mac")) {
      return Path.of(home, "Library", "Caches", "freehold");
    }
    if (system.startsWith("windows") && local != null) {
      return Path.of(local, "freehold");
    }
    return xdg != null && !xdg.isEmpty()
        ? Path.of(xdg, "freehold")
        : Path.of(home, ".cache", "freehold");
  }
}
