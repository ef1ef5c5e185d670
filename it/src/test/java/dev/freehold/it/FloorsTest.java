// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The floors of the house: which room may import which. */
@NullMarked
class FloorsTest {
  /** Every allowed edge. A room that is missing here fails the test. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("record", Set.of()),
          Map.entry("kernel", Set.of("record")),
          Map.entry("crypto", Set.of("record", "kernel")),
          Map.entry("testkit", Set.of()),
          Map.entry("engine", Set.of("record", "crypto", "kernel")),
          Map.entry("evidence", Set.of("record", "crypto")),
          Map.entry("link", Set.of("record", "crypto")),
          Map.entry("verify", Set.of("record", "crypto", "kernel", "engine", "evidence")),
          Map.entry("ledger", Set.of("record", "crypto", "evidence")),
          Map.entry("market", Set.of("record", "crypto", "evidence")),
          Map.entry("catalogue", Set.of("record", "crypto", "engine")),
          Map.entry("fleet", Set.of("record", "crypto", "kernel", "engine", "evidence", "link")),
          Map.entry("witness", Set.of("record", "crypto", "evidence", "ledger")),
          Map.entry("gateway", Set.of("record", "crypto", "evidence", "ledger", "witness")),
          Map.entry(
              "node",
              Set.of(
                  "record",
                  "crypto",
                  "kernel",
                  "engine",
                  "evidence",
                  "verify",
                  "catalogue",
                  "witness",
                  "ledger",
                  "market",
                  "link",
                  "fleet")),
          Map.entry(
              "cli",
              Set.of(
                  "record",
                  "crypto",
                  "kernel",
                  "engine",
                  "evidence",
                  "verify",
                  "catalogue",
                  "fleet",
                  "witness",
                  "ledger",
                  "market",
                  "link",
                  "gateway",
                  "node")));

  private static final Set<String> FORBIDDEN_TO_THE_VERIFIER =
      Set.of("java.net", "javax.net", "java.sql", "io.helidon", "org.sqlite");

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // Another room's tests come in a jar, which the option above does not know as one.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.freehold");

  @Test
  void everyRoomHasAFloor() {
    Set<String> rooms = new TreeSet<>();
    HOUSE.forEach(c -> rooms.add(room(c)));
    assertThat(ALLOWED.keySet()).containsAll(rooms);
    assertThat(rooms).contains("record", "kernel", "engine", "node", "cli");
  }

  @Test
  void noRoomImportsAboveOrBesideItself() {
    ALLOWED.forEach(
        (room, allowed) ->
            noClasses()
                .that()
                .resideInAPackage("dev.freehold." + room + "..")
                .should()
                .dependOnClassesThat(
                    DescribedPredicate.describe(
                        "are in a room that " + room + " may not import",
                        c ->
                            c.getPackageName().startsWith("dev.freehold.")
                                && !room(c).equals(room)
                                && !allowed.contains(room(c))))
                .allowEmptyShould(true)
                .check(HOUSE));
  }

  @Test
  void onlyTheKernelSeesTheIncubatorModule() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.freehold.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(HOUSE);
  }

  @Test
  void theVerifierHasNoServerNoNetworkAndNoDatabase() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.freehold.record..",
            "dev.freehold.crypto..",
            "dev.freehold.kernel..",
            "dev.freehold.engine..",
            "dev.freehold.evidence..",
            "dev.freehold.verify..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of a network or a database",
                c ->
                    FORBIDDEN_TO_THE_VERIFIER.stream().anyMatch(c.getPackageName()::startsWith)
                        // It only undoes percent signs.
                        && !c.getName().equals("java.net.URLDecoder")))
        .check(HOUSE);
  }

  @Test
  void onlyServersSeeHelidon() {
    // A relay is a server and a process of its own, so its package sees Helidon; the rest of link
    // calls, and needs none. The launcher's step over the jars changes one of its classes, and asks
    // it what a size in words comes to.
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.freehold.node..",
            "dev.freehold.gateway..",
            "dev.freehold.witness..",
            "dev.freehold.link.relay..",
            "dev.freehold.cli.launch..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.helidon..")
        .check(HOUSE);
  }

  @Test
  void onlyPathsOverQuicSeeNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.freehold.link.quic..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(HOUSE);
  }

  @Test
  void packagesDoNotImportEachOtherInCircles() {
    SlicesRuleDefinition.slices()
        .matching("dev.freehold.(**)")
        .should()
        .beFreeOfCycles()
        .check(HOUSE);
  }

  private static String room(JavaClass c) {
    String rest = c.getPackageName().replaceFirst("^dev\\.freehold\\.?", "");
    return rest.replaceFirst("\\..*", "");
  }
}
