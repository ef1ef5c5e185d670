// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.Check;
import dev.freehold.evidence.Vectors;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bundles and checkpoints of sigstore-java (../vectors/SOURCES.md). */
class SigstoreSamplesTest {
  private static final String SET = "oms/sigstore-samples/";
  private static final ModelSignature.Trust NOBODY =
      new ModelSignature.Trust(
          Optional.empty(), List.of(), Instant.parse("2026-11-29T00:00:00Z"), false);

  /** What upstream says of a checkpoint, and what we do. */
  private static final Map<String, String> REASONS =
      Map.of(
          "must contain one blank line", "an empty line before its signatures",
          "header must contain at least 3 lines", "fewer than three lines",
          "size must be a number", "is not a plain decimal number",
          "at least one signature", "a note has 1 to 100 signatures",
          "must end with newline", "ends with a line feed",
          "not in the format", "starts with an em dash and a space",
          "must be at least 5 bytes long", "is not base64 of a key id and a signature");

  private static Stream<Json.Obj> cases(String name) throws Exception {
    return ((Json.Arr) Vectors.at(Vectors.json(SET + "expectations.json"), name))
        .items().stream().map(Json.Obj.class::cast);
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Str) object.get(name).orElseThrow()).value();
  }

  @TestFactory
  Stream<DynamicTest> checkpointsAreReadOrRefusedForTheirStatedReason() throws Exception {
    return cases("checkpoints")
        .map(
            each ->
                DynamicTest.dynamicTest(
                    text(each, "file"),
                    () -> {
                      Parsed<SignedCheckpoint> read =
                          SignedCheckpoint.parse(Vectors.bytes(SET + text(each, "file")));
                      if (text(each, "expect").equals("accept")) {
                        assertThat(read).isInstanceOf(Parsed.Read.class);
                      } else {
                        assertThat(((Parsed.Malformed<SignedCheckpoint>) read).reason())
                            .contains(REASONS.get(text(each, "upstream_reason")));
                      }
                    }));
  }

  /**
   * These bundles are keyless and over other things than models: none may come out as a model's
   * signature that holds, and a wrong signature is told as one.
   */
  @TestFactory
  Stream<DynamicTest> noBundleThatUpstreamRejectsHoldsHere() throws Exception {
    return cases("bundles")
        .filter(each -> text(each, "expect").equals("reject"))
        .map(
            each ->
                DynamicTest.dynamicTest(
                    text(each, "file"),
                    () -> {
                      String file = text(each, "file");
                      if (SigstoreBundle.decode(Vectors.bytes(SET + file))
                          instanceof Parsed.Read<SigstoreBundle>(SigstoreBundle bundle)) {
                        List<Check> checks = ModelSignature.verifyAlone(bundle, NOBODY);
                        assertThat(Check.allHold(checks)).isFalse();
                        if (file.endsWith("bad-signature.sigstore")) {
                          assertThat(checks.getFirst().toString())
                              .startsWith("signed: fails: no signature belongs");
                        }
                      }
                    }));
  }
}
