// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Published test vectors: FREEHOLD_VECTORS, else ../shared/vectors beside the repository. */
public final class Vectors {
  private Vectors() {}

  /** A file of the vectors; where it is absent the test is skipped, saying so. */
  public static Json.Obj read(String name) throws IOException {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path path = Path.of(root == null ? "../../shared/vectors" : root).resolve(name);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: no test vectors at " + path.toAbsolutePath());
    return (Json.Obj) Json.parse(Files.readAllBytes(path));
  }
}
