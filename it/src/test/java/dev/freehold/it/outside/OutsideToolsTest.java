// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.verify.VerifyMain;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Independent implementations accept our checkpoints, tiles, proofs, cosignatures, statements,
 * receipts, model signatures, time-stamp requests and envelopes unchanged, and refuse changed ones;
 * and {@code freehold verify} judges theirs.
 */
class OutsideToolsTest {
  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void write() throws Exception {
    OutsideTools.needOpenssl();
    openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out model.key");
    OutsideEvidence.write(folder);
    stamp();
  }

  private static OutsideTools.Ended openssl(String words) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words.split(" ", -1)));
    return OutsideTools.run(folder, command);
  }

  private static void must(String words) throws Exception {
    OutsideTools.Ended ended = openssl(words);
    assertThat(ended.exit()).as("openssl " + words + "\n" + ended.lines()).isZero();
  }

  /** An authority of openssl's, which answers our request. */
  private static void stamp() throws Exception {
    Files.writeString(
        folder.resolve("tsa.cnf"),
        """
        [tsa]
        default_tsa = ours
        [ours]
        serial = tsa.serial
        signer_digest = sha256
        default_policy = 1.2.3.4
        digests = sha256
        ess_cert_id_alg = sha256
        [stamps]
        basicConstraints = critical,CA:FALSE
        keyUsage = critical,digitalSignature
        extendedKeyUsage = critical,timeStamping
        """);
    String key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    must("req -x509 " + key + " -keyout root.key -out tsa-root.pem -subj /CN=root -days 30");
    must("req " + key + " -keyout tsa.key -out tsa.csr -subj /CN=stamps");
    must(
        "x509 -req -in tsa.csr -CA tsa-root.pem -CAkey root.key -CAcreateserial -days 20"
            + " -extfile tsa.cnf -extensions stamps -out tsa.pem");
    must(
        "ts -reply -queryfile checkpoint.tsq -config tsa.cnf -signer tsa.pem -inkey tsa.key"
            + " -out checkpoint.tsr");
  }

  @TestFactory
  Stream<DynamicTest> goAgreesOnC2spAndCose() throws Exception {
    List<String> lines = lines(OutsideTools.go(folder));
    assertThat(lines).hasSizeGreaterThan(18);
    return Stream.concat(
        lines.stream().map(OutsideToolsTest::test),
        Stream.of(
            verified(0, "go-checkpoint --log @go.vkey --log @go-witness.vkey"),
            changed("go-checkpoint", " --log @go.vkey"),
            verified(0, "go.tlog-proof --beside entry --log @go.vkey"),
            verified(1, "go.tlog-proof --beside node.did --log @go.vkey"),
            verified(2, "go.tlog-proof --beside entry")));
  }

  @TestFactory
  Stream<DynamicTest> pythonAgreesOnCoseModelsTimeEnvelopesAndMlDsa() throws Exception {
    List<String> lines = lines(OutsideTools.python(folder));
    assertThat(lines).hasSizeGreaterThan(10);
    return Stream.concat(
        lines.stream().map(OutsideToolsTest::test),
        Stream.of(
            verified(0, "py-statement.cose --key py-statement.pem --require signed"),
            verified(2, "py-statement.cose --require signed"),
            changed("py-statement.cose", " --key py-statement.pem --require signed"),
            verified(0, "py-model/model.sig --key model.pem --beside py-model"),
            verified(1, "py-model/model.sig --key model.pem --beside changed-model"),
            verified(0, "py.dsse.json --key py-dsse.pem"),
            verified(1, "py.dsse.json --key model.pem"),
            verified(0, "py-cosigned --log @py-witness.vkey"),
            verified(1, "py-cosigned-changed --log @py-witness.vkey")));
  }

  @TestFactory
  Stream<DynamicTest> weSayTheSameOfWhatTheyAccepted() {
    return Stream.of(
        verified(0, "log"),
        verified(0, "cosigned --log @witness.vkey"),
        verified(0, "pq-cosigned --log @pq-witness.vkey"),
        verified(0, "entry.tlog-proof"),
        verified(0, "statement.cose"),
        verified(0, "receipt.dsse.json"),
        verified(0, "model/model.sig --key model.pem --beside model"),
        verified(1, "changed-model/model.sig --key model.pem --beside changed-model"));
  }

  @Test
  void opensslStampsOurRequestAndAgreesOnTheAnswer() throws Exception {
    must("ts -query -in checkpoint.tsq -text");
    String verify = "ts -verify -in checkpoint.tsr -CAfile tsa-root.pem -data ";
    assertThat(openssl(verify + "log/checkpoint").exit()).isZero();
    assertThat(openssl(verify + "entry").exit()).isNotZero();
    String ours = "checkpoint.tsr --authority tsa-root.pem --beside ";
    assertThat(verify(ours + "log/checkpoint")).isZero();
    assertThat(verify(ours + "entry")).isEqualTo(1);
    byte[] bytes = Files.readAllBytes(folder.resolve("checkpoint.tsr"));
    bytes[bytes.length - 5] ^= 1;
    Files.write(folder.resolve("changed.tsr"), bytes);
    assertThat(
            openssl("ts -verify -in changed.tsr -CAfile tsa-root.pem -data log/checkpoint").exit())
        .isNotZero();
    assertThat(verify("changed.tsr --authority tsa-root.pem --beside log/checkpoint")).isEqualTo(1);
  }

  private static List<String> lines(List<String> command) throws Exception {
    OutsideTools.Ended ended = OutsideTools.run(folder, command);
    assertThat(ended.exit()).as(String.join("\n", ended.lines())).isZero();
    return ended.lines().stream()
        .filter(l -> l.startsWith("ok ") || l.startsWith("not ok "))
        .toList();
  }

  private static DynamicTest test(String line) {
    return DynamicTest.dynamicTest(
        line.replaceFirst("^(not )?ok ", ""), () -> assertThat(line).startsWith("ok "));
  }

  private static DynamicTest verified(int exit, String words) {
    return DynamicTest.dynamicTest(
        "verify " + words, () -> assertThat(verify(words)).isEqualTo(exit));
  }

  private static DynamicTest changed(String file, String words) {
    return DynamicTest.dynamicTest(
        "verify a changed " + file,
        () -> {
          byte[] bytes = Files.readAllBytes(folder.resolve(file));
          bytes[bytes.length / 2] ^= 1;
          Files.write(folder.resolve("changed-" + file), bytes);
          assertThat(verify("changed-" + file + words)).isEqualTo(1);
        });
  }

  /** Names of files are those in the folder; an at sign stands for what is in the file. */
  private static int verify(String words) throws Exception {
    List<String> line = new ArrayList<>();
    for (String word : words.split(" ", -1)) {
      if (word.startsWith("@")) {
        line.add(Files.readString(folder.resolve(word.substring(1))));
      } else {
        line.add(
            word.startsWith("--") || word.equals("signed")
                ? word
                : folder.resolve(word).toString());
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    int exit = VerifyMain.run(line, Map.of(), print, print);
    assertThat(exit).as(out.toString(StandardCharsets.UTF_8)).isNotEqualTo(VerifyMain.WRONG_USE);
    return exit;
  }
}
