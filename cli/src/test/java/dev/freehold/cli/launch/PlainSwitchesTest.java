// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.invoke.MethodHandles;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PlainSwitchesTest {
  /** Switches of every kind that the compiler knows. */
  static final class Samples {
    private Samples() {}

    static String overTypes(@Nullable Object value) {
      return switch (value) {
        case null -> "nothing";
        case String text when text.isEmpty() -> "an empty text";
        case String text when text.length() > 3 -> "a long text";
        case CharSequence text -> "text " + text;
        case int[] numbers -> "numbers " + numbers.length;
        case Integer number when number > 0 -> "a positive number";
        case Number number -> "a number " + number;
        default -> "something else";
      };
    }

    static String again(Object value) {
      return switch (value) {
        case Integer _ -> "whole";
        case Double _ -> "binary";
        default -> overTypes(value);
      };
    }

    static String overTypesAndConstants(Object value) {
      return switch (value) {
        case Thread.State state when state == Thread.State.NEW -> "new";
        case Integer _ -> "whole";
        default -> "neither";
      };
    }

    static String overConstants(String value) {
      return switch (value) {
        case "one" -> "1";
        case String text when text.isEmpty() -> "0";
        default -> "many";
      };
    }
  }

  /** A method of an interface that switches. */
  interface Asked {
    static int kind(Object value) {
      return switch (value) {
        case String _ -> 1;
        case Integer _ -> 2;
        default -> 3;
      };
    }
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    String name = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
    try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(name))) {
      return in.readAllBytes();
    }
  }

  private static byte[] plain(Class<?> type) throws IOException {
    return PlainSwitches.plain(bytes(type), ClassHierarchyResolver.defaultResolver());
  }

  private static int madeAtRunTime(byte[] type) {
    return (int)
        ClassFile.of().parse(type).methods().stream()
            .flatMap(method -> method.code().stream())
            .flatMap(code -> code.elementStream())
            .filter(
                element ->
                    element instanceof InvokeDynamicInstruction call
                        && call.bootstrapMethod().methodName().equals("typeSwitch"))
            .count();
  }

  /** The class under another identity, beside the one that the compiler made. */
  private static Class<?> defined(byte[] type) throws IllegalAccessException {
    return MethodHandles.lookup().defineHiddenClass(type, true).lookupClass();
  }

  private static Object asked(Class<?> type, String method, Class<?> takes, @Nullable Object value)
      throws Exception {
    var asked = type.getDeclaredMethod(method, takes);
    asked.setAccessible(true);
    return asked.invoke(null, value);
  }

  @Test
  void everyValueGoesTheWayItWent() throws Exception {
    Class<?> plain = defined(plain(Samples.class));
    List<@Nullable Object> values = new ArrayList<>();
    values.add(null);
    values.addAll(
        List.of("", "abc", "abcd", CharBuffer.wrap("x"), new int[2], 7, -7, 7L, 0.5, 'c'));
    values.add(Thread.State.NEW);
    for (Object value : values) {
      assertThat(asked(plain, "overTypes", Object.class, value))
          .isEqualTo(Samples.overTypes(value));
      if (value != null) {
        assertThat(asked(plain, "again", Object.class, value)).isEqualTo(Samples.again(value));
        assertThat(asked(plain, "overTypesAndConstants", Object.class, value))
            .isEqualTo(Samples.overTypesAndConstants(value));
      }
    }
    for (String value : List.of("one", "", "three")) {
      assertThat(asked(plain, "overConstants", String.class, value))
          .isEqualTo(Samples.overConstants(value));
    }
  }

  @Test
  void onlySwitchesThatTellConstantsApartAreStillMadeAtRunTime() throws Exception {
    assertThat(madeAtRunTime(bytes(Samples.class))).isEqualTo(4);
    assertThat(madeAtRunTime(plain(Samples.class))).isOne();
  }

  @Test
  void anInterfaceMaySwitchToo() throws Exception {
    byte[] plain = plain(Asked.class);
    assertThat(madeAtRunTime(plain)).isZero();
    Class<?> asked = defined(plain);
    for (Object value : List.of("text", 7, 7L)) {
      assertThat(asked(asked, "kind", Object.class, value)).isEqualTo(Asked.kind(value));
    }
  }

  @Test
  void aClassWithoutSuchASwitchIsKnownAtOnce() throws Exception {
    assertThat(PlainSwitches.in(bytes(Samples.class))).isTrue();
    assertThat(PlainSwitches.in(bytes(PlainSwitchesTest.class))).isFalse();
    assertThat(PlainSwitches.in(new byte[0])).isFalse();
  }
}
