// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.sqlite.util.OSInfo;

/**
 * Makes a folder of jars ready to be started from often: a signed jar loses its signatures, whose
 * check costs every start a fifth of a second and vouches for nothing here, since no key of them is
 * demanded; classes of a form too old for the JVM's archive (JEP 483) get a newer one; switches
 * over types and the comparison of records, for which the JVM would make classes at every start,
 * become plain; what two classes prepare for nobody waits until it is asked for; and the native
 * libraries that their jars would unpack into a fresh folder at every start are unpacked once, into
 * {@code native}.
 */
public final class ReadyParts {
  /** The first form of which every class says how its stack stands, which the archive asks for. */
  private static final int ARCHIVED = 50;

  private static final int RAISED = ClassFile.JAVA_8_VERSION;
  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  private ReadyParts() {}

  /**
   * Makes a folder ready.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<Path> jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      ready(jar);
      unpack(jar, folder.resolve("native"));
    }
  }

  /** Rewrites a jar in which something hinders a quick start; leaves any other as it is. */
  static void ready(Path jar) throws IOException {
    Path fresh = jar.resolveSibling(jar.getFileName() + ".new");
    try (ZipFile old = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries = Collections.list(old.entries());
      if (entries.stream().noneMatch(entry -> hinders(old, entry))) {
        return;
      }
      try (ZipOutputStream out =
          new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh)))) {
        for (ZipEntry entry : entries) {
          if (!signature(entry)) {
            ZipEntry copy = new ZipEntry(entry.getName());
            copy.setTimeLocal(entry.getTimeLocal());
            out.putNextEntry(copy);
            out.write(ready(old, entry));
            out.closeEntry();
          }
        }
      }
    }
    Files.move(fresh, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean hinders(ZipFile jar, ZipEntry entry) {
    if (!entry.getName().endsWith(".class")) {
      return signature(entry);
    }
    byte[] type = bytes(jar, entry);
    return OnDemand.in(entry.getName())
        || version(type) < ARCHIVED
        || PlainSwitches.in(type)
        || PlainRecords.in(type);
  }

  private static boolean signature(ZipEntry entry) {
    return SIGNATURE.matcher(entry.getName()).matches();
  }

  private static byte[] bytes(ZipFile jar, ZipEntry entry) {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int version(byte[] type) {
    return ((type[6] & 0xff) << 8) | (type[7] & 0xff);
  }

  private static byte[] ready(ZipFile jar, ZipEntry entry) throws IOException {
    byte[] bytes = bytes(jar, entry);
    if (entry.getName().equals(MANIFEST)) {
      return withoutDigests(bytes);
    }
    if (!entry.getName().endsWith(".class")) {
      return bytes;
    }
    if (version(bytes) < ARCHIVED) {
      return raised(bytes, jar);
    }
    if (OnDemand.in(entry.getName())) {
      return OnDemand.later(entry.getName(), bytes, types(jar));
    }
    byte[] made = PlainRecords.in(bytes) ? PlainRecords.plain(bytes, types(jar)) : bytes;
    return PlainSwitches.in(made) ? PlainSwitches.plain(made, types(jar)) : made;
  }

  /** A manifest's main part: the others hold the digests that were signed. */
  private static byte[] withoutDigests(byte[] bytes) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
    manifest.getEntries().clear();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    return out.toByteArray();
  }

  private static byte[] raised(byte[] bytes, ZipFile jar) {
    ClassFile form =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(types(jar)));
    return form.transformClass(
        form.parse(bytes),
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen(ClassTransform.endHandler(type -> type.withVersion(RAISED, 0))));
  }

  /** The types of the system, of this program's class path, and of a jar. */
  private static ClassHierarchyResolver types(ZipFile jar) {
    return ClassHierarchyResolver.defaultResolver()
        .orElse(ClassHierarchyResolver.ofResourceParsing(type -> beside(jar, type)));
  }

  private static @Nullable InputStream beside(ZipFile jar, ClassDesc type) {
    String descriptor = type.descriptorString();
    ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The native libraries of this system that a jar may hold. */
  private static List<String> libraries() {
    List<String> names = new ArrayList<>();
    names.add(
        "com/amazon/corretto/crypto/provider/"
            + System.mapLibraryName("amazonCorrettoCryptoProvider"));
    names.add(
        "org/sqlite/native/"
            + OSInfo.getNativeLibFolderPathForCurrentOS()
            + "/"
            + System.mapLibraryName("sqlitejdbc"));
    return names;
  }

  private static void unpack(Path jar, Path folder) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (String name : libraries()) {
        ZipEntry entry = zip.getEntry(name);
        if (entry != null) {
          Files.createDirectories(folder);
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(
                in,
                folder.resolve(name.substring(name.lastIndexOf('/') + 1)),
                StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }
}
