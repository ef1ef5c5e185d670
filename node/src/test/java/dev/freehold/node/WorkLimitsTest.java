// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.work.WorkSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are told while the owner's limits forbid work. */
@NullMarked
class WorkLimitsTest {
  private static final String KEY = "Authorization: Bearer a-key-of-20-letters";

  @TempDir private Path folder = Path.of("");

  private NodeConfiguration open(WorkSettings work) throws IOException {
    Path keys = Files.writeString(folder.resolve("keys"), "a-key-of-20-letters\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    return NodeConfiguration.defaults(folder.resolve("home"), folder.resolve("cache"))
        .withPort(0)
        .withHost("0.0.0.0")
        .withApiKeys(keys)
        .withWork(work);
  }

  private static WorkSettings resting() {
    // The minute that begins in an hour is never now.
    ZonedDateTime later = ZonedDateTime.now(ZoneId.systemDefault()).plusHours(1);
    DateTimeFormatter time = DateTimeFormatter.ofPattern("HH:mm");
    return WorkSettings.always()
        .with("work-hours", time.format(later) + "-" + time.format(later.plusMinutes(1)));
  }

  private static Http.Answer ask(InetAddress to, Node node, String model) throws IOException {
    return Http.send(
        to,
        node.port(),
        Http.request(
            "POST",
            "/v1/chat/completions",
            "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            KEY));
  }

  private static Optional<InetAddress> ownAddress() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && address.getAddress().length == 4)
        .findFirst();
  }

  @Test
  void outsideItsHoursAnotherMachineGetsA503ThatSaysWhenAndItsOwnerIsServed() throws IOException {
    try (Node node = Node.start(open(resting()))) {
      // It serves no model: whoever gets that far is told so.
      assertThat(ask(InetAddress.getLoopbackAddress(), node, "none").error("code"))
          .isEqualTo("model_not_found");
      assertThat(Http.get(node.port(), "/metrics", KEY).body())
          .contains("freehold_work_held{reason=\"outside_hours\"} 1")
          .contains("freehold_work_held{reason=\"machine_hot\"} 0");
      Optional<InetAddress> address = ownAddress();
      assumeThat(address).as("this machine has an address beside loopback").isPresent();
      Http.Answer answer = ask(address.get(), node, "none");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.error("code")).isEqualTo("outside_hours");
      assertThat(answer.error("type")).isEqualTo("server_error");
      assertThat(answer.error("message")).contains("in its hours only");
      assertThat(Integer.parseInt(answer.headers().get("retry-after"))).isBetween(3400, 3600);
      assertThat(answer.headers()).containsEntry("x-should-retry", "false");
      assertThat(
              Http.send(address.get(), node.port(), Http.request("GET", "/v1/models", "", KEY))
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void theReserveOfMemoryHoldsForRequestsOfThisMachineToo() throws IOException {
    WorkSettings all = WorkSettings.always().with("work-memory-reserve", "1000000000000000");
    ServedModel model = SmallModel.write(folder);
    try (Node node = Node.start(open(all).withModels(List.of(model)))) {
      Http.Answer answer = ask(InetAddress.getLoopbackAddress(), node, model.name());
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.error("code")).isEqualTo("memory_reserve");
      assertThat(answer.headers())
          .containsEntry("retry-after", "30")
          .doesNotContainKey("x-should-retry");
    }
  }

  @Test
  void withoutLimitsNothingIsHeld() throws IOException {
    try (Node node = Node.start(open(WorkSettings.always()))) {
      assertThat(Http.get(node.port(), "/metrics", KEY).body())
          .contains("freehold_work_held{reason=\"outside_hours\"} 0")
          .doesNotContain("freehold_work_held{reason=\"machine_busy\"} 1");
    }
  }
}
