// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Published test vectors: FREEHOLD_VECTORS, else ../shared/vectors beside the repository. */
public final class Vectors {
  private Vectors() {}

  /** A file or folder of the vectors; where it is absent the test is skipped, saying so. */
  public static Path find(String name) {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path path = Path.of(root == null ? "../../shared/vectors" : root).resolve(name);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: no test vectors at " + path.toAbsolutePath());
    return path;
  }

  /** The bytes of a file of the vectors. */
  public static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(find(name));
  }

  /** A file of the vectors that holds an object. */
  public static Json.Obj json(String name) throws IOException {
    return (Json.Obj) Json.parse(bytes(name));
  }

  /** A member of any depth: {@code at(object, "input", "sign0", "key")}. */
  public static Json at(Json value, String... names) {
    for (String name : names) {
      value = ((Json.Obj) value).get(name).orElseThrow();
    }
    return value;
  }

  /** A text of any depth. */
  public static String text(Json value, String... names) {
    return ((Json.Str) at(value, names)).value();
  }
}
