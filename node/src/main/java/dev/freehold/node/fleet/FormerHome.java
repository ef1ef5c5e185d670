// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a key leaves behind when another follows it: a home of its own within the home, and in it
 * the statement of who that is.
 *
 * @param home that of the former key
 */
public record FormerHome(Path home, KeyStatement.Succession statement) {
  /** The folder of a home in which those of its former keys are. */
  public static final String FOLDER = "former";

  /** Who followed, in the home of a former key. */
  public static final String SUCCESSION = "succession.json";

  /** The key's file, in its home. */
  public static final String KEY = "node.key";

  /** Where the former key is. */
  public Path keyFile() {
    return home.resolve(KEY);
  }

  /** The folders of all former keys of a home, by their names. */
  public static List<Path> folders(Path home) throws IOException {
    Path folder = home.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var found = Files.list(folder)) {
      return found.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** Those that are whole, the oldest first. */
  public static List<FormerHome> all(Path home) throws IOException {
    List<FormerHome> found = new ArrayList<>();
    for (Path each : folders(home)) {
      if (Files.exists(each.resolve(SUCCESSION)) && Files.exists(each.resolve(KEY))) {
        found.add(new FormerHome(each, succession(each)));
      }
    }
    found.sort(Comparator.comparing(one -> one.statement().from().instant()));
    return found;
  }

  /** What the former key of a home said of who follows it. */
  public static KeyStatement.Succession succession(Path former) throws IOException {
    Path file = former.resolve(SUCCESSION);
    if (KeyStatement.decode(Files.readAllBytes(file))
            instanceof Parsed.Read<KeyStatement>(KeyStatement statement)
        && statement instanceof KeyStatement.Succession succession) {
      return succession;
    }
    throw new IOException(file + " is damaged");
  }
}
