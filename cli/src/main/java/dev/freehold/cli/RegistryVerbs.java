// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freehold registry}. */
@Command(
    name = "registry",
    description = {
      "How this node stands in the registry of sellers: registered as what, and with what bond.",
      "Asks the node that runs. Who is registered comes before a mere key, who has a bond before"
          + " both."
    },
    subcommands = {
      RegistryVerbs.Register.class,
      RegistryVerbs.Bonding.class,
      RegistryVerbs.Unbonding.class,
      RegistryVerbs.Unbonded.class,
      RegistryVerbs.Retire.class
    })
final class RegistryVerbs extends Verb {
  @Override
  int run() throws Exception {
    Json.Obj answer = new OwnerClient(places).ask("registry", Json.object().build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    screen.line("registry    " + OwnerClient.text(answer, "registry"));
    screen.line("account     " + OwnerClient.text(answer, "account"));
    screen.line(
        "registered  "
            + OwnerClient.text(answer, "registered")
            + " (its identity is still held: "
            + OwnerClient.text(answer, "current")
            + ")");
    screen.line(
        "bond        "
            + OwnerClient.text(answer, "bonded")
            + " of token "
            + OwnerClient.text(answer, "token")
            + "; being freed "
            + OwnerClient.text(answer, "unbonding")
            + " until "
            + OwnerClient.text(answer, "release"));
    screen.line("others      " + OwnerClient.text(answer, "known") + " registered nodes are known");
    String problem = OwnerClient.text(answer, "problem");
    if (!problem.equals("-")) {
      screen.line("-> " + problem);
    }
    return OK;
  }

  /** One wish. */
  abstract static class Wish extends Verb {
    private final String verb;

    Wish(String verb) {
      this.verb = verb;
    }

    /** What goes with it. */
    Json.Obj request() {
      return Json.object().build();
    }

    @Override
    int run() throws Exception {
      Json.Obj answer = new OwnerClient(places).ask(verb, request());
      if (json) {
        screen.json(answer);
      } else {
        screen.line("done: " + OwnerClient.text(answer, "done"));
      }
      return OK;
    }
  }

  /** One about so many coins. */
  abstract static class Sum extends Wish {
    @Parameters(paramLabel = "UNITS", description = "In the bond's token's smallest unit.")
    private String amount = "";

    Sum(String verb) {
      super(verb);
    }

    @Override
    Json.Obj request() {
      return Json.object().put("amount", amount).build();
    }
  }

  /** {@code freehold registry register}. */
  @Command(
      name = "register",
      description = "Register this node, where it is reached, under an ERC-8004 identity.")
  static final class Register extends Wish {
    @Parameters(paramLabel = "NUMBER", description = "The identity; the payment account holds it.")
    private String agent = "";

    Register() {
      super("register");
    }

    @Override
    Json.Obj request() {
      return Json.object().put("agent", agent).build();
    }
  }

  /** {@code freehold registry bond}. */
  @Command(
      name = "bond",
      description = "Add to this node's bond: coins that the court may take, and a delay frees.")
  static final class Bonding extends Sum {
    Bonding() {
      super("bond");
    }
  }

  /** {@code freehold registry unbond}. */
  @Command(
      name = "unbond",
      description = "Begin to free part of the bond; it can be had after 21 days.")
  static final class Unbonding extends Sum {
    Unbonding() {
      super("unbond");
    }
  }

  /** {@code freehold registry withdraw}. */
  @Command(name = "withdraw", description = "Take out what is free of the bond.")
  static final class Unbonded extends Wish {
    Unbonded() {
      super("unbonded");
    }
  }

  /** {@code freehold registry retire}. */
  @Command(name = "retire", description = "End the registration; the bond stays as it is.")
  static final class Retire extends Wish {
    Retire() {
      super("retire");
    }
  }
}
