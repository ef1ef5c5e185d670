// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.node.NodeConfiguration;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@NullMarked
class VerbsTest {
  @TempDir private Path folder;

  @Test
  void everyVerbHasHelpAndJson() {
    List<CommandLine> leaves = new ArrayList<>();
    leaves(new CommandLine(new Freehold()), leaves);
    assertThat(leaves).hasSizeGreaterThan(15);
    assertThat(leaves)
        .allSatisfy(
            verb -> {
              assertThat(verb.getCommandSpec().optionsMap()).containsKeys("--help", "--json");
              assertThat(verb.getCommandSpec().usageMessage().description()).isNotEmpty();
            });
  }

  @Test
  void everyVerbIsFoundByItsName() {
    Map<String, Class<?>> named = new TreeMap<>();
    new CommandLine(new Freehold())
        .getSubcommands()
        .forEach((name, verb) -> named.put(name, verb.getCommandSpec().userObject().getClass()));
    assertThat(Freehold.VERBS).containsExactlyInAnyOrderEntriesOf(named);
  }

  @Test
  void theVersionIsThatOfTheBuild() throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThat(new CommandLine(new Freehold()).execute("--version")).isZero();
    } finally {
      System.setOut(out);
    }
    String version = said.toString(StandardCharsets.UTF_8).strip();
    assertThat(version).startsWith("freehold ");
    assertThat(Files.readString(Path.of("pom.xml")))
        .contains("<artifactId>freehold</artifactId>\n    <version>" + version.substring(9) + "<");
  }

  @Test
  void theListOfVerbsShowsWholeSentences() {
    assertThat(new CommandLine(new Freehold()).getSubcommands().values())
        .allSatisfy(
            verb ->
                assertThat(verb.getCommandSpec().usageMessage().description()[0]).endsWith("."));
  }

  private static void leaves(CommandLine line, List<CommandLine> found) {
    if (line.getSubcommands().isEmpty()) {
      found.add(line);
    }
    line.getSubcommands().values().forEach(verb -> leaves(verb, found));
  }

  @ParameterizedTest
  @CsvSource({"1,mod,model", "1,ver,verify", "1,comp,completion", "2,pu,pull", "2,--lo,--long"})
  void completesInBash(int word, String typed, String completed) throws Exception {
    String verb = completed.equals("--long") ? "test" : "model";
    Path script = Files.writeString(folder.resolve("completion"), Completion.script());
    String words = word == 1 ? "freehold " + typed : "freehold " + verb + " " + typed;
    assertThat(
            bash(
                "source '"
                    + script
                    + "'; complete -p freehold >/dev/null || exit 9; COMP_WORDS=("
                    + words
                    + "); COMP_CWORD="
                    + word
                    + "; _complete_freehold; printf '%s\\n' \"${COMPREPLY[@]}\""))
        .contains(completed);
  }

  private static List<String> bash(String script) throws Exception {
    Process bash =
        new ProcessBuilder("bash", "--norc", "-c", script).redirectErrorStream(true).start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor()).as(said).isZero();
    return said.lines().map(String::strip).toList();
  }

  /** Settings are judged before a model is fetched, and no stack trace is shown. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "up --port 99999|port is 99999, it goes from 0 to 65535",
        "up --threads 0|threads is 0, it goes from 1 to 1024",
        "ask --threads -1 x|threads is -1, it goes from 1 to 1024",
        "receipt show r-00000000000000000000|'freehold ask' makes one",
        "log check --log x|--log is the key of a log in a FOLDER",
        "log check --gateway /no/such|either --gateway or a FOLDER",
        "log check /no/such|a folder that 'freehold log export' wrote",
        "log tail --gateway|'freehold gateway' begins it",
        "mandate sign chain --holder bob|--holder takes a did:key, not 'bob'",
        "relay --port 99999|--port goes from 0 to 65535",
        "sell m --input-price x --output-price 1|--input-price takes a whole number",
        "model show nope|no model 'nope' is here or in the catalogue",
        "model import /no/such/file|there is no file /no/such/file"
      })
  void saysWhatIsWrongInOneLine(String arguments, String message) throws Exception {
    List<String> lines = run(Verb.FAILED, List.of(arguments.split(" ", -1)));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("freehold: ").contains(message);
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  /** Runs a verb in a process of its own; what it said on both streams. */
  private List<String> run(int code, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Freehold.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FREEHOLD_HOME", folder.resolve("home").toString());
    builder.environment().put("FREEHOLD_CACHE", folder.resolve("cache").toString());
    Process process = builder.redirectErrorStream(true).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("WARNING: "))
            .toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s", lines).isEqualTo(code);
    return lines;
  }

  @Test
  void refusesToImportAFileThatIsCut() throws Exception {
    Path cut = Files.write(folder.resolve("cut.gguf"), new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0});
    List<String> lines = run(Verb.FAILED, List.of("model", "import", cut.toString()));
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("freehold: ").contains("cut.gguf");
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void theNoteOfARunningNodeNamesItsModel() throws IOException {
    assertThat(Endpoint.find(folder)).isEmpty();
    Endpoint note =
        new Endpoint(URI.create("http://127.0.0.1:1"), ProcessHandle.current().pid(), "m");
    note.write(folder);
    assertThat(Endpoint.find(folder)).contains(note);
    Endpoint.remove(folder);
    assertThat(Endpoint.find(folder)).isEmpty();
  }

  @Test
  void tellsOfFilesInWords() {
    assertThat(Verb.told(new NoSuchFileException("/a"))).isEqualTo("there is no file or folder /a");
    assertThat(Verb.told(new AccessDeniedException("/a"))).isEqualTo("this user may not use /a");
    assertThat(Verb.told(new FileSystemException("/a", null, "No space left on device")))
        .isEqualTo("/a: No space left on device");
    assertThat(Verb.told(new FileAlreadyExistsException("/a")))
        .isEqualTo("/a is there already: move it away, or name another");
    assertThat(Verb.told(new IOException("there is no passphrase file /a")))
        .isEqualTo("there is no passphrase file /a");
    assertThat(Verb.told(new IOException("Is a directory")))
        .isEqualTo("a file is due where a folder was named");
    assertThat(Verb.told(new EOFException("it ends"))).isEqualTo("EOFException: it ends");
  }

  @Test
  void answersCannotSteerTheTerminal() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    new Screen(stream, stream, false).piece("a\tb\n👩‍👩‍👧 \u001b]0;x\u0007\u009b2J\r");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("a\tb\n👩‍👩‍👧 \\u{1b}]0;x\\u{7}\\u{9b}2J\\u{d}");
  }

  @Test
  void ownVerbsShowTheFirstKeyOfTheHomesFile() throws IOException {
    Path file = folder.resolve("keys");
    Files.writeString(file, "# mine\n\nfirst-key-0123456789\nsecond-key-0123456789\n");
    NodeConfiguration open = NodeConfiguration.defaults(folder, folder);
    Places places = new Places(folder, folder, folder, Map.of());
    Places told = new Places(folder, folder, folder, Map.of("FREEHOLD_API_KEY", "told"));
    assertThat(OwnKey.of(open, places)).isNull();
    assertThat(OwnKey.of(open.withApiKeys(file), places)).isEqualTo("first-key-0123456789");
    assertThat(OwnKey.of(open.withApiKeys(file), told)).isEqualTo("told");
  }
}
