// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSignatureTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2026-11-25T00:00:00Z");
  private static final String OMS = "oms/test-vectors/v1.0/";

  @TempDir private Path folder = Path.of("");

  private static PublicKeyInfo publishedKey() throws IOException {
    return PublicKeyInfo.ofPem(
        Vectors.text(Vectors.json("oms/facts.json"), "public_key_pem_for_key_bundle"));
  }

  /** The model that the published bundles are of. */
  private Path model(String bundle) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Json.Obj files = (Json.Obj) Vectors.at(Vectors.json("oms/facts.json"), "model_files", bundle);
    for (Map.Entry<String, Json> file : files.members().entrySet()) {
      Files.writeString(model.resolve(file.getKey()), ((Json.Str) file.getValue()).value());
    }
    return model;
  }

  private static List<Check> verify(
      Path model, byte[] bundle, @Nullable PublicKeyInfo key, boolean ignoreUnsigned)
      throws IOException {
    return switch (SigstoreBundle.decode(bundle)) {
      case Parsed.Malformed<SigstoreBundle>(String reason) ->
          List.of(Check.fails("bundle", reason));
      case Parsed.Read<SigstoreBundle>(SigstoreBundle read) ->
          ModelSignature.verify(
              model,
              model.resolve("model.sig"),
              read,
              new ModelSignature.Trust(Optional.ofNullable(key), List.of(), NOW, ignoreUnsigned));
    };
  }

  @Test
  void acceptsThePublishedKeyBundle() throws IOException {
    List<Check> checks =
        verify(
            model("key.bundle.json"),
            Vectors.bytes(OMS + "valid/key.bundle.json"),
            publishedKey(),
            false);
    assertThat(checks).hasSize(3);
    assertThat(Check.allHold(checks)).as("%s", checks).isTrue();
    assertThat(publishedKey().kind()).isEqualTo(PublicKeyInfo.Kind.P384);
  }

  @Test
  void acceptsThePublishedCertificateBundleButForItsUnknownRoot() throws IOException {
    byte[] bundle = Vectors.bytes(OMS + "valid/certificate.bundle.json");
    Path model = model("certificate.bundle.json");
    List<Check> checks = verify(model, bundle, null, false);
    assertThat(checks.stream().filter(Check::holds).map(Check::claim))
        .containsExactly("signed", "manifest", "files");
    assertThat(checks.get(1)).asString().contains("chain: open: no root certificate");
    SigstoreBundle read = SigstoreBundle.decode(bundle).orElse(reason -> fail(reason));
    X509Certificate last =
        ((SigstoreBundle.Material.Chain) read.material()).certificates().getLast();
    // The intermediate as the root: the chain leads there.
    List<Check> anchored =
        ModelSignature.verify(
            model,
            model.resolve("model.sig"),
            read,
            new ModelSignature.Trust(Optional.empty(), List.of(last), NOW, false));
    assertThat(anchored.get(1)).asString().contains("chain: ");
    List<Check> late =
        ModelSignature.verify(
            model,
            model.resolve("model.sig"),
            read,
            new ModelSignature.Trust(
                Optional.empty(), List.of(last), Instant.parse("2046-01-01T00:00:00Z"), false));
    assertThat(late.get(1)).asString().contains("chain: fails");
  }

  @Test
  void readsThePublishedKeylessBundleAndLeavesItsIssuerOpen() throws IOException {
    List<Check> checks =
        verify(
            model("sigstore.bundle.json"),
            Vectors.bytes(OMS + "valid/sigstore.bundle.json"),
            null,
            false);
    assertThat(checks.stream().filter(Check::holds).map(Check::claim))
        .containsExactly("signed", "manifest", "files");
    assertThat(checks.get(1)).asString().contains("chain: open");
  }

  @TestFactory
  Stream<DynamicTest> refusesThePublishedInvalidBundlesForTheirReason() {
    return Map.of(
            "invalid/empty.bundle.json", "not strict JSON",
            "invalid/missing-envelope.bundle.json", "lacks \"dsseEnvelope\"",
            "invalid/missing-tlog-entries.bundle.json", "without a transparency log entry",
            "invalid/missing-verification-material.bundle.json", "lacks \"verificationMaterial\"",
            "invalid-payload/wrong-predicate.bundle.json",
                "of type \"https://example.com/wrong-predicate/v1.0\"")
        .entrySet()
        .stream()
        .map(
            invalid ->
                DynamicTest.dynamicTest(
                    invalid.getKey(),
                    () -> {
                      List<Check> checks =
                          verify(
                              model("key.bundle.json"),
                              Vectors.bytes(OMS + invalid.getKey()),
                              publishedKey(),
                              false);
                      assertThat(Check.allHold(checks)).isFalse();
                      assertThat(checks)
                          .asString()
                          .contains("fails: ")
                          .contains(invalid.getValue());
                    }));
  }

  private interface Change {
    void to(Path model) throws IOException;
  }

  @TestFactory
  Stream<DynamicTest> refusesAChangedModelForItsReason() {
    Map<String, Change> changes =
        Map.of(
            "changed: signme-1", m -> Files.writeString(m.resolve("signme-1"), "other"),
            "missing: signme-2", m -> Files.delete(m.resolve("signme-2")),
            "not signed: extra.bin", m -> Files.writeString(m.resolve("extra.bin"), "x"),
            "not signed: deep/extra",
                m ->
                    Files.writeString(
                        Files.createDirectory(m.resolve("deep")).resolve("extra"), "x"),
            "no file but a link or the like: link",
                m -> Files.createSymbolicLink(m.resolve("link"), m.resolve("signme-1")),
            "missing: signme-1; not signed: Signme-1",
                m -> Files.move(m.resolve("signme-1"), m.resolve("Signme-1")));
    return changes.entrySet().stream()
        .map(
            change ->
                DynamicTest.dynamicTest(
                    change.getKey(),
                    () -> {
                      Path model = model("key.bundle.json");
                      try (Stream<Path> old = Files.walk(model)) {
                        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                          Files.delete(path);
                        }
                      }
                      model("key.bundle.json");
                      change.getValue().to(model);
                      byte[] bundle = Vectors.bytes(OMS + "valid/key.bundle.json");
                      assertThat(verify(model, bundle, publishedKey(), false).getLast())
                          .asString()
                          .contains("files: fails")
                          .contains(change.getKey());
                      boolean extra = change.getKey().startsWith("not signed");
                      assertThat(verify(model, bundle, publishedKey(), true).getLast().holds())
                          .isEqualTo(extra || change.getKey().startsWith("no file"));
                    }));
  }

  @Test
  void refusesAnotherKeyAndABrokenBundle() throws Exception {
    Path model = model("key.bundle.json");
    byte[] bundle = Vectors.bytes(OMS + "valid/key.bundle.json");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp384r1"));
    PublicKeyInfo other =
        PublicKeyInfo.decode(generator.generateKeyPair().getPublic().getEncoded());
    assertThat(verify(model, bundle, other, false).getFirst())
        .asString()
        .contains("names another key");
    assertThat(verify(model, bundle, null, false).getFirst())
        .asString()
        .contains("open: the signer's public key was not given");
    String text = new String(bundle, StandardCharsets.UTF_8);
    for (Map.Entry<String, String> change :
        Map.of(
                text.replace("bundle.v0.3+json", "bundle.v0.9+json"), "media type",
                text.substring(0, text.length() / 2), "not strict JSON",
                text.replace("\"hint\"", "\"note\""), "lacks \"rawBytes\"",
                text.replace(ModelSignature.hint(publishedKey()), ModelSignature.hint(other)),
                    "no signature belongs")
            .entrySet()) {
      PublicKeyInfo key = change.getValue().startsWith("no signature") ? other : publishedKey();
      assertThat(verify(model, change.getKey().getBytes(StandardCharsets.UTF_8), key, false))
          .asString()
          .contains(change.getValue());
    }
  }

  @TestFactory
  Stream<DynamicTest> makesTheManifestsOfTheReferenceLibrary() throws IOException {
    Json.Arr cases = (Json.Arr) Vectors.at(Vectors.json("oms/manifest-vectors.json"), "cases");
    assertThat(cases.items()).hasSize(2);
    return cases.items().stream()
        .map(c -> DynamicTest.dynamicTest(Vectors.text(c, "id"), () -> sameManifest(c)));
  }

  private void sameManifest(Json vector) throws IOException {
    Path model = Files.createDirectory(folder.resolve(Vectors.text(vector, "id")));
    for (Json file : ((Json.Arr) Vectors.at(vector, "files")).items()) {
      Path path = model.resolve(Vectors.text(file, "name"));
      Files.createDirectories(path.getParent());
      Files.writeString(path, Vectors.text(file, "text"));
    }
    boolean shards = Vectors.text(vector, "method").equals("shards");
    Serialization serialization =
        new Serialization(
            shards ? Serialization.Method.SHARDS : Serialization.Method.FILES,
            "sha256",
            shards ? (long) ((Json.Num) Vectors.at(vector, "shard_size")).value() : 0,
            false,
            List.of());
    Manifest manifest = ModelSignature.hash(model, serialization);
    List<Manifest.Resource> expected =
        ((Json.Arr) Vectors.at(vector, "resources"))
            .items().stream()
                .map(r -> new Manifest.Resource(Vectors.text(r, "name"), Vectors.text(r, "digest")))
                .toList();
    assertThat(manifest.resources()).isEqualTo(expected);
    assertThat(manifest.rootDigest().hex()).isEqualTo(Vectors.text(vector, "root_digest"));
    assertThat(manifest.modelName()).isEqualTo(Vectors.text(vector, "id"));
    assertThat(
            Manifest.of(
                InTotoStatement.decode(manifest.statement().encode())
                    .orElse(reason -> fail(reason))))
        .isEqualTo(new Parsed.Read<>(manifest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ed25519", "secp256r1", "secp384r1", "secp521r1"})
  void signsAFolderAndAFileAndVerifiesThem(String kind) throws Exception {
    PrivateKeyInfo key;
    if (kind.equals("Ed25519")) {
      key = PrivateKeyInfo.of(SigningKey.ofSeed(new byte[32]));
    } else {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(kind));
      key =
          PrivateKeyInfo.ofPem(
              new Pem("PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded())
                  .toString());
    }
    Path model = model("key.bundle.json");
    Files.createDirectory(model.resolve(".git"));
    Files.writeString(model.resolve(".git").resolve("HEAD"), "x");
    byte[] bundle = ModelSignature.sign(model, model.resolve("model.sig"), key, RANDOM).encode();
    Files.write(model.resolve("model.sig"), bundle);
    List<Check> checks = verify(model, bundle, key.publicKey(), false);
    assertThat(Check.allHold(checks)).as("%s", checks).isTrue();
    assertThat(checks.getLast()).asString().contains("2 files").contains("not checked: ");
    Path file = model.resolve("signme-1");
    byte[] ofFile = ModelSignature.sign(file, model.resolve("sig"), key, RANDOM).encode();
    assertThat(Check.allHold(verify(file, ofFile, key.publicKey(), false))).isTrue();
    Files.writeString(file, "changed");
    assertThat(verify(file, ofFile, key.publicKey(), false).getLast())
        .asString()
        .contains("changed: .");
    SigstoreBundle read = SigstoreBundle.decode(bundle).orElse(reason -> fail(reason));
    assertThat(read.encode()).isEqualTo(bundle);
  }

  @Test
  void refusesToSignWhatItWouldNotVerify() throws IOException {
    PrivateKeyInfo key = PrivateKeyInfo.of(SigningKey.ofSeed(new byte[32]));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> ModelSignature.sign(empty, empty.resolve("s"), key, RANDOM))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at least one file");
    Files.createSymbolicLink(empty.resolve("link"), folder);
    assertThatThrownBy(() -> ModelSignature.sign(empty, empty.resolve("s"), key, RANDOM))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("link");
  }

  @Test
  void shardsHaveToCoverTheirFiles() throws IOException {
    Path model = Files.createDirectory(folder.resolve("shards"));
    Files.writeString(model.resolve("f"), "0123456789abcdef");
    Serialization shards =
        new Serialization(Serialization.Method.SHARDS, "sha256", 8, false, List.of());
    Manifest whole = ModelSignature.hash(model, shards);
    Manifest half = new Manifest("shards", shards, whole.resources().subList(0, 1));
    Manifest longer =
        new Manifest(
            "shards",
            shards,
            List.of(
                whole.resources().get(0),
                whole.resources().get(1),
                new Manifest.Resource("f:16:24", "0".repeat(64))));
    PrivateKeyInfo key = PrivateKeyInfo.of(SigningKey.ofSeed(new byte[32]));
    for (Map.Entry<Manifest, String> entry :
        Map.of(whole, "holds", half, "changed: f", longer, "not all there: f:16:24").entrySet()) {
      SigstoreBundle bundle =
          new SigstoreBundle(
              new SigstoreBundle.Material.KeyHint(
                  Optional.of(ModelSignature.hint(key.publicKey()))),
              Envelope.sign(
                  InTotoStatement.PAYLOAD_TYPE,
                  entry.getKey().statement().encode(),
                  key,
                  null,
                  RANDOM));
      assertThat(verify(model, bundle.encode(), key.publicKey(), false).getLast())
          .asString()
          .contains(entry.getValue());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'name':'f' | 'name':'../f' | not a path",
        "'name':'f' | 'name':'/f' | not a path",
        "'name':'f' | 'name':'a//f' | not a path",
        "'name':'f' | 'name':'a/./f' | not a path",
        "'name':'f' | 'name':'' | not a path",
        "'algorithm':'sha256' | 'algorithm':'blake3' | another hash",
        "'hash_type':'sha256' | 'hash_type':'md5' | none of",
        "'method':'files' | 'method':'lines' | neither files nor shards",
        "'method':'files' | 'method':'shards' | shard size is due",
        "'method':'files' | 'method':'files','shard_size':1.5 | whole number",
        "'method':'files' | 'method':'files','shard_size':8 | only there",
        "'allow_symlinks':false | 'allow_symlinks':'no' | not true or false",
        "'allow_symlinks':false | 'allow_symlinks':false,'ignore_paths':['..'] | cannot be ignored",
        "'allow_symlinks':false | 'allow_symlinks':false,'ignore_paths':['.'] | cannot be ignored",
        "'allow_symlinks':false | 'allow_symlinks':false,'ignore_paths':['/'] | cannot be ignored",
        "'allow_symlinks':false | 'allow_symlinks':false,'more':1 | unknown member",
        "'digest':'0 | 'digest':'1 | root digest does not follow",
        "'digest':'0 | 'digest':'g | is not sha256",
        "'name':'m' | 'name':'m2' | holds",
      })
  void refusesOtherManifestsForTheirReason(String from, String to, String reason) {
    Manifest manifest =
        new Manifest(
            "m",
            new Serialization(Serialization.Method.FILES, "sha256", 0, false, List.of()),
            List.of(new Manifest.Resource("f", "0" + Digest.sha256("f").hex().substring(1))));
    String text =
        new String(manifest.statement().encode(), StandardCharsets.UTF_8)
            .replaceFirst(Pattern.quote(quoted(from)), quoted(to));
    InTotoStatement statement =
        InTotoStatement.decode(text.getBytes(StandardCharsets.UTF_8)).orElse(why -> fail(why));
    if (reason.equals("holds")) {
      assertThat(Manifest.of(statement)).isInstanceOf(Parsed.Read.class);
    } else {
      assertThat(Manifest.of(statement)).asString().contains(reason);
    }
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }

  @Test
  void neverFailsOtherwiseOnMutatedBundles() throws IOException {
    long seed = 20261125;
    Random random = new Random(seed);
    byte[][] seeds = {
      Vectors.bytes(OMS + "valid/key.bundle.json"),
      Vectors.bytes(OMS + "valid/certificate.bundle.json"),
      Vectors.bytes(OMS + "valid/sigstore.bundle.json")
    };
    byte[] statement =
        SigstoreBundle.decode(seeds[0]).orElse(reason -> fail(reason)).envelope().payload();
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      if (SigstoreBundle.decode(ByteMutations.of(seeds[i % 3], random))
          instanceof Parsed.Read<SigstoreBundle>) {
        read++;
      }
      if (InTotoStatement.decode(ByteMutations.of(statement, random))
          instanceof Parsed.Read<InTotoStatement>(InTotoStatement mutated)) {
        assertThat(Manifest.of(mutated)).as("seed %d, round %d", seed, i).isNotNull();
      }
    }
    assertThat(read).isGreaterThan(100);
  }
}
