// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.HttpConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnectionConfig;
import picocli.CommandLine;

final class OnDemandTest {
  private static final String DATES = "org.sqlite.SQLiteConnectionConfig";

  /** Loaded when the first form is made. */
  private static final String FORMS = "org.sqlite.date.FormatCache";

  private static final String SIZES = "io.helidon.http.HttpConfig$BuilderBase";

  private static byte[] bytes(String type) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            OnDemandTest.class.getClassLoader().getResourceAsStream(entry(type)))) {
      return in.readAllBytes();
    }
  }

  private static String entry(String type) {
    return type.replace('.', '/') + ".class";
  }

  /** Loads classes of some packages afresh, made ready, and remembers what was asked for. */
  private static final class Afresh extends ClassLoader {
    private final String prefix;
    private final boolean ready;
    private final List<String> asked = new ArrayList<>();

    Afresh(String prefix, boolean ready) {
      super(OnDemandTest.class.getClassLoader());
      this.prefix = prefix;
      this.ready = ready;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      asked.add(name);
      if (!name.startsWith(prefix)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try {
        byte[] type = bytes(name);
        if (ready && OnDemand.in(entry(name))) {
          type = OnDemand.later(entry(name), type, ClassHierarchyResolver.defaultResolver());
        }
        return defineClass(name, type, 0, type.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static Object dates(Afresh loader, Properties properties) throws Exception {
    return loader
        .loadClass(DATES)
        .getMethod("fromPragmaTable", Properties.class)
        .invoke(null, properties);
  }

  private static Object form(Object dates) throws Exception {
    return dates.getClass().getMethod("getDateFormat").invoke(dates);
  }

  @Test
  void sqliteMakesNoFormOfDatesUntilItIsAskedFor() throws Exception {
    Afresh loader = new Afresh("org.sqlite.", true);
    Object dates = dates(loader, new Properties());
    assertThat(loader.asked).doesNotContain(FORMS);
    Field field = dates.getClass().getDeclaredField("dateFormat");
    field.setAccessible(true);
    assertThat((@Nullable Object) field.get(dates)).isNull();
    assertThat(form(dates).getClass().getMethod("getPattern").invoke(form(dates)))
        .isEqualTo("yyyy-MM-dd HH:mm:ss.SSS");
    assertThat(loader.asked).contains(FORMS);
  }

  @Test
  void sqliteTakesTheFormThatIsConfigured() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("date_string_format", "yyyy");
    Object dates = dates(new Afresh("org.sqlite.", true), properties);
    assertThat(form(dates).getClass().getMethod("getPattern").invoke(form(dates)))
        .isEqualTo(SQLiteConnectionConfig.fromPragmaTable(properties).getDateFormat().getPattern())
        .isEqualTo("yyyy");
  }

  @Test
  void sqliteRefusesAWrongFormWhenItIsAskedFor() throws Exception {
    Properties properties = new Properties();
    properties.setProperty("date_string_format", "no form");
    Object dates = dates(new Afresh("org.sqlite.", true), properties);
    assertThatThrownBy(() -> form(dates))
        .isInstanceOf(InvocationTargetException.class)
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void helidonsSizeIsTheNumberThatItsWordsSay() throws Exception {
    Afresh loader = new Afresh("io.helidon.http.", true);
    Object builder = loader.loadClass(HttpConfig.class.getName()).getMethod("builder").invoke(null);
    Object size = builder.getClass().getMethod("maxBufferedEntitySize").invoke(builder);
    assertThat(size).isEqualTo(HttpConfig.builder().maxBufferedEntitySize());
    assertThat(called(bytes(SIZES))).contains("parse");
    assertThat(
            called(
                OnDemand.later(
                    entry(SIZES), bytes(SIZES), ClassHierarchyResolver.defaultResolver())))
        .doesNotContain("parse");
  }

  private static List<String> called(byte[] type) {
    return ClassFile.of().parse(type).methods().stream()
        .flatMap(method -> method.code().stream())
        .flatMap(code -> code.elementStream())
        .mapMulti(
            (CodeElement element, Consumer<String> names) -> {
              if (element instanceof InvokeInstruction call) {
                names.accept(call.name().stringValue());
              }
            })
        .toList();
  }

  @Test
  void noOtherClassIsTouched() {
    assertThat(OnDemand.in(entry(FORMS))).isFalse();
    assertThat(OnDemand.in("io/helidon/http/HttpConfig.class")).isFalse();
    assertThat(OnDemand.in("SQLiteConnectionConfig.class")).isFalse();
  }

  @Test
  void picocliLooksForNoGroovyWhenItIsToldSo() throws Exception {
    String option = "picocli.disable.closures";
    assertThat(Files.readString(Path.of("..", "freehold"))).contains("-D" + option + "=true\n");
    assertThat(closuresAskedFor()).isPositive();
    System.setProperty(option, "true");
    try {
      assertThat(closuresAskedFor()).isZero();
    } finally {
      System.clearProperty(option);
    }
  }

  private static long closuresAskedFor() throws Exception {
    Afresh loader = new Afresh("picocli.", false);
    loader.loadClass(CommandLine.class.getName()).getMethod("defaultFactory").invoke(null);
    return loader.asked.stream().filter("groovy.lang.Closure"::equals).count();
  }
}
