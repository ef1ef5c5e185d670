// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** That one holder has an evidence key and an account (docs/formats/key-binding.md). */
public final class KeyBindingFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED);

  @Override
  public String name() {
    return "a key binding";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (KeyBinding.decode(file)) {
      case Parsed.Malformed<KeyBinding>(String reason) ->
          Marks.format(file)
              .filter(KeyBinding.FORMAT::equals)
              .map(_ -> Report.unread("the file is " + reason, demands.claims(CLAIMS)));
      case Parsed.Read<KeyBinding>(KeyBinding binding) -> Optional.of(check(binding, demands));
    };
  }

  private static Report check(KeyBinding binding, Demands demands) {
    Grounds signed = new Grounds();
    binding
        .fault()
        .ifPresentOrElse(
            signed::against,
            () -> signed.holds("by " + binding.node() + " and the account " + binding.account()));
    demands
        .node()
        .filter(expected -> !expected.equals(binding.node()))
        .ifPresent(
            expected ->
                signed.against("it is of " + binding.node() + ", not of the expected " + expected));
    return Report.of(
        List.of(signed.finding(Claim.SIGNED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "binding of %s to %s, issued %s"
                .formatted(binding.node(), binding.account(), binding.issued()),
            Json.object()
                .put("account", binding.account().toString())
                .put("node", binding.node().toString())
                .build()));
  }
}
