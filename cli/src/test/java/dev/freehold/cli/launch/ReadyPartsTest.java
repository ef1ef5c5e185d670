// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadyPartsTest {
  @TempDir Path folder;

  /** A class whose one method says whether a number is positive: a branch, so a stack to tell. */
  private static byte[] type(int version) {
    return ClassFile.of(
            version < 50
                ? ClassFile.StackMapsOption.DROP_STACK_MAPS
                : ClassFile.StackMapsOption.GENERATE_STACK_MAPS)
        .build(
            ClassDesc.of("old.Sign"),
            type ->
                type.withVersion(version, 0)
                    .withMethodBody(
                        "positive",
                        MethodTypeDesc.of(CD_int, CD_int),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                        code -> {
                          Label no = code.newLabel();
                          code.iload(0).ifle(no).iconst_1().ireturn();
                          code.labelBinding(no).iconst_0().ireturn();
                        }));
  }

  private Path jar(Map<String, byte[]> entries) throws IOException {
    Path jar = folder.resolve("part.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return jar;
  }

  private static int positive(Path jar, int number) throws Exception {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      return (int)
          loader.loadClass("old.Sign").getMethod("positive", int.class).invoke(null, number);
    }
  }

  @Test
  void anOldClassIsRaisedAndDoesWhatItDid() throws Exception {
    Path jar = jar(Map.of("old/Sign.class", type(49)));
    ReadyParts.main(new String[] {folder.toString()});
    try (JarFile ready = new JarFile(jar.toFile())) {
      byte[] raised = ready.getInputStream(ready.getEntry("old/Sign.class")).readAllBytes();
      assertThat(ClassFile.of().parse(raised).majorVersion()).isEqualTo(52);
    }
    assertThat(positive(jar, 7)).isOne();
    assertThat(positive(jar, -7)).isZero();
  }

  @Test
  void aSignedJarLosesItsSignaturesAndTheirDigestsAndNothingElse() throws Exception {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    String main = "Manifest-Version: 1.0\r\nMulti-Release: true\r\n\r\n";
    String section = "Name: old/Sign.class\r\nSHA-256-Digest: AAAA\r\n\r\n";
    entries.put("META-INF/MANIFEST.MF", (main + section).getBytes(UTF_8));
    entries.put("META-INF/OWNER.SF", "Signature-Version: 1.0\r\n\r\n".getBytes(UTF_8));
    entries.put("META-INF/OWNER.RSA", new byte[] {1, 2, 3});
    entries.put("META-INF/services/a.Service", "old.Sign\n".getBytes(UTF_8));
    entries.put("old/Sign.class", type(52));
    Path jar = jar(entries);
    ReadyParts.main(new String[] {folder.toString()});
    try (JarFile ready = new JarFile(jar.toFile())) {
      assertThat(ready.stream().map(ZipEntry::getName))
          .containsExactly("META-INF/MANIFEST.MF", "META-INF/services/a.Service", "old/Sign.class");
      assertThat(ready.getManifest().getEntries()).isEmpty();
      assertThat(ready.getManifest().getMainAttributes().getValue("Multi-Release"))
          .isEqualTo("true");
      assertThat(ready.getInputStream(ready.getEntry("old/Sign.class")).readAllBytes())
          .isEqualTo(type(52));
    }
  }

  @Test
  void anyOtherJarStaysAsItIs() throws Exception {
    Path jar = jar(Map.of("old/Sign.class", type(52)));
    byte[] before = Files.readAllBytes(jar);
    ReadyParts.main(new String[] {folder.toString()});
    assertThat(Files.readAllBytes(jar)).isEqualTo(before);
    assertThat(folder)
        .isDirectoryContaining("glob:**part.jar")
        .isDirectoryNotContaining("glob:**new");
  }

  @Test
  void aNativeLibraryLiesOutsideOfItsJar() throws Exception {
    String library = System.mapLibraryName("amazonCorrettoCryptoProvider");
    jar(Map.of("com/amazon/corretto/crypto/provider/" + library, new byte[] {4, 5, 6}));
    ReadyParts.main(new String[] {folder.toString()});
    assertThat(folder.resolve("native").resolve(library)).hasBinaryContent(new byte[] {4, 5, 6});
  }
}
