// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PlainRecordsTest {
  /** A component of every type. */
  record Every(
      boolean flag,
      byte small,
      char sign,
      short less,
      int whole,
      long large,
      float real,
      double exact,
      @Nullable Object thing) {}

  /** None at all. */
  record Empty() {}

  /** One that says itself when two are equal. */
  record Own(int value) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Own;
    }

    @Override
    public int hashCode() {
      return 7;
    }
  }

  private static final List<Object[]> EVERY =
      List.of(
          all(false, 1, 'a', 2, 3, 4L, 0.5f, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, 0.25, "x".repeat(1)),
          all(true, 1, 'a', 2, 3, 4L, 0.5f, 0.25, "x"),
          all(false, -1, 'a', 2, 3, 4L, 0.5f, 0.25, "x"),
          all(false, 1, '\uffff', 2, 3, 4L, 0.5f, 0.25, "x"),
          all(false, 1, 'a', -2, 3, 4L, 0.5f, 0.25, "x"),
          all(false, 1, 'a', 2, -3, 4L, 0.5f, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L << 32, 0.5f, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0f, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, -0f, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, Float.NaN, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, Float.NaN, 0.25, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, -0.0, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, 0.0, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, Double.NaN, "x"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, 0.25, "y"),
          all(false, 1, 'a', 2, 3, 4L, 0.5f, 0.25, null));

  private static Object[] all(
      boolean flag,
      int small,
      char sign,
      int less,
      int whole,
      long large,
      float real,
      double exact,
      @Nullable Object thing) {
    return new Object[] {flag, (byte) small, sign, (short) less, whole, large, real, exact, thing};
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    String name = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(name))) {
      return in.readAllBytes();
    }
  }

  private static byte[] plain(Class<?> type) throws IOException {
    return PlainRecords.plain(bytes(type), ClassHierarchyResolver.defaultResolver());
  }

  private static List<String> madeAtRunTime(byte[] type) {
    return ClassFile.of().parse(type).methods().stream()
        .filter(
            method ->
                method.code().stream()
                    .flatMap(code -> code.elementStream())
                    .anyMatch(InvokeDynamicInstruction.class::isInstance))
        .map(method -> method.methodName().stringValue())
        .toList();
  }

  /** Beside the record that the compiler made. */
  private static final class Loader extends ClassLoader {
    Class<?> define(Class<?> type) throws IOException {
      byte[] bytes = plain(type);
      return defineClass(type.getName(), bytes, 0, bytes.length);
    }
  }

  private static Constructor<?> made(Class<?> type) throws Exception {
    Constructor<?> constructor = new Loader().define(type).getDeclaredConstructors()[0];
    constructor.setAccessible(true);
    return constructor;
  }

  @Test
  void everyPairComparesAsItDid() throws Exception {
    Constructor<?> plain = made(Every.class);
    Constructor<?> compiled = Every.class.getDeclaredConstructors()[0];
    List<Object> ours = new ArrayList<>();
    List<Object> theirs = new ArrayList<>();
    for (Object[] components : EVERY) {
      ours.add(plain.newInstance(components));
      theirs.add(compiled.newInstance(components));
    }
    for (int i = 0; i < EVERY.size(); i++) {
      assertThat(ours.get(i).hashCode()).as("hash of %s", i).isEqualTo(theirs.get(i).hashCode());
      for (int j = 0; j < EVERY.size(); j++) {
        assertThat(ours.get(i).equals(ours.get(j)))
            .as("%s and %s", i, j)
            .isEqualTo(theirs.get(i).equals(theirs.get(j)));
      }
      assertThat(ours.get(i)).isNotEqualTo(theirs.get(i)).isNotEqualTo(null).isNotEqualTo("x");
    }
    assertThat(ours.get(0)).isEqualTo(ours.get(1)).isNotSameAs(ours.get(1));
  }

  @Test
  void recordOfNothingEqualsItsLike() throws Exception {
    Constructor<?> plain = made(Empty.class);
    assertThat(plain.newInstance()).isEqualTo(plain.newInstance()).isNotEqualTo(new Empty());
    assertThat(plain.newInstance().hashCode()).isEqualTo(new Empty().hashCode());
  }

  @Test
  void onlyWhatIsWrittenAsTextIsStillMadeAtRunTime() throws IOException {
    assertThat(madeAtRunTime(bytes(Every.class))).contains("equals", "hashCode", "toString");
    assertThat(madeAtRunTime(plain(Every.class))).containsExactly("toString");
  }

  @Test
  void whatRecordSaysItselfStays() throws Exception {
    Constructor<?> plain = made(Own.class);
    assertThat(plain.newInstance(1)).isEqualTo(plain.newInstance(1)).hasSameHashCodeAs(7);
    assertThat(PlainRecords.in(bytes(Own.class))).isTrue();
    assertThat(PlainRecords.in(bytes(PlainRecordsTest.class))).isFalse();
  }
}
