// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.ModelUnavailable;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.cli.doctor.Finding;
import dev.freehold.cli.doctor.Findings;
import dev.freehold.cli.doctor.FleetFindings;
import dev.freehold.cli.doctor.KeyFindings;
import dev.freehold.cli.doctor.ModelFindings;
import dev.freehold.cli.doctor.ServiceFindings;
import dev.freehold.cli.service.Commands;
import dev.freehold.cli.service.Supervisor;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.model.MemoryNeed;
import dev.freehold.engine.model.ModelException;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.NativeLibrary;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.NodeException;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.work.Hindrance;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.WitnessedFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code freehold doctor}. */
@Command(
    name = "doctor",
    description = "Look at this machine and this home: what is wrong, and how to mend it.")
final class Doctor extends Verb {
  private final Findings findings = new Findings();

  @Override
  int run() throws Exception {
    java();
    kernels();
    memory();
    cache();
    models();
    home();
    receipts();
    duties();
    port();
    work();
    service();
    fleet();
    boolean wrong = findings.anyWrong();
    if (json) {
      List<Json> all = new ArrayList<>();
      for (Finding finding : findings.all()) {
        all.add(
            Json.object()
                .put("what", finding.what())
                .put("state", finding.state().name().toLowerCase(Locale.ROOT))
                .put("found", finding.found())
                .put("cure", finding.cure().isEmpty() ? null : finding.cure())
                .build());
      }
      screen.json(Json.object().put("well", !wrong).put("findings", Json.array(all)).build());
    } else {
      for (Finding finding : findings.all()) {
        screen.line(
            String.format(
                Locale.ROOT,
                "%-6s %-10s %s",
                finding.state().name().toLowerCase(Locale.ROOT),
                finding.what(),
                finding.found()));
        if (!finding.cure().isEmpty()) {
          screen.line("                  -> " + finding.cure());
        }
      }
      screen.line(wrong ? "Something needs mending." : "All is well.");
    }
    return wrong ? FAILED : OK;
  }

  private void java() {
    ok("java", Runtime.version() + ", " + System.getProperty("os.arch"));
  }

  private void kernels() {
    List<String> lanes = Kernels.available().stream().map(Kernel::name).toList();
    String best = Kernels.best().name();
    String found =
        best
            + " is used; here are "
            + String.join(", ", lanes)
            + " ("
            + NativeLibrary.describe()
            + ")";
    if (best.startsWith("native")) {
      ok("arithmetic", found);
    } else if ("off".equals(places.environment().get("FREEHOLD_NATIVE"))) {
      note("arithmetic", found, "unset FREEHOLD_NATIVE to use the C kernels, which are faster");
    } else {
      note(
          "arithmetic",
          found,
          "install gcc or clang (or 'pip install ziglang'): the C kernels are several times"
              + " faster");
    }
  }

  private void memory() {
    Machine machine = Machine.look();
    String found =
        String.format(
            Locale.ROOT,
            "%.1f GB, %.1f GB of them free; %d cores read %.0f GB/s",
            machine.memoryBytes() / 1e9,
            machine.freeBytes() / 1e9,
            machine.cores(),
            machine.bytesPerSecond() / 1e9);
    Machine.Fit fit =
        machine.judge(
            Catalogue.shipped().defaultModel().bytes(),
            Catalogue.shipped().defaultModel().keyValueBytesPerToken()
                * Catalogue.shipped().defaultModel().context());
    if (fit.fits()) {
      ok("memory", found);
    } else {
      wrong("memory", found, "even the default model does not fit: end other programs");
    }
  }

  private void cache() {
    try {
      Files.createDirectories(places.cache());
      Path probe = Files.createTempFile(places.cache(), "doctor", ".tmp");
      Files.delete(probe);
      long free = Files.getFileStore(places.cache()).getUsableSpace();
      String found =
          String.format(Locale.ROOT, "%s, %.1f GB free on its disk", places.cache(), free / 1e9);
      if (free < 1_000_000_000L) {
        wrong("cache", found, "make room, or point FREEHOLD_CACHE to a larger disk");
      } else {
        ok("cache", found);
      }
    } catch (IOException e) {
      wrong(
          "cache",
          places.cache() + " cannot be written: " + e.getMessage(),
          "make it writable, or point FREEHOLD_CACHE elsewhere");
    }
  }

  private void models() throws IOException {
    ModelStore store = new ModelStore(places.cache(), InstantSource.system());
    List<StoredModel> models = store.list();
    if (models.isEmpty()) {
      note(
          "models",
          "none here",
          "'freehold up' pulls the default one, 'freehold model list' shows more");
    }
    for (StoredModel model : models) {
      try {
        store.check(model, true);
        ok("model", model.name() + ": its bytes are those of " + model.digest());
      } catch (ModelUnavailable e) {
        wrong("model", model.name() + " is damaged", String.valueOf(e.getMessage()));
      } catch (IOException e) {
        wrong(
            "model",
            model.name() + " cannot be read: " + e.getMessage(),
            "remove it: freehold model rm " + model.name());
      }
    }
  }

  private void home() throws IOException {
    Path key = places.home().resolve(Node.KEY_FILE);
    if (!Files.exists(key)) {
      note("home", places.home() + " has no key yet", "'freehold up' makes one");
      return;
    }
    KeyFindings.look(places.home(), findings);
  }

  private void receipts() {
    try {
      Optional<ReceiptStore> store = ReceiptStore.openIfThere(places.home());
      if (store.isEmpty()) {
        return;
      }
      try (ReceiptStore open = store.get()) {
        ok("receipts", open.count() + " kept");
      }
    } catch (ReceiptStoreException e) {
      wrong(
          "receipts",
          String.valueOf(e.getMessage()),
          "keep a copy of " + places.home().resolve(ReceiptStore.FILE) + " and move it away");
    }
  }

  private void duties() throws IOException {
    Path folder = places.home().resolve(WitnessedFiles.FOLDER);
    for (Duties.Standing duty : Duties.read(folder.resolve(Duties.FILE))) {
      if (duty.missedSince().isPresent()) {
        wrong(
            "duty",
            LogStatus.line(duty),
            "see that the witnesses and authorities of the policy can be reached, then wait: it"
                + " clears when met");
      } else {
        ok("duty", LogStatus.line(duty));
      }
    }
    for (String view : LogStatus.splitViews(folder)) {
      wrong(
          "log",
          "this node's key signed two histories: " + view,
          "find out who else has the key or an old copy of the log; 'freehold verify' reads the"
              + " proof");
    }
  }

  private void port() {
    Optional<Endpoint> running = Endpoint.find(places.home());
    if (running.isPresent()) {
      ok("node", "runs at " + running.get().base() + ", process " + running.get().process());
      return;
    }
    try (ServerSocket _ =
        new ServerSocket(NodeConfiguration.DEFAULT_PORT, 1, InetAddress.getLoopbackAddress())) {
      ok("port", NodeConfiguration.DEFAULT_PORT + " is free");
    } catch (IOException e) {
      wrong(
          "port",
          NodeConfiguration.DEFAULT_PORT + " is taken by another program",
          "end it, or start with 'freehold up --port 0'");
    }
  }

  private void work() {
    try {
      NodeConfiguration configuration = ConfigurationFile.read(places.home(), places.cache());
      List<Hindrance> held = WorkGate.here(configuration.work()).hindrances();
      for (Hindrance hindrance : held) {
        note(
            "work",
            hindrance.why(),
            "wait, or change the 'work-' settings in "
                + places.home().resolve("config")
                + " and start the node again");
      }
      if (held.isEmpty()) {
        ok("work", "within its owner's limits now");
      }
    } catch (NodeException e) {
      wrong("config", String.valueOf(e.getMessage()), "mend that line; no node starts before");
    }
  }

  /** What the running node knows of its models and its fleet; without one, what would fit. */
  private void fleet() throws Exception {
    Catalogue catalogue = Catalogue.shipped();
    long free = Machine.freeMemory();
    if (Endpoint.find(places.home()).isEmpty()) {
      for (StoredModel model : new ModelStore(places.cache(), InstantSource.system()).list()) {
        try (Gguf file = Gguf.open(model.file())) {
          ModelFindings.look(model.name(), MemoryNeed.of(file), free, catalogue, findings);
        } catch (GgufException | ModelException e) {
          wrong(
              "model",
              model.name() + " can't be read: " + e.getMessage(),
              "remove it: freehold model rm " + model.name());
        }
      }
      return;
    }
    Json.Obj report;
    try {
      report = new OwnerClient(places).ask("fleet", Json.object().build());
    } catch (IOException | Failure e) {
      wrong(
          "node",
          "the running node does not tell how it is: " + e.getMessage(),
          "end its process and start it again");
      return;
    }
    FleetFindings.look(report, findings);
    if (report.get("models").orElse(Json.Null.VALUE) instanceof Json.Arr models) {
      for (Json each : models.items()) {
        if (each instanceof Json.Obj model && OwnerClient.text(model, "state").equals("failed")) {
          ModelFindings.failed(
              OwnerClient.text(model, "name"),
              OwnerClient.text(model, "problem"),
              free,
              catalogue,
              findings);
        }
      }
    }
  }

  private void service() throws IOException, InterruptedException {
    Optional<Supervisor> supervisor =
        ServiceVerbs.supervisor(places, System.getProperty("os.name", ""), Commands.here());
    if (supervisor.isPresent()) {
      ServiceFindings.look(supervisor.get().status(), findings);
    }
  }

  private void ok(String what, String found) {
    findings.ok(what, found);
  }

  private void note(String what, String found, String cure) {
    findings.note(what, found, cure);
  }

  private void wrong(String what, String found, String cure) {
    findings.wrong(what, found, cure);
  }
}
