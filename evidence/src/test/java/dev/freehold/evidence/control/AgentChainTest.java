// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Steps that are written, beside the rules of the standard as they stand in docs/formats/token.md.
 */
class AgentChainTest {
  private static TaggedDigest snapshot(int step) {
    return TaggedDigest.of(Digest.sha256("snapshot " + step));
  }

  private static byte[] token(int step) {
    return ("token " + step + "x".repeat(step * 37)).getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void linksByTheRulesWhicheverIsAskedFirst() {
    AgentChain chain = new AgentChain();
    String head = Digest.sha256("poc-genesis").hex();
    MerkleTree tree = new MerkleTree();
    byte[] room = new byte[4096];
    for (int step = 0; step < 60; step++) {
      Decision decision = step % 4 == 2 ? Decision.DENY : Decision.ALLOW;
      String snapshot = snapshot(step).hex();
      if (step % 3 == 1) {
        assertThat(chain.previous()).contains(Digest.sha256(token(step - 1)));
      }
      AgentChain.Link link = chain.link(snapshot(step), decision);
      // From here on the room is the writer's again.
      Arrays.fill(room, (byte) step);
      head = Digest.sha256(head + snapshot + decision.name()).hex();
      String leaf = "{\"snapshot\":\"" + snapshot + "\",\"verdict\":\"" + decision.name() + "\"}";
      tree.add(leaf.getBytes(StandardCharsets.US_ASCII));
      assertThat(link.chainHead().hex()).isEqualTo(head);
      assertThat(link.merkleRoot()).isEqualTo(TaggedDigest.of(tree.root()));
      assertThat(link.stepIndex()).isEqualTo(step);
      assertThat(chain.head()).isEqualTo(link.chainHead());
      assertThat(chain.root()).isEqualTo(link.merkleRoot());
      if (step == 0) {
        assertThat(chain.previous()).isEmpty();
      } else {
        assertThat(chain.previous()).contains(Digest.sha256(token(step - 1)));
      }
      byte[] token = token(step);
      System.arraycopy(token, 0, room, 0, token.length);
      chain.close(room, token.length);
      assertThat(chain.last()).isEmpty();
    }
    assertThat(chain.steps()).isEqualTo(60);
  }
}
