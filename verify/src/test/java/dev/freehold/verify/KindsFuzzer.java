// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One kind of file before a fuzzer that is guided by coverage (Jazzer, {@code verify/fuzz}), or
 * before a test: whatever the bytes, they are judged. An exception is a finding, and so is a Valid
 * verdict on something that no sample says.
 */
public final class KindsFuzzer {
  /** Names the kind: the class without {@code File}. */
  static final String KIND = "freehold.fuzz.kind";

  /** Names the folder for the samples that the fuzzer starts from. */
  static final String SEEDS = "freehold.fuzz.seeds";

  // The fuzzer calls static methods, and knows no objects.
  private static @Nullable KindsFuzzer running;

  private final Verifier verifier;
  private final FileKind kind;
  private final Demands usual = Demands.usual();
  private final Demands strict;
  private final List<byte[]> samples = new ArrayList<>();
  private final Set<String> headlines = new HashSet<>();

  private KindsFuzzer(Verifier verifier, FileKind kind, Demands strict, List<byte[]> files) {
    this.verifier = verifier;
    this.kind = kind;
    this.strict = strict;
    for (byte[] file : files) {
      if (kind.check(file, usual).isPresent()) {
        samples.add(file);
        verifier.verify(file).subject().map(Report.Subject::headline).ifPresent(headlines::add);
      }
    }
  }

  /** Of each kind one. */
  static List<KindsFuzzer> all(Path folder) throws Exception {
    KindSamples made = new KindSamples(folder);
    Verifier verifier =
        new Verifier(
            Demands.usual(),
            ReplayCheck.of(new ModelFiles(null, folder), null, 1),
            made.given(true, true, "entry"));
    List<byte[]> files = made.files();
    return verifier.kinds().stream()
        .map(kind -> new KindsFuzzer(verifier, kind, made.strict(), files))
        .toList();
  }

  /** Its name on the command line. */
  String name() {
    return kind.getClass().getSimpleName().replaceFirst("File$", "");
  }

  /** Whole files of its kind. */
  List<byte[]> samples() {
    return List.copyOf(samples);
  }

  /**
   * Judges bytes: as the kind itself takes them, with all that can be demanded, and as the whole
   * verifier does.
   *
   * @throws AssertionError if they are Valid and say what no sample says
   */
  void take(byte[] bytes) {
    kind.check(bytes, strict);
    Report report = verifier.verify(bytes);
    Optional<String> headline = report.subject().map(Report.Subject::headline);
    if (report.verdict() instanceof Verdict.Valid
        && headline.filter(headlines::contains).isEmpty()) {
      throw new AssertionError("Valid, and made up: " + headline.orElse("no headline"));
    }
  }

  /** Called once by Jazzer. */
  public static void fuzzerInitialize() throws Exception {
    String name = System.getProperty(KIND, "");
    KindsFuzzer chosen =
        all(Files.createTempDirectory("fuzz")).stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no kind is called '" + name + "'"));
    Path seeds = Path.of(System.getProperty(SEEDS, ""));
    for (int i = 0; i < chosen.samples.size(); i++) {
      Files.write(seeds.resolve("sample-" + i), chosen.samples.get(i));
    }
    running = chosen;
  }

  /** Called by Jazzer, again and again. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    KindsFuzzer chosen = running;
    if (chosen != null) {
      chosen.take(bytes);
    }
  }

  /** Prints the kinds' names, one a line. */
  public static void main(String[] arguments) throws Exception {
    for (KindsFuzzer each : all(Files.createTempDirectory("fuzz"))) {
      System.out.println(each.name());
    }
  }
}
