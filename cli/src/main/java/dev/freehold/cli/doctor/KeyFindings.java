// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import dev.freehold.node.files.OwnerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Whether what should be secret in a home is its owner's alone. */
public final class KeyFindings {
  private static final Set<String> SECRET = Set.of("owner", "book.json", "receipts.db");

  /** Keys lie in the home, or in the folder of what uses them. */
  private static final int DEPTH = 2;

  private KeyFindings() {}

  /** Looks at every key file of a home, and at the like. */
  public static void look(Path home, Findings findings) throws IOException {
    if (!Files.isDirectory(home)) {
      return;
    }
    if (!home.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      findings.note(
          "keys",
          "this file system has no owner-only permissions",
          "keep " + home + " from others");
      return;
    }
    List<Path> secrets;
    try (Stream<Path> files = Files.walk(home, DEPTH)) {
      secrets = files.filter(Files::isRegularFile).filter(KeyFindings::secret).sorted().toList();
    }
    boolean well = true;
    for (Path file : secrets) {
      if (OwnerFiles.openToOthers(file)) {
        well = false;
        findings.wrong(
            "keys",
            "others than its owner can read or write " + file,
            "chmod 600 " + file + "; where somebody may have read a key, use another");
      }
    }
    if (well && !secrets.isEmpty()) {
      findings.ok("keys", secrets.size() + " secret files of " + home + " are the owner's alone");
    }
  }

  private static boolean secret(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".key") || SECRET.contains(name);
  }
}
