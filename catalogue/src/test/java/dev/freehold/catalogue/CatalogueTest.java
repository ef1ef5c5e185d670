// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.record.Digest;
import dev.freehold.record.JsonException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class CatalogueTest {
  @Test
  void shipsTheDefaultModelAndASecondOne() {
    Catalogue shipped = Catalogue.shipped();
    assertThat(shipped.defaultModel().bytes()).isEqualTo(98_362_432);
    assertThat(shipped.find("Gemma-3-270M").orElseThrow().sources()).hasSize(1);
    assertThat(shipped.find(shipped.defaultModel().digest())).contains(shipped.defaultModel());
    assertThat(shipped.find("nothing")).isEmpty();
  }

  @Test
  void theTextOfEachModelIsThatOfItsFile() {
    Map<String, String> environment = System.getenv();
    Path cache =
        Path.of(
            environment.getOrDefault(
                "FREEHOLD_CACHE", System.getProperty("user.home") + "/.cache/freehold"));
    int checked = 0;
    for (ModelEntry model : Catalogue.shipped().models()) {
      Path file = cache.resolve("models").resolve(model.digest().hex() + ".gguf");
      if (Files.exists(file)) {
        try (Gguf gguf = Gguf.open(file)) {
          ModelText text = ModelText.of(gguf);
          assertThat(model.text())
              .isEqualTo(
                  new ModelEntry.Text(
                      Digest.sha256(gguf.head()),
                      text.tokenizer().digest(),
                      text.template().map(ChatTemplate::digest)));
        }
        checked++;
      }
    }
    assumeTrue(checked > 0, "skipped: no model of the catalogue is here");
  }

  @Test
  void writesSourcesAsItReadsThem() {
    for (ModelEntry model : Catalogue.shipped().models()) {
      for (Source source : model.sources()) {
        assertThat(Source.parse(source.toString())).isEqualTo(source);
      }
    }
    assertThat(Source.parse("hf:a/b/c.gguf")).isEqualTo(new Source.Hub("a", "b", "main", "c.gguf"));
    assertThat(Source.parse("/x/y.gguf")).isInstanceOf(Source.Local.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:a/b",
        "hf:a/b/../c",
        "hf:a b/c/d",
        "pypi:a",
        "pypi:a==1",
        "pypi:a==1!../b",
        "pypi:a==1!b + c",
        "hf:"
      })
  void refusesMalformedSources(String text) {
    assertThatThrownBy(() -> Source.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesSpoiltCataloguesWithAReasonAndNothingElse() throws Exception {
    byte[] good;
    try (var in = Catalogue.class.getResourceAsStream("catalogue.json")) {
      good = java.util.Objects.requireNonNull(in).readAllBytes();
    }
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      byte[] bad = good.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        Catalogue.read(bad);
      } catch (JsonException e) {
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
    for (String text : List.of("[]", "{}", "{\"format\":\"freehold-catalogue/2\"}")) {
      assertThatThrownBy(() -> Catalogue.read(text.getBytes(UTF_8)))
          .isInstanceOf(JsonException.class);
    }
  }

  @Test
  void judgesWhatFits() {
    Machine machine = new Machine(8_000_000_000L, 4_000_000_000L, 2, 20e9);
    assertThat(machine.judge(1_000_000_000L, 100_000_000L).fits()).isTrue();
    Machine.Fit no = machine.judge(5_000_000_000L, 0);
    assertThat(no.fits()).isFalse();
    assertThat(machine.sentence(no)).contains("does not fit").contains("4.0 GB are free");
    assertThat(Machine.look().bytesPerSecond()).isGreaterThan(1e8);
  }
}
