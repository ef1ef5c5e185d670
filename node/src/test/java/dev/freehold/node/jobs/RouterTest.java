// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.JobPeers;
import dev.freehold.fleet.job.OfferedModel;
import dev.freehold.kernel.Kernels;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.Splitting;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which machines a name means, and which of them may be asked. */
class RouterTest {
  private static final Digest ONE = Digest.sha256("one");
  private static final Digest TWO = Digest.sha256("two");

  private final Models models =
      new Models(
          List.of(),
          () -> Kernels.named("scalar"),
          1,
          new EngineOptions(1, 1, 1, 1, 1),
          Splitting.NEVER,
          _ -> {});

  @AfterEach
  void close() {
    models.close();
  }

  private static JobPeer peer(int seed, Tier tier, Digest model, String name) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) seed;
    return new JobPeer(
        SigningKey.ofSeed(bytes).nodeId(), tier, List.of(new OfferedModel(model, name)));
  }

  private Router router(JobPeer... peers) {
    return new Router(
        models,
        new JobPeers() {
          @Override
          public List<JobPeer> list() {
            return List.of(peers);
          }

          @Override
          public List<String> away(String model) {
            return model.equals("asleep") ? List.of("anna is not reached") : List.of();
          }

          @Override
          public ByteStream open(NodeId peer) throws IOException {
            throw new IOException("nobody is asked here");
          }
        });
  }

  @Test
  void aNameOrADigestMeansOneFileOnAllThatHaveIt() {
    JobPeer near = peer(1, Tier.OWN, ONE, "small");
    JobPeer far = peer(2, Tier.INVITED, ONE, "tiny");
    Router router = router(near, far);
    assertThat(router.route("small", Tier.OWN))
        .isEqualTo(new Route.Elsewhere(ONE, "small", List.of(near)));
    assertThat(router.route("small", Tier.INVITED))
        .isEqualTo(new Route.Elsewhere(ONE, "small", List.of(near, far)));
    assertThat(router.route(ONE.toString(), Tier.OWN))
        .isEqualTo(new Route.Elsewhere(ONE, "small", List.of(near)));
  }

  @Test
  void whatOnlyOthersHaveIsBeyondATierAndWhatNobodyHasIsNowhere() {
    Router router = router(peer(1, Tier.INVITED, ONE, "small"));
    assertThat(router.route("small", Tier.OWN)).isEqualTo(new Route.Beyond(Tier.INVITED));
    assertThat(router.route("large", Tier.PUBLIC)).isEqualTo(new Route.Nowhere());
  }

  @Test
  void whatOnlyAbsentMachinesHaveIsAwayAndWhatAnotherHasIsAskedThere() {
    assertThat(router().route("asleep", Tier.OWN))
        .isEqualTo(new Route.Away(List.of("anna is not reached")));
    JobPeer near = peer(1, Tier.OWN, ONE, "asleep");
    assertThat(router(near).route("asleep", Tier.OWN))
        .isEqualTo(new Route.Elsewhere(ONE, "asleep", List.of(near)));
  }

  @Test
  void twoFilesOfOneNameAreAmbiguousAmongEquallyNearMachinesOnly() {
    JobPeer near = peer(1, Tier.OWN, ONE, "small");
    assertThat(router(near, peer(2, Tier.OWN, TWO, "small")).route("small", Tier.OWN))
        .isEqualTo(new Route.Ambiguous(List.of(ONE, TWO)));
    assertThat(router(near, peer(2, Tier.INVITED, TWO, "small")).route("small", Tier.INVITED))
        .isEqualTo(new Route.Elsewhere(ONE, "small", List.of(near)));
  }
}
