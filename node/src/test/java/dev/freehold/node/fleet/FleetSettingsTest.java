// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.link.stream.PathKind;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The configuration's lines about links. */
@NullMarked
class FleetSettingsTest {
  @Test
  void whichWaysWithoutARelayAreLookedForIsSet() {
    FleetSettings settings = FleetSettings.none();
    assertThat(settings.links().direct()).containsOnly(PathKind.DIRECT, PathKind.QUIC);
    assertThat(settings.with("direct", "off").links().direct()).isEmpty();
    assertThat(settings.with("direct", "tcp").links().direct()).containsOnly(PathKind.DIRECT);
    assertThat(settings.with("direct", "quic").links().direct()).containsOnly(PathKind.QUIC);
    for (String each : new String[] {"off", "tcp", "quic", "tcp quic"}) {
      assertThat(settings.with("direct", each).directText()).isEqualTo(each);
    }
  }

  @Test
  void otherWaysAreRefused() {
    for (String each : new String[] {"", "relay", "quic tcp", "tcp,quic", "on", "QUIC"}) {
      assertThatThrownBy(() -> FleetSettings.none().with("direct", each))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'tcp quic'");
    }
  }
}
