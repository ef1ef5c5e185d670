// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The published C2SP vectors: FREEHOLD_VECTORS, else ../shared/vectors beside the repository. */
public final class C2spVectors {
  private C2spVectors() {}

  /** A file or folder; where it is absent the test is skipped, saying so. */
  public static Path find(String name) {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path path = Path.of(root == null ? "../../shared/vectors" : root).resolve("c2sp").resolve(name);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: no test vectors at " + path.toAbsolutePath());
    return path;
  }

  /** A JSON file. */
  public static Json.Obj json(String name) throws IOException {
    return (Json.Obj) Json.parse(Files.readAllBytes(find(name)));
  }

  /** The objects of an array. */
  public static List<Json.Obj> objects(Json.Obj in, String name) {
    return ((Json.Arr) in.get(name).orElseThrow())
        .items().stream().map(item -> (Json.Obj) item).toList();
  }

  /** A string; empty where it is absent. */
  public static String text(Json.Obj in, String name) {
    return in.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text ? text.value() : "";
  }

  /** A number. */
  public static long number(Json.Obj in, String name) {
    return (long) ((Json.Num) in.get(name).orElseThrow()).value();
  }

  /** The UTF-8 bytes of a text. */
  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What was read, or a failure of the test. */
  public static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }

  /** Why nothing was read. */
  public static String reason(Parsed<?> parsed) {
    return switch (parsed) {
      case Parsed.Malformed<?>(String reason) -> reason;
      case Parsed.Read<?>(Object value) -> throw new AssertionError("it was read: " + value);
    };
  }
}
