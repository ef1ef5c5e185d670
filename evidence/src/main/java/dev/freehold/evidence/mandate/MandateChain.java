// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mandates from an owner's down to the one under which somebody acts.
 *
 * @param mandates the owner's first
 */
public record MandateChain(List<Mandate> mandates) {

  /** Copies the list. */
  public MandateChain {
    mandates = List.copyOf(mandates);
  }

  /** Whether somebody may act. */
  public sealed interface Standing {

    /**
     * The chain holds, whole.
     *
     * @param acting the last mandate
     * @param notes what was seen and does not count: revocations by strangers
     */
    record InForce(Mandate acting, List<String> notes) implements Standing {
      /** Copies the notes. */
      public InForce {
        notes = List.copyOf(notes);
      }
    }

    /**
     * It does not.
     *
     * @param fault the first thing that is wrong
     * @param at which mandate, the owner's being 0
     */
    record Refused(MandateFault fault, int at) implements Standing {}
  }

  /**
   * Whether {@code acting} may act under this chain at a moment.
   *
   * @param owners who is trusted to grant, and what is known of their passkeys
   * @param acting who acts
   * @param revocations all that are known
   */
  public Standing check(
      List<Owner> owners, Party acting, List<Revocation> revocations, Timestamp now) {
    if (mandates.isEmpty()) {
      return refused(MandateFault.Kind.NONE, "there is no mandate", 0);
    }
    for (int i = 0; i < mandates.size(); i++) {
      Mandate mandate = mandates.get(i);
      Optional<MandateFault> fault =
          i == 0 ? first(mandate, owners) : below(mandates.get(i - 1), mandate);
      if (fault.isEmpty()) {
        fault = mandate.signatureFault(known(owners, mandate.terms().issuer()));
      }
      if (fault.isEmpty()) {
        fault = inTime(mandate.terms(), now);
      }
      if (fault.isPresent()) {
        return new Standing.Refused(fault.get(), i);
      }
    }
    List<String> notes = new ArrayList<>();
    for (Revocation revocation : revocations) {
      Optional<Standing> ended = revoked(revocation, owners, now, notes);
      if (ended.isPresent()) {
        return ended.get();
      }
    }
    Mandate last = mandates.getLast();
    if (!last.terms().holder().equals(acting)) {
      return refused(
          MandateFault.Kind.HOLDER,
          "the mandate is held by " + last.terms().holder() + ", not by " + acting,
          mandates.size() - 1);
    }
    return new Standing.InForce(last, notes);
  }

  private static Optional<MandateFault> first(Mandate mandate, List<Owner> owners) {
    if (owners.stream().noneMatch(o -> o.party().equals(mandate.terms().issuer()))) {
      return fault(MandateFault.Kind.OWNER, mandate.terms().issuer() + " is no trusted owner");
    }
    return mandate.terms().parent().isEmpty()
        ? Optional.empty()
        : fault(
            MandateFault.Kind.PARENT,
            "the mandate above it is missing: " + mandate.terms().parent().get());
  }

  private static Optional<MandateFault> below(Mandate above, Mandate mandate) {
    Mandate.Terms parent = above.terms();
    Mandate.Terms terms = mandate.terms();
    if (!terms.parent().equals(Optional.of(above.digest()))) {
      return fault(MandateFault.Kind.PARENT, "it does not name the mandate above it");
    }
    if (!terms.issuer().equals(parent.holder())) {
      return fault(
          MandateFault.Kind.ISSUER,
          terms.issuer() + " passes on what " + parent.holder() + " holds");
    }
    if (terms.issued().compareTo(parent.issued()) < 0
        || terms.expires().compareTo(parent.expires()) > 0) {
      return fault(
          MandateFault.Kind.TIME, "its time does not lie within that of the mandate above it");
    }
    List<String> wider = parent.allow().widened(terms.allow());
    return wider.isEmpty()
        ? Optional.empty()
        : fault(
            MandateFault.Kind.WIDER,
            "it allows more than the mandate above it: " + String.join(", ", wider));
  }

  private static Optional<MandateFault> inTime(Mandate.Terms terms, Timestamp now) {
    if (now.compareTo(terms.issued()) < 0) {
      return fault(MandateFault.Kind.NOT_YET, "it counts from " + terms.issued() + " on");
    }
    return now.compareTo(terms.expires()) > 0
        ? fault(MandateFault.Kind.EXPIRED, "it expired at " + terms.expires())
        : Optional.empty();
  }

  private Optional<Standing> revoked(
      Revocation revocation, List<Owner> owners, Timestamp now, List<String> notes) {
    for (int i = 0; i < mandates.size(); i++) {
      Digest digest = mandates.get(i).digest();
      if (!digest.equals(revocation.mandate())) {
        continue;
      }
      boolean entitled =
          mandates.subList(0, i + 1).stream()
              .anyMatch(m -> m.terms().issuer().equals(revocation.issuer()));
      Optional<MandateFault> fault = revocation.signatureFault(known(owners, revocation.issuer()));
      // A passkey's counter tells of copies; to end something, a copy is good enough.
      boolean signed = fault.isEmpty() || fault.get().kind() == MandateFault.Kind.COUNTER;
      if (!entitled || !signed) {
        notes.add(
            "a revocation of "
                + digest
                + " does not count: "
                + (entitled ? fault.map(MandateFault::reason).orElse("") : "by a stranger"));
      } else if (now.compareTo(revocation.revoked()) >= 0) {
        return Optional.of(
            refused(
                MandateFault.Kind.REVOKED,
                "revoked by " + revocation.issuer() + " from " + revocation.revoked() + " on",
                i));
      }
    }
    return Optional.empty();
  }

  private static Owner known(List<Owner> owners, Party issuer) {
    return owners.stream()
        .filter(o -> o.party().equals(issuer))
        .findFirst()
        .orElseGet(() -> Owner.of(issuer));
  }

  private static Optional<MandateFault> fault(MandateFault.Kind kind, String reason) {
    return Optional.of(new MandateFault(kind, reason));
  }

  private static Standing refused(MandateFault.Kind kind, String reason, int at) {
    return new Standing.Refused(new MandateFault(kind, reason), at);
  }
}
