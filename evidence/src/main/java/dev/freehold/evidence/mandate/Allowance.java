// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a mandate allows; nothing is allowed by being absent.
 *
 * @param answers how many model calls
 * @param approve effects of which each needs a person's approval, of those in {@code effects}
 * @param classification the highest class of data that may be touched
 * @param delegate how many mandates may follow below, 0 to 8
 * @param effects what may be done
 * @param egress the highest class that may have been touched when data leaves
 * @param models names, or {@code *} for any
 * @param output output tokens of one answer
 * @param pay millionths of the unit, all payments together
 * @param peers names, or {@code *} for any
 * @param tokens output tokens, all answers together
 * @param tools names, or {@code *} for any
 * @param unit what {@code pay} counts; empty where nothing may be paid
 */
public record Allowance(
    long answers,
    Set<EffectKind> approve,
    Classification classification,
    int delegate,
    Set<EffectKind> effects,
    Classification egress,
    List<String> models,
    long output,
    long pay,
    List<String> peers,
    long tokens,
    List<String> tools,
    String unit) {
  /** The largest count. */
  public static final long LIMIT = 1L << 50;

  /** Stands alone for any name. */
  public static final String ANY = "*";

  private static final int NAMES = 256;
  private static final int DELEGATIONS = 8;
  private static final Comparator<EffectKind> BY_TEXT = Comparator.comparing(EffectKind::text);

  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Allowance {
    approve = Set.copyOf(approve);
    effects = Set.copyOf(effects);
    models = names("models", models);
    peers = names("peers", peers);
    tools = names("tools", tools);
    if (!effects.containsAll(approve)) {
      throw new IllegalArgumentException("approve holds an effect that effects does not");
    }
    for (long count : new long[] {answers, output, pay, tokens}) {
      if (count < 0 || count > LIMIT) {
        throw new IllegalArgumentException("counts go from 0 to 2^50");
      }
    }
    if (delegate < 0 || delegate > DELEGATIONS) {
      throw new IllegalArgumentException("delegate goes from 0 to " + DELEGATIONS);
    }
    if (!unit.matches("[A-Z0-9]{0,20}") || (unit.isEmpty() && pay > 0)) {
      throw new IllegalArgumentException(
          "unit is up to 20 of A-Z and 0-9, and names what pay counts");
    }
  }

  private static List<String> names(String what, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty()
          || name.length() > 200
          || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
        throw new IllegalArgumentException(
            what + ": a name is 1 to 200 printable ASCII characters");
      }
      if (i > 0 && names.get(i - 1).compareTo(name) >= 0) {
        throw new IllegalArgumentException(what + " are sorted, and none stands twice");
      }
    }
    if (names.size() > NAMES) {
      throw new IllegalArgumentException(what + " are at most " + NAMES);
    }
    if (names.contains(ANY) && names.size() > 1) {
      throw new IllegalArgumentException(what + ": * stands alone");
    }
    return List.copyOf(names);
  }

  /** Whether a name is among those allowed. */
  public static boolean holds(List<String> names, String name) {
    return names.contains(ANY) || names.contains(name);
  }

  /** In what {@code child} allows more than this; empty where it narrows, or allows the same. */
  public List<String> widened(Allowance child) {
    List<String> wider = new ArrayList<>();
    more(wider, "answers", child.answers, answers);
    more(wider, "output", child.output, output);
    more(wider, "tokens", child.tokens, tokens);
    more(wider, "pay", child.pay, pay);
    if (child.delegate >= delegate) {
      wider.add("delegate");
    }
    if (!child.unit.isEmpty() && !child.unit.equals(unit)) {
      wider.add("unit");
    }
    if (child.classification.compareTo(classification) > 0) {
      wider.add("class");
    }
    if (child.egress.compareTo(egress) > 0) {
      wider.add("egress");
    }
    if (!effects.containsAll(child.effects)) {
      wider.add("effects");
    }
    Set<EffectKind> due = EnumSet.noneOf(EffectKind.class);
    due.addAll(approve);
    due.retainAll(child.effects);
    if (!child.approve.containsAll(due)) {
      wider.add("approve");
    }
    outside(wider, "models", child.models, models);
    outside(wider, "peers", child.peers, peers);
    outside(wider, "tools", child.tools, tools);
    return List.copyOf(wider);
  }

  private static void more(List<String> wider, String what, long child, long parent) {
    if (child > parent) {
      wider.add(what);
    }
  }

  private static void outside(
      List<String> wider, String what, List<String> child, List<String> parent) {
    if (!parent.contains(ANY) && !parent.containsAll(child)) {
      wider.add(what);
    }
  }

  /** As {@code allow} of a mandate. */
  public Json.Obj toJson() {
    return Json.object()
        .put("answers", answers)
        .put("approve", strings(sorted(approve)))
        .put("class", classification.text())
        .put("delegate", delegate)
        .put("effects", strings(sorted(effects)))
        .put("egress", egress.text())
        .put("models", strings(models))
        .put("output", output)
        .put("pay", pay)
        .put("peers", strings(peers))
        .put("tokens", tokens)
        .put("tools", strings(tools))
        .put("unit", unit)
        .build();
  }

  static List<String> sorted(Set<EffectKind> effects) {
    return effects.stream().sorted(BY_TEXT).map(EffectKind::text).toList();
  }

  private static Json strings(List<String> values) {
    return Json.array(values.stream().map(Json::of).toList());
  }

  /** Reads {@link #toJson}. */
  static Allowance read(Members members) throws Members.MalformedException {
    long answers = count(members, "answers");
    Set<EffectKind> approve = effects(members, "approve");
    Classification classification = members.typed("class", Classification::parse);
    int delegate = members.count("delegate", 0);
    Set<EffectKind> effects = effects(members, "effects");
    Classification egress = members.typed("egress", Classification::parse);
    List<String> models = strings(members, "models");
    long output = count(members, "output");
    long pay = count(members, "pay");
    List<String> peers = strings(members, "peers");
    long tokens = count(members, "tokens");
    List<String> tools = strings(members, "tools");
    String unit = members.string("unit");
    members.end();
    try {
      return new Allowance(
          answers,
          approve,
          classification,
          delegate,
          effects,
          egress,
          models,
          output,
          pay,
          peers,
          tokens,
          tools,
          unit);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException("allow: " + e.getMessage());
    }
  }

  private static long count(Members members, String name) throws Members.MalformedException {
    if (members.value(name) instanceof Json.Num number
        && number.integral()
        && number.value() >= 0
        && number.value() <= LIMIT) {
      return (long) number.value();
    }
    throw new Members.MalformedException("\"" + name + "\" is not a whole number from 0 to 2^50");
  }

  private static Set<EffectKind> effects(Members members, String name)
      throws Members.MalformedException {
    Set<EffectKind> effects = EnumSet.noneOf(EffectKind.class);
    for (String text : strings(members, name)) {
      try {
        effects.add(EffectKind.parse(text));
      } catch (IllegalArgumentException e) {
        throw new Members.MalformedException("\"" + name + "\": " + e.getMessage());
      }
    }
    return effects;
  }

  private static List<String> strings(Members members, String name)
      throws Members.MalformedException {
    List<String> strings = new ArrayList<>();
    for (Json item : members.array(name).items()) {
      if (!(item instanceof Json.Str(String text))) {
        throw new Members.MalformedException("\"" + name + "\" holds something else than strings");
      }
      strings.add(text);
    }
    return strings;
  }
}
