// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Compared with the command line that is made of the annotations. */
class PlainUpTest {
  /** What a verb was told, by its fields. */
  private static Map<String, String> told(Up up) throws IllegalAccessException {
    Map<String, String> told = new TreeMap<>();
    for (Object part : List.of(up, up.node)) {
      for (Class<?> type = part.getClass(); type != Object.class; type = type.getSuperclass()) {
        for (Field field : type.getDeclaredFields()) {
          if (field.isAnnotationPresent(CommandLine.Option.class)) {
            field.setAccessible(true);
            told.put(type.getSimpleName() + "." + field.getName(), field.get(part) + "");
          }
        }
      }
    }
    return told;
  }

  private static String[] up(String rest) {
    return ("up " + rest).strip().split(" ", -1);
  }

  private static Up byCommandLine(String... arguments) {
    Up up = new Up();
    new CommandLine(up)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
    return up;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--quiet --port 8402",
        "--json --no-model --host 127.0.0.1 --port 0 --threads 12",
        "-m a --model b -m a --kernel scalar",
        "--api-keys some/file --split auto --budget m.json --budget-owner did:key:z6Mk,a,b",
        "--port 999999999 --host ::1 --split never"
      })
  void plainOnesAreReadAsTheCommandLineReadsThem(String rest) throws Exception {
    String[] arguments = up(rest);
    Up read = PlainUp.read(arguments).orElseThrow();
    assertThat(told(read)).isEqualTo(told(byCommandLine(arguments)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "-h",
        "--quiet --help",
        "--port",
        "--quiet --port",
        "--port --quiet",
        "--port=80",
        "--port -1",
        "--port 0x50",
        "--port 080",
        "--port eighty",
        "--port 9999999999",
        "--threads 1.5",
        "--quiet --quiet",
        "--port 1 --port 2",
        "--kernel a --kernel b",
        "-mfoo",
        "-m",
        "-m=x",
        "--host @file",
        "@file",
        "--host \"a\"",
        "--host 'a'",
        "--host ${x}",
        "--host ",
        "--",
        "-- --quiet",
        "--quie",
        "--QUIET",
        "--unknown",
        "--unknown 1",
        "word",
        "up",
        "--quiet word"
      })
  void allElseIsLeftToTheCommandLine(String rest) {
    assertThat(PlainUp.read(up(rest))).isEmpty();
  }

  @Test
  void otherVerbsAreNoneOfIts() {
    assertThat(PlainUp.read(new String[0])).isEmpty();
    assertThat(PlainUp.read(new String[] {"ask", "--json"})).isEmpty();
    assertThat(PlainUp.read(new String[] {"--quiet", "up"})).isEmpty();
    assertThat(PlainUp.read(new String[] {"Up"})).isEmpty();
  }

  @Test
  void everyOptionOfTheVerbCanBePlain() {
    for (OptionSpec option : new CommandLine(new Up()).getCommandSpec().options()) {
      for (String name : option.usageHelp() ? new String[0] : option.names()) {
        String[] arguments =
            option.arity().max() == 0 ? new String[] {"up", name} : new String[] {"up", name, "5"};
        assertThat(PlainUp.read(arguments)).as(name).isPresent();
      }
    }
  }

  /** What is read at all is read as the command line reads it, and is never what it refuses. */
  @Test
  void neverDiffersFromTheCommandLine() throws Exception {
    List<String> words = new ArrayList<>(List.of("5", "x", "", "-1", "--", "@x", "a b", "0"));
    for (OptionSpec option : new CommandLine(new Up()).getCommandSpec().options()) {
      words.addAll(List.of(option.names()));
      words.add(option.longestName() + "=5");
    }
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int read = 0;
    for (int round = 0; round < 3000; round++) {
      String[] arguments = new String[1 + random.nextInt(6)];
      arguments[0] = "up";
      for (int i = 1; i < arguments.length; i++) {
        arguments[i] = words.get(random.nextInt(words.size()));
      }
      var up = PlainUp.read(arguments);
      if (up.isPresent()) {
        read++;
        String what = "seed " + seed + ": " + String.join(" ", arguments);
        try {
          assertThat(told(up.get())).as(what).isEqualTo(told(byCommandLine(arguments)));
        } catch (ParameterException e) {
          throw new AssertionError(what, e);
        }
      }
    }
    assertThat(read).isGreaterThan(100);
  }
}
