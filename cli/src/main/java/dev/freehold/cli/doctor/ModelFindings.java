// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.engine.model.MemoryNeed;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Whether models fit into this machine's memory, said before they are loaded. */
public final class ModelFindings {
  /** What an answer of some length takes at least. */
  private static final long POSITIONS = 1024;

  private static final long BESIDES = 200L << 20;

  private ModelFindings() {}

  /** Judges a model that is not loaded. */
  public static void look(
      String name, MemoryNeed need, long freeBytes, Catalogue catalogue, Findings findings) {
    long total = need.total(POSITIONS);
    String found =
        String.format(
            Locale.ROOT,
            "%s needs %.1f GB of memory with %d tokens of context, %.1f GB are free",
            name,
            total / 1e9,
            POSITIONS,
            freeBytes / 1e9);
    if (total <= freeBytes) {
      findings.ok("memory", found);
    } else {
      findings.note("memory", found + ": it would not be loaded", cure(freeBytes, catalogue));
    }
  }

  /** Tells of a model that the running node could not load. */
  public static void failed(
      String name, String problem, long freeBytes, Catalogue catalogue, Findings findings) {
    findings.wrong("model", name + " is not served: " + problem, cure(freeBytes, catalogue));
  }

  private static String cure(long freeBytes, Catalogue catalogue) {
    Optional<ModelEntry> fitting =
        catalogue.models().stream()
            .filter(entry -> need(entry) <= freeBytes)
            .max(Comparator.comparingLong(ModelEntry::bytes));
    return fitting
        .map(
            entry ->
                String.format(
                    Locale.ROOT,
                    "end other programs, or serve what fits: 'freehold up -m %s' needs %.1f GB",
                    entry.name(),
                    need(entry) / 1e9))
        .orElse("end other programs: no model of the catalogue fits into what is free");
  }

  private static long need(ModelEntry entry) {
    return new MemoryNeed(entry.bytes() + entry.bytes() / 8, entry.keyValueBytesPerToken(), BESIDES)
        .total(POSITIONS);
  }
}
