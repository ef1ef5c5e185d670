// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Program;
import dev.freehold.record.StandardError;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The program's entry: finds the verb and runs it. */
@Command(
    name = "freehold",
    version = "freehold " + Program.VERSION,
    description = "Run open models on your own machines, with a receipt for every answer.",
    subcommands = {
      Up.class,
      Ask.class,
      Chat.class,
      ConsoleVerb.class,
      ModelVerbs.class,
      ReceiptVerbs.class,
      LogVerbs.class,
      WitnessVerb.class,
      GatewayVerb.class,
      InviteVerb.class,
      JoinVerb.class,
      FleetVerb.class,
      RelayVerb.class,
      MandateVerbs.class,
      ChainVerbs.class,
      WalletVerbs.class,
      SellVerb.class,
      OffersVerb.class,
      QuoteVerb.class,
      EarningsVerb.class,
      RegistryVerbs.class,
      Conformance.class,
      KeyVerbs.class,
      ServiceVerbs.class,
      Doctor.class,
      PlanVerb.class,
      Demo.class,
      Bench.class,
      Completion.class
    },
    footer = {
      "",
      "Also: 'freehold verify FILE' checks a receipt offline, 'freehold test' runs the test suite."
    })
public final class Freehold {
  /** The verbs by their names: reading these from all the classes takes a start 30 ms. */
  static final Map<String, Class<?>> VERBS =
      Map.ofEntries(
          Map.entry("up", Up.class),
          Map.entry("ask", Ask.class),
          Map.entry("chat", Chat.class),
          Map.entry("console", ConsoleVerb.class),
          Map.entry("model", ModelVerbs.class),
          Map.entry("receipt", ReceiptVerbs.class),
          Map.entry("log", LogVerbs.class),
          Map.entry("witness", WitnessVerb.class),
          Map.entry("gateway", GatewayVerb.class),
          Map.entry("invite", InviteVerb.class),
          Map.entry("join", JoinVerb.class),
          Map.entry("fleet", FleetVerb.class),
          Map.entry("relay", RelayVerb.class),
          Map.entry("mandate", MandateVerbs.class),
          Map.entry("chain", ChainVerbs.class),
          Map.entry("wallet", WalletVerbs.class),
          Map.entry("sell", SellVerb.class),
          Map.entry("offers", OffersVerb.class),
          Map.entry("quote", QuoteVerb.class),
          Map.entry("earnings", EarningsVerb.class),
          Map.entry("registry", RegistryVerbs.class),
          Map.entry("conformance", Conformance.class),
          Map.entry("key", KeyVerbs.class),
          Map.entry("service", ServiceVerbs.class),
          Map.entry("doctor", Doctor.class),
          Map.entry("plan", PlanVerb.class),
          Map.entry("demo", Demo.class),
          Map.entry("bench", Bench.class),
          Map.entry("completion", Completion.class));

  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show which Freehold this is.")
  @SuppressWarnings("unused")
  private boolean version;

  /** Runs one verb; exits with 0 for done, 1 for failed, 64 for wrong use. */
  public static void main(String[] arguments) {
    StandardError.adopt();
    Optional<Up> up = PlainUp.read(arguments);
    if (up.isPresent()) {
      System.exit(up.get().exitCode());
    }
    CommandLine line = line(arguments);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands().values().forEach(Freehold::useExitCodes);
    useExitCodes(line);
    if (arguments.length == 0) {
      line.usage(System.out);
      System.exit(Verb.USAGE);
    }
    System.exit(line.execute(arguments));
  }

  /** The tree of verbs, or only the branch that is asked for: to build them all takes 0.2 s. */
  private static CommandLine line(String[] arguments) {
    Class<?> verb = arguments.length == 0 ? null : VERBS.get(arguments[0]);
    return verb == null
        ? new CommandLine(new Freehold())
        : new CommandLine(CommandSpec.create().name("freehold")).addSubcommand(arguments[0], verb);
  }

  private static void useExitCodes(CommandLine line) {
    line.getCommandSpec().exitCodeOnInvalidInput(Verb.USAGE);
    line.getSubcommands().values().forEach(Freehold::useExitCodes);
  }
}
