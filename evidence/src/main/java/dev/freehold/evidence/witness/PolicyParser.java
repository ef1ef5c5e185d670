// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.evidence.note.Decimal;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.Policy.KnownLog;
import dev.freehold.evidence.witness.Policy.KnownWitness;
import dev.freehold.evidence.witness.Policy.Quorum;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Reads one policy, line by line; used once. */
final class PolicyParser {
  private static final int LIMIT = 1 << 20;
  private static final int MOST = 256;
  private static final Set<String> KEYWORDS = Set.of("all", "any", "none");

  private final List<KnownLog> logs = new ArrayList<>();
  private final List<KnownWitness> witnesses = new ArrayList<>();

  /** Witnesses and groups by name; octets that are not ASCII stand for themselves. */
  private final Map<String, Quorum> named = new HashMap<>();

  private final Set<String> members = new HashSet<>();
  private @Nullable Quorum quorum;

  /** Told once all lines are read, since each may be wrong by itself too. */
  private @Nullable String duplicate;

  private int number;

  /** What is wrong with a line; it never leaves this class. */
  private static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;
    private final String why;

    Wrong(String why) {
      super(why, null, false, false);
      this.why = why;
    }
  }

  Parsed<Policy> parse(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return malformed("it is longer than " + LIMIT + " bytes");
    }
    // One character an octet: what is not ASCII stays opaque.
    for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      number++;
      try {
        line(line);
      } catch (Wrong e) {
        return malformed("line " + number + ": " + e.why);
      }
    }
    if (duplicate != null) {
      return malformed(duplicate);
    }
    return quorum == null
        ? malformed("it defines no quorum")
        : new Parsed.Read<>(new Policy(logs, witnesses, quorum));
  }

  private static Parsed<Policy> malformed(String why) {
    return new Parsed.Malformed<>("not a policy: " + why);
  }

  private void line(String line) throws Wrong {
    if (line.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f)) {
      throw new Wrong("it has a control character");
    }
    List<String> words = new ArrayList<>();
    StringTokenizer tokens = new StringTokenizer(line, " \t");
    while (tokens.hasMoreTokens()) {
      words.add(tokens.nextToken());
    }
    if (words.isEmpty() || words.getFirst().startsWith("#")) {
      return;
    }
    switch (words.getFirst()) {
      case "log" -> log(words);
      case "witness" -> witness(words);
      case "group" -> group(words);
      case "quorum" -> quorum(words);
      default -> throw new Wrong("there is no item '" + text(words.getFirst()) + "'");
    }
  }

  private void log(List<String> words) throws Wrong {
    count(words, 2, 3, "log VKEY [URL]");
    VerifierKey key = key(words.get(1));
    switch (key.type()) {
      case ED25519, ML_DSA_44_COSIGNATURE -> {}
      case ED25519_COSIGNATURE, RFC6962_TREE_HEAD -> throw new Wrong("no log signs with this type");
    }
    for (KnownLog other : logs) {
      if (Arrays.equals(other.key().publicKey(), key.publicKey())) {
        duplicate("log key");
      }
    }
    full(logs.size(), "logs");
    logs.add(new KnownLog(key, url(words, 2)));
  }

  private void duplicate(String what) {
    if (duplicate == null) {
      duplicate = "line " + number + ": duplicate " + what;
    }
  }

  private void witness(List<String> words) throws Wrong {
    count(words, 3, 4, "witness NAME VKEY [URL]");
    String name = fresh(words.get(1), "witness");
    VerifierKey given = key(words.get(2));
    VerifierKey key =
        switch (given.type()) {
          case ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE -> given;
          case ED25519 -> given.asCosignatureKey().orElse(given);
          case RFC6962_TREE_HEAD -> throw new Wrong("no witness signs with this type");
        };
    for (KnownWitness other : witnesses) {
      if (Arrays.equals(other.key().publicKey(), key.publicKey())) {
        duplicate("witness key, that of " + other.name());
      }
    }
    full(witnesses.size(), "witnesses");
    KnownWitness witness = new KnownWitness(text(name), key, url(words, 3));
    witnesses.add(witness);
    named.put(name, new Quorum.One(witness));
  }

  private void group(List<String> words) throws Wrong {
    if (words.size() < 4) {
      throw new Wrong("a group is written 'group NAME all|any|K NAME...'");
    }
    String name = fresh(words.get(1), "group");
    full(named.size() - witnesses.size(), "groups");
    List<Quorum> parts = new ArrayList<>();
    for (String member : words.subList(3, words.size())) {
      parts.add(known(member));
      if (!members.add(member)) {
        throw new Wrong("'" + text(member) + "' is a member twice");
      }
    }
    int threshold =
        switch (words.get(2)) {
          case "all" -> parts.size();
          case "any" -> 1;
          default -> threshold(words.get(2), parts.size());
        };
    named.put(name, new Quorum.Group(text(name), threshold, parts));
  }

  private static int threshold(String word, int most) throws Wrong {
    Optional<Long> number = Decimal.parse(word);
    if (number.isEmpty() || number.get() < 1 || number.get() > most) {
      throw new Wrong("invalid threshold '" + text(word) + "': all, any, or 1 to " + most);
    }
    return number.get().intValue();
  }

  private void quorum(List<String> words) throws Wrong {
    count(words, 2, 2, "quorum NAME");
    if (quorum != null) {
      throw new Wrong("there is a second quorum");
    }
    quorum = words.get(1).equals("none") ? new Quorum.None() : known(words.get(1));
  }

  private Quorum known(String name) throws Wrong {
    Quorum component = named.get(name);
    if (component == null) {
      throw new Wrong("no line before it defines '" + text(name) + "'");
    }
    return component;
  }

  private String fresh(String name, String what) throws Wrong {
    if (KEYWORDS.contains(name)) {
      throw new Wrong("invalid " + what + " name: '" + name + "' is a keyword");
    }
    if (named.containsKey(name)) {
      throw new Wrong("duplicate name '" + text(name) + "'");
    }
    return name;
  }

  private static void count(List<String> words, int least, int most, String form) throws Wrong {
    if (words.size() < least || words.size() > most) {
      throw new Wrong(
          "it has %d words and should be '%s' (a comment has a line of its own)"
              .formatted(words.size(), form));
    }
  }

  private static void full(int size, String what) throws Wrong {
    if (size >= MOST) {
      throw new Wrong("there are more than " + MOST + " " + what);
    }
  }

  private static VerifierKey key(String word) throws Wrong {
    return switch (VerifierKey.parse(strict(word))) {
      case Parsed.Read<VerifierKey>(VerifierKey key) -> key;
      case Parsed.Malformed<VerifierKey>(String reason) -> throw new Wrong(reason);
    };
  }

  private static String strict(String word) throws Wrong {
    try {
      byte[] octets = word.getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException e) {
      throw new Wrong("its key is not UTF-8");
    }
  }

  private static @Nullable String url(List<String> words, int at) {
    return words.size() > at ? text(words.get(at)) : null;
  }

  /** Octets for people: UTF-8, where they are that. */
  private static String text(String octets) {
    return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
