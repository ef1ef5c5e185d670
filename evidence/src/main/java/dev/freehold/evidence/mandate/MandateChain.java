// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

  /** The longest file of a chain in bytes. */
  public static final int LIMIT = 9 * (Mandate.LIMIT + 1);

  /** Reads a chain as a file: one mandate a line; the last line feed may be missing. */
  public static Parsed<MandateChain> decode(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return new Parsed.Malformed<>("longer than any chain of mandates");
    }
    List<Mandate> mandates = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] lines =
        (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
    for (String line : lines) {
      switch (Mandate.decode(line.getBytes(StandardCharsets.UTF_8))) {
        case Parsed.Read<Mandate>(Mandate mandate) -> mandates.add(mandate);
        case Parsed.Malformed<Mandate>(String reason) -> {
          return new Parsed.Malformed<>("line " + (mandates.size() + 1) + ": " + reason);
        }
      }
    }
    return new Parsed.Read<>(new MandateChain(mandates));
  }

  /** The chain as a file. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder();
    for (Mandate mandate : mandates) {
      text.append(new String(mandate.encode(), StandardCharsets.UTF_8)).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
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

  /** The next moment at which {@link #check} may say something else than now; empty: never. */
  public Optional<Instant> changes(List<Revocation> revocations, Timestamp now) {
    Stream<Instant> times =
        mandates.stream()
            .flatMap(
                mandate ->
                    Stream.of(
                        mandate.terms().issued().instant(),
                        mandate.terms().expires().instant().plusMillis(1)));
    return Stream.concat(times, revocations.stream().map(each -> each.revoked().instant()))
        .filter(time -> time.isAfter(now.instant()))
        .min(Comparator.naturalOrder());
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
    OptionalInt at = place(revocation);
    if (at.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> objection = objection(revocation, at.getAsInt(), owners);
    if (objection.isPresent()) {
      notes.add("a revocation of " + revocation.mandate() + " does not count: " + objection.get());
      return Optional.empty();
    }
    return now.compareTo(revocation.revoked()) < 0
        ? Optional.empty()
        : Optional.of(
            refused(
                MandateFault.Kind.REVOKED,
                "revoked by " + revocation.issuer() + " from " + revocation.revoked() + " on",
                at.getAsInt()));
  }

  /**
   * Why a revocation ends no mandate of this chain; empty where it ends one. Whether the chain
   * itself holds is {@link #check}'s to say.
   */
  public Optional<String> objection(Revocation revocation, List<Owner> owners) {
    OptionalInt at = place(revocation);
    return at.isEmpty()
        ? Optional.of("it is of a mandate that is not in this chain")
        : objection(revocation, at.getAsInt(), owners);
  }

  private OptionalInt place(Revocation revocation) {
    return IntStream.range(0, mandates.size())
        .filter(i -> mandates.get(i).digest().equals(revocation.mandate()))
        .findFirst();
  }

  private Optional<String> objection(Revocation revocation, int at, List<Owner> owners) {
    boolean entitled =
        mandates.subList(0, at + 1).stream()
            .anyMatch(m -> m.terms().issuer().equals(revocation.issuer()));
    if (!entitled) {
      return Optional.of("by a stranger");
    }
    // A passkey's counter tells of copies; to end something, a copy is good enough.
    return revocation
        .signatureFault(known(owners, revocation.issuer()))
        .filter(fault -> fault.kind() != MandateFault.Kind.COUNTER)
        .map(MandateFault::reason);
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
