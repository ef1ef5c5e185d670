// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** One object of a published file of test vectors. */
record Vector(Json.Obj members) {
  /** The file's object; where the file is absent the test is skipped, saying so. */
  static Vector read(String name) throws IOException {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path path = Path.of(root == null ? "../../shared/vectors" : root).resolve("hpke", name);
    Assumptions.assumeTrue(
        Files.exists(path), () -> "skipped: no test vectors at " + path.toAbsolutePath());
    return new Vector((Json.Obj) Json.parse(Files.readAllBytes(path)));
  }

  boolean has(String name) {
    return members.get(name).isPresent();
  }

  String text(String name) {
    return ((Json.Str) members.get(name).orElseThrow()).value();
  }

  byte[] bytes(String name) {
    return HexFormat.of().parseHex(text(name));
  }

  int number(String name) {
    return (int) ((Json.Num) members.get(name).orElseThrow()).value();
  }

  List<Vector> list(String name) {
    return ((Json.Arr) members.get(name).orElseThrow())
        .items().stream().map(item -> new Vector((Json.Obj) item)).toList();
  }

  List<byte[]> chunks(String name) {
    return ((Json.Arr) members.get(name).orElseThrow())
        .items().stream().map(item -> HexFormat.of().parseHex(((Json.Str) item).value())).toList();
  }

  Aead aead() {
    int id = number("aead_id");
    return List.of(Aead.values()).stream().filter(a -> a.id() == id).findFirst().orElseThrow();
  }

  Kem kem() {
    int id = number("kem_id");
    return List.of(Kem.values()).stream().filter(k -> k.id() == id).findFirst().orElseThrow();
  }
}
