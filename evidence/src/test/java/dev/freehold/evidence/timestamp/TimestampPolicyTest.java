// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.Pem;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.LocalTimestampAuthority;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimestampPolicyTest {
  private static String authority(String head, LocalTimestampAuthority of) throws Exception {
    StringBuilder text = new StringBuilder("authority " + head + "\n");
    for (X509Certificate certificate : of.certificates()) {
      text.append(new Pem("CERTIFICATE", certificate.getEncoded()));
    }
    return text.toString();
  }

  private static Parsed<TimestampPolicy> parse(String text) {
    return TimestampPolicy.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsAuthoritiesTheirSpansAndAddresses() throws Exception {
    String text =
        "# ours\n\n"
            + authority("one 2026-01-01 - http://127.0.0.1:1/", new LocalTimestampAuthority("one"))
            + authority("two 2026-01-01 2027-06-30", new LocalTimestampAuthority("two"))
            + "quorum 2\n";
    assertThat(parse(text))
        .isInstanceOfSatisfying(
            Parsed.Read.class,
            read -> {
              TimestampPolicy policy = (TimestampPolicy) read.value();
              assertThat(policy.quorum()).isEqualTo(2);
              assertThat(policy.urls()).containsOnlyKeys("one");
              assertThat(policy.authorities()).hasSize(2);
              assertThat(policy.authorities().getLast().until()).isPresent();
            });
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    LocalTimestampAuthority one = new LocalTimestampAuthority("one");
    String good = authority("one 2026-01-01 -", one);
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put(good, "it says no quorum");
    wrong.put(good + "quorum 2\n", "the quorum lies between 1");
    wrong.put(good + "quorum 0\n", "it should be 'quorum K'");
    wrong.put(good + "quorum 1\nquorum 1\n", "a second quorum");
    wrong.put("quorum 1\n", "the quorum lies between 1");
    wrong.put(good + good + "quorum 1\n", "stands twice");
    wrong.put(good + authority("two 2026-01-01 -", one) + "quorum 1\n", "they are one authority");
    wrong.put("authority one 2026-01-01 -\nquorum 1\n", "has no certificate");
    wrong.put(authority("One 2026-01-01 -", one) + "quorum 1\n", "a name is");
    wrong.put(authority("one 2026-1-1 -", one) + "quorum 1\n", "is not a day");
    wrong.put(authority("one 2026-01-01 2026-02-30", one) + "quorum 1\n", "is not a day");
    wrong.put(authority("one 2026-01-01", one) + "quorum 1\n", "it should be 'authority");
    wrong.put(good.substring(good.indexOf('\n') + 1), "belongs under an 'authority' line");
    wrong.put(good.substring(0, good.length() - 30), "does not end");
    wrong.put(good.replace("CERTIFICATE", "PUBLIC KEY") + "quorum 1\n", "not a CERTIFICATE");
    wrong.put("trust one\n", "there is no item 'trust'");
    wrong.forEach(
        (text, why) ->
            assertThat(parse(text))
                .as(text)
                .isInstanceOfSatisfying(
                    Parsed.Malformed.class,
                    malformed -> assertThat(malformed.reason()).contains(why)));
  }

  @Test
  void neverFailsOtherwise() throws Exception {
    byte[] good =
        (authority("one 2026-01-01 - http://x/", new LocalTimestampAuthority("one")) + "quorum 1\n")
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(20261129);
    for (int i = 0; i < 5_000; i++) {
      assertThat(TimestampPolicy.parse(Mutations.of(good, random))).isNotNull();
    }
  }
}
