// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays of a model on a machine: all but its weights. */
@NullMarked
class HeadsTest {
  @TempDir private Path folder = Path.of("");
  private Path file = Path.of("");
  private Digest digest = Digest.sha256("none");
  private ModelStore store = new ModelStore(folder, InstantSource.system());

  @BeforeEach
  void write() throws Exception {
    file = folder.resolve("mine.gguf");
    new GgufWriter()
        .put("general.architecture", "llama")
        .put("tokenizer.ggml.tokens", List.of("a", "b"))
        .write(file);
    digest = Digest.sha256(Files.readAllBytes(file));
    store = new ModelStore(folder.resolve("cache"), InstantSource.system());
  }

  private Path heads() {
    return folder.resolve("cache").resolve("heads");
  }

  @Test
  void theHeadOfAModelStaysWhenItIsRemoved() throws Exception {
    assertThat(store.head(digest)).isEmpty();
    store.link(file, "mine", _ -> {});
    Path head = store.head(digest).orElseThrow();
    store.remove(digest);
    assertThat(store.find(digest)).isEmpty();
    assertThat(store.head(digest)).contains(head);
    try (Gguf kept = Gguf.open(head)) {
      assertThat(kept.metadata().strings("tokenizer.ggml.tokens")).contains(List.of("a", "b"));
      assertThat(kept.tensors()).isEmpty();
    }
    try (var files = Files.list(heads())) {
      assertThat(files).as("nothing half-written").containsExactly(head);
    }
  }

  @Test
  void aModelThatCameBeforeHeadsWereKeptLeavesOneWhenItIsRemoved() throws Exception {
    store.link(file, "mine", _ -> {});
    Files.delete(store.head(digest).orElseThrow());
    store.remove(digest);
    assertThat(store.head(digest)).isPresent();
  }

  @Test
  void aDamagedModelLeavesNone() throws Exception {
    store.link(file, "mine", _ -> {});
    Files.delete(store.head(digest).orElseThrow());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-11-29T10:00:00Z")));
    store.remove(digest);
    assertThat(store.head(digest)).isEmpty();
  }

  @Test
  void aHeadThatWasChangedIsNone() throws Exception {
    store.link(file, "mine", _ -> {});
    Path head = store.head(digest).orElseThrow();
    byte[] bytes = Files.readAllBytes(head);
    bytes[bytes.length - 1] ^= 1;
    Files.write(head, bytes);
    assertThat(store.head(digest)).isEmpty();
  }

  @Test
  void ofAModelThatTheCatalogueKnowsOnlyItsOwnHeadCounts() throws IOException {
    Digest known = Catalogue.shipped().defaultModel().digest();
    byte[] other = Files.readAllBytes(file);
    Files.createDirectories(heads());
    Files.write(heads().resolve(known.hex() + "-" + Digest.sha256(other).hex() + ".gguf"), other);
    assertThat(store.head(known)).isEmpty();
    Files.write(heads().resolve(digest.hex() + "-" + Digest.sha256(other).hex() + ".gguf"), other);
    assertThat(store.head(digest)).isPresent();
  }

  @Test
  void aFileThatNobodyCanReadLeavesNoHead() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.gguf"), "GGUF, but not really");
    Digest named = store.link(broken, "broken", _ -> {}).digest();
    assertThat(store.head(named)).isEmpty();
  }
}
