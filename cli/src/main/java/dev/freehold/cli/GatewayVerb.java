// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.gateway.Gateway;
import dev.freehold.gateway.GatewayConfiguration;
import dev.freehold.gateway.GatewayException;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.anchor.AnchorLines;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.duty.DutySettings;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold gateway}. */
@Command(
    name = "gateway",
    description = {
      "Stand between agents and a model server: every effect is judged by a signed mandate and"
          + " recorded durably before it happens.",
      "Agents use http://127.0.0.1:8403/v1 instead of the server's address. Ctrl-C ends it."
    })
final class GatewayVerb extends Verb {
  /** The gateway's folder in FREEHOLD_HOME. */
  static final String FOLDER = "gateway";

  @Option(
      names = "--upstream",
      paramLabel = "URL",
      description = "The OpenAI-compatible server behind it (default ${DEFAULT-VALUE}).")
  private URI upstream = URI.create("http://127.0.0.1:8402");

  @Option(
      names = "--upstream-key",
      paramLabel = "FILE",
      description = "File with that server's API key; agents never see it.")
  private @Nullable Path upstreamKey;

  @Option(
      names = "--mandate",
      paramLabel = "FILE",
      description = "A chain of mandates (repeatable); the gateway remembers those it had.")
  private List<Path> mandates = List.of();

  @Option(
      names = "--owner",
      paramLabel = "DID",
      description =
          "Whose mandates count (repeatable; the owner key of this home unless given); of a passkey"
              + " DID,RELYING-PARTY,ORIGIN.")
  private List<String> owners = List.of();

  @Option(names = "--port", description = "Port (0 for any free one; default ${DEFAULT-VALUE}).")
  private int port = 8403;

  @Option(
      names = "--hold-release",
      description = "Release nothing of an answer before its last record is durable.")
  private boolean holdRelease;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Have every checkpoint of its log cosigned by these witnesses (docs/formats/policy.md).")
  private @Nullable Path policy;

  @Option(
      names = "--policy-seconds",
      description = "Within which time, else an alarm (default ${DEFAULT-VALUE}).")
  private int policySeconds = 60;

  @Option(
      names = "--time-policy",
      paramLabel = "FILE",
      description = "Have its log stamped by these authorities (docs/formats/timestamp.md).")
  private @Nullable Path timePolicy;

  @Option(
      names = "--time-seconds",
      description = "Within which time, else an alarm (default ${DEFAULT-VALUE}).")
  private int timeSeconds = 3600;

  @Option(
      names = "--anchor-rpc",
      paramLabel = "URL",
      description =
          "Anchor its log's checkpoints on a chain (docs/formats/anchor.md): where the chain's"
              + " JSON-RPC answers. This and the next three together, or none of them.")
  private @Nullable String anchorRpc;

  @Option(
      names = "--anchor-chain",
      paramLabel = "NUMBER",
      description = "Which chain must answer there (EIP-155).")
  private @Nullable String anchorChain;

  @Option(
      names = "--anchor-contract",
      paramLabel = "ADDRESS",
      description = "The contract EvidenceAnchor on it ('freehold chain deploy').")
  private @Nullable String anchorContract;

  @Option(
      names = "--anchor-key",
      paramLabel = "FILE",
      description =
          "The payment key that publishes and pays ('freehold chain key'): one that nobody else"
              + " uses, the node neither.")
  private @Nullable String anchorKey;

  @Option(
      names = "--anchor-seconds",
      paramLabel = "SECONDS",
      description = "Within which time, else an alarm (3600 unless given).")
  private @Nullable String anchorSeconds;

  @Option(
      names = "--anchor-depth",
      paramLabel = "BLOCKS",
      description = "How many blocks must follow an anchor's (12 unless given).")
  private @Nullable String anchorDepth;

  @Option(names = "--id", description = "Only print the gateway's name: who its mandate is for.")
  private boolean idOnly;

  @Override
  int run() throws Exception {
    Path folder = places.home().resolve(FOLDER);
    try {
      if (idOnly) {
        NodeId id = Gateway.identity(folder);
        print(Json.object().put("gateway", id.toString()).build(), id.toString());
        return OK;
      }
      Optional<AnchorSettings> anchor = anchor();
      GatewayConfiguration configuration =
          new GatewayConfiguration(
              folder,
              port,
              upstream,
              upstreamKey == null ? null : Files.readString(upstreamKey).strip(),
              owners(),
              mandates,
              holdRelease,
              program(),
              duties(),
              anchor.orElse(null),
              why -> screen.error("ALARM: " + why));
      serve(Gateway.start(configuration, Passphrases.of(places)));
      return OK;
    } catch (GatewayException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private DutySettings duties() throws Exception {
    try {
      return new DutySettings(
          read(policy, Policy::parse),
          Duration.ofSeconds(policySeconds),
          read(timePolicy, TimestampPolicy::parse),
          Duration.ofSeconds(timeSeconds));
    } catch (IllegalArgumentException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private Optional<AnchorSettings> anchor() throws Failure {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "anchor-rpc", anchorRpc);
    put(given, "anchor-chain", anchorChain);
    put(given, "anchor-contract", anchorContract);
    put(given, "anchor-key", anchorKey);
    put(given, "anchor-seconds", anchorSeconds);
    put(given, "anchor-depth", anchorDepth);
    AnchorLines lines = AnchorLines.none();
    for (Map.Entry<String, String> each : given.entrySet()) {
      try {
        lines = lines.with(each.getKey(), each.getValue(), Path.of("").toAbsolutePath());
      } catch (NumberFormatException e) {
        throw new Failure(
            "--" + each.getKey() + " takes a whole number, not '" + each.getValue() + "'");
      } catch (IllegalArgumentException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }
    try {
      return lines.read();
    } catch (IllegalArgumentException e) {
      throw new Failure("the command line is wrong: " + e.getMessage());
    }
  }

  private static void put(Map<String, String> given, String key, @Nullable String value) {
    if (value != null) {
      given.put(key, value);
    }
  }

  private static <T> @Nullable T read(@Nullable Path file, Function<byte[], Parsed<T>> parse)
      throws Exception {
    if (file == null) {
      return null;
    }
    return switch (parse.apply(Files.readAllBytes(file))) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) -> throw new Failure(file + " is " + reason);
    };
  }

  private void serve(Gateway gateway) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  gateway.close();
                  ended.countDown();
                },
                "shutdown"));
    String base = "http://127.0.0.1:" + gateway.port() + "/v1";
    print(
        Json.object()
            .put("gateway", gateway.id().toString())
            .put("upstream", upstream.toString())
            .put("url", base)
            .build(),
        "Gateway " + gateway.id() + "\nat " + base + ", before " + upstream);
    ended.await();
  }

  private void print(Json value, String text) {
    if (json) {
      screen.json(value);
    } else {
      screen.line(text);
    }
  }

  private List<Owner> owners() throws Exception {
    List<Owner> trusted = new ArrayList<>();
    for (String name : owners) {
      trusted.add(
          Owner.parse(name)
              .orElseThrow(
                  () ->
                      new Failure(
                          "--owner takes NAME (did:key:z...), or NAME,RELYING-PARTY,ORIGIN of a"
                              + " passkey, not '"
                              + name
                              + "'")));
    }
    if (trusted.isEmpty()) {
      trusted.add(Owner.of(Party.of(MandateVerbs.ownerKey(places, null).nodeId())));
    }
    return trusted;
  }

  /** SHA-256 over the names and digests of the files that this program is made of. */
  private static TaggedDigest program() throws IOException {
    TreeMap<String, String> parts = new TreeMap<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path file = Path.of(part);
      if (Files.isRegularFile(file)) {
        parts.put(
            String.valueOf(file.getFileName()), Digest.sha256(Files.readAllBytes(file)).hex());
      }
    }
    StringBuilder text = new StringBuilder("freehold gateway\n");
    parts.forEach((name, digest) -> text.append(digest).append(' ').append(name).append('\n'));
    return TaggedDigest.of(Digest.sha256(text.toString()));
  }
}
