// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A sceptic's program: small, and without any way to reach beyond this machine. */
class OfflineTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // What tests share is on their class path alone.
          .withImportOption(location -> !location.contains("/testkit"))
          .importPackages("dev.freehold");

  @Test
  void nothingThatVerifyNeedsSeesTheNetworkOrADatabase() {
    // A decoder of percent signs opens no connection.
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.net..", "javax.net..", "java.sql..", "java.rmi..")
                .and(not(equivalentTo(URLDecoder.class))))
        .check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.nio\\.channels\\..*Socket.*")
        .check(CLASSES);
  }

  @Test
  void onlyTheKernelStartsAnotherProgramToCompileItself() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.freehold.kernel")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName(ProcessBuilder.class.getName())
        .check(CLASSES);
  }

  @Test
  void theClassPathHoldsSixRoomsAndTwoLibraries() {
    TreeSet<String> rooms =
        CLASSES.stream()
            .map(type -> type.getPackageName().split("\\.", -1)[2])
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(rooms)
        .isEqualTo(
            new TreeSet<>(
                Arrays.asList("crypto", "engine", "evidence", "kernel", "record", "verify")));
  }

  @Test
  void theClassPathHoldsNoCurveOfPaymentsAndNoOtherLanguage() {
    String jars = System.getProperty("java.class.path", "");
    assertThat(jars).contains("bcprov").doesNotContain("secp256k1").doesNotContain("kotlin");
    for (String absent : new String[] {"fr/acinq/secp256k1/Secp256k1", "kotlin/Unit"}) {
      assertThat(OfflineTest.class.getResource("/" + absent + ".class")).as(absent).isNull();
    }
  }
}
