// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.passkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.StartCache;
import dev.freehold.it.browser.Browser;
import dev.freehold.verify.VerifyMain;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code freehold mandate sign --passkey} and {@code revoke --passkey}, each a process, with a real
 * browser and its virtual authenticator: {@code freehold verify} takes what they wrote, and nothing
 * that differs from it by a byte.
 */
@Timeout(180)
class PasskeySigningTest {
  private static final String HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

  @TempDir private Path folder = Path.of("");
  private final List<Process> started = new ArrayList<>();

  /** A verb that waits for its page, and the lines that it prints. */
  private record Waiting(Process process, BufferedReader lines) {
    String lineThatStarts(String beginning) throws Exception {
      StringBuilder all = new StringBuilder();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(beginning)) {
          return line;
        }
        all.append(line).append('\n');
      }
      throw new AssertionError("no line starts with " + beginning + ":\n" + all);
    }

    void endsWell() throws Exception {
      String rest = lines.readAllAsString();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(rest).isZero();
    }
  }

  private Waiting freehold(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("mandate"));
    all.addAll(List.of(words));
    List<String> command =
        StartCache.command("dev.freehold.cli.Freehold", all.toArray(new String[0]));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("FREEHOLD_HOME", folder.resolve("home").toString());
    Process process = builder.start();
    started.add(process);
    return new Waiting(process, process.inputReader(StandardCharsets.UTF_8));
  }

  @AfterEach
  void endWhatWasStarted() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private record Verified(int exit, String out) {}

  private static Verified verify(Path file, String... more) {
    List<String> words = new ArrayList<>(List.of(file.toString()));
    words.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit = VerifyMain.run(words, Map.of(), to, to);
    return new Verified(exit, out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aPersonMakesAPasskeySignsAMandateAndEndsItAgain() throws Exception {
    try (Browser browser = Browser.start(folder)) {
      browser.plugInAuthenticator();
      Path mandate = folder.resolve("mandate");
      Waiting sign =
          freehold(
              "sign",
              mandate.toString(),
              "--holder",
              HOLDER,
              "--model",
              "smollm2-135m-instruct",
              "--passkey",
              "--page-port",
              "0");
      browser.open(sign.lineThatStarts("http://localhost:"));
      browser.until("document.getElementById('registration').hidden", "false");
      assertThat(mandate).doesNotExist();
      browser.click("register");
      String owner = sign.lineThatStarts("did:key:zDn");
      browser.until("document.getElementById('owner').textContent", owner);
      String shown = browser.value("document.getElementById('text').textContent");
      assertThat(shown)
          .startsWith("Freehold mandate\nI " + owner.split(",", -1)[0] + "\nallow " + HOLDER);
      browser.click("sign");
      sign.endsWell();

      Verified good = verify(mandate, "--owner", owner);
      assertThat(good.exit()).as(good.out()).isZero();
      // What was on the screen is what the verifier says that it says.
      assertThat(shown.lines()).allSatisfy(line -> assertThat(good.out()).contains(line));
      assertThat(verify(mandate).exit()).isNotZero();
      everyChangedByteIsRefused(mandate, owner);

      Path revocation = folder.resolve("revocation");
      Waiting revoke =
          freehold(
              "revoke", mandate.toString(), revocation.toString(), "--passkey", "--owner", owner);
      browser.open(revoke.lineThatStarts("http://localhost:"));
      browser.until("document.getElementById('signature').hidden", "false");
      assertThat(browser.value("document.getElementById('text').textContent"))
          .startsWith("Freehold revocation\n");
      browser.click("sign");
      revoke.endsWell();
      Verified ended = verify(mandate, "--owner", owner, "--beside", revocation.toString());
      assertThat(ended.exit()).isNotZero();
      assertThat(ended.out()).contains("revoked by " + owner.split(",", -1)[0]);
    }
  }

  private void everyChangedByteIsRefused(Path mandate, String owner) throws Exception {
    byte[] bytes = Files.readAllBytes(mandate);
    Path changed = folder.resolve("changed");
    // Every third one: some four hundred. The last is the line feed, which may be missing.
    for (int i = 0; i < bytes.length - 1; i += 3) {
      byte[] other = bytes.clone();
      other[i] ^= 1;
      Files.write(changed, other);
      assertThat(verify(changed, "--owner", owner).exit()).as("byte " + i).isIn(1, 2);
    }
  }

  @Test
  void aPageThatIsLeftAloneLeavesNothing() throws Exception {
    assumeTrue(!ignoresInterrupts(), "skipped: this run was started with SIGINT ignored");
    Path mandate = folder.resolve("mandate");
    Waiting sign =
        freehold("sign", mandate.toString(), "--holder", HOLDER, "--passkey", "--page-port", "0");
    sign.lineThatStarts("http://localhost:");
    // Ctrl-C's own signal; destroy() would send another.
    new ProcessBuilder("kill", "-INT", "" + sign.process().pid()).start().waitFor();
    assertThat(sign.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(mandate).doesNotExist();
    assertThat(folder.resolve("home")).doesNotExist();
  }

  /** As a shell has it of what it starts in the background; children inherit it. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }
}
