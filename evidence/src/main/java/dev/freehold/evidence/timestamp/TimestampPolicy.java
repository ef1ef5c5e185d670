// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import dev.freehold.crypto.Pem;
import dev.freehold.evidence.Check;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is believed for time, and how many of them (docs/formats/timestamp.md, authorities file).
 *
 * @param authorities by name
 * @param urls where some of them can be asked, by name
 * @param quorum how many different ones must have stamped
 */
public record TimestampPolicy(
    List<TimestampAuthority> authorities, Map<String, String> urls, int quorum) {
  private static final int LIMIT = 1 << 20;
  private static final int MOST = 16;

  /**
   * Copies the authorities.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public TimestampPolicy {
    authorities = List.copyOf(authorities);
    urls = new LinkedHashMap<>(urls);
    if (quorum < 1 || quorum > authorities.size() || authorities.size() > MOST) {
      throw new IllegalArgumentException(
          "the quorum lies between 1 and the number of authorities, at most " + MOST);
    }
    for (int i = 0; i < authorities.size(); i++) {
      for (TimestampAuthority other : authorities.subList(0, i)) {
        TimestampAuthority one = authorities.get(i);
        if (one.name().equals(other.name())) {
          throw new IllegalArgumentException("the authority " + one.name() + " stands twice");
        }
        if (one.certificates().getLast().equals(other.certificates().getLast())) {
          throw new IllegalArgumentException(
              one.name() + " and " + other.name() + " have the same root: they are one authority");
        }
      }
    }
  }

  /** Reads a file. */
  public static Parsed<TimestampPolicy> parse(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return malformed("it is longer than " + LIMIT + " bytes");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Parsed.Read<>(new Reader().read(text));
    } catch (CharacterCodingException e) {
      return malformed("it is not UTF-8");
    } catch (IllegalArgumentException e) {
      return malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Parsed<TimestampPolicy> malformed(String why) {
    return new Parsed.Malformed<>("not a file of authorities: " + why);
  }

  /** Reads one file, line by line. */
  private static final class Reader {
    private final List<TimestampAuthority> authorities = new ArrayList<>();
    private final Map<String, String> urls = new LinkedHashMap<>();
    private @Nullable List<String> head;
    private final StringBuilder pem = new StringBuilder();
    private boolean inBlock;
    private int quorum;

    TimestampPolicy read(String text) {
      int number = 0;
      for (String line : text.split("\n", -1)) {
        number++;
        try {
          line(line);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
        }
      }
      if (inBlock) {
        throw new IllegalArgumentException("a PEM block does not end");
      }
      authority();
      if (quorum == 0) {
        throw new IllegalArgumentException("it says no quorum");
      }
      return new TimestampPolicy(authorities, urls, quorum);
    }

    private void line(String line) {
      if (inBlock || line.startsWith("-----BEGIN ")) {
        inBlock = !line.startsWith("-----END ");
        if (head == null) {
          throw new IllegalArgumentException("a certificate belongs under an 'authority' line");
        }
        pem.append(line).append('\n');
        return;
      }
      if (line.isBlank() || line.startsWith("#")) {
        return;
      }
      List<String> words = List.of(line.strip().split("[ \t]+", -1));
      switch (words.getFirst()) {
        case "authority" -> {
          authority();
          if (words.size() < 4 || words.size() > 5) {
            throw new IllegalArgumentException("it should be 'authority NAME FROM UNTIL [URL]'");
          }
          if (!words.get(1).matches("[a-z0-9-]{1,40}")) {
            throw new IllegalArgumentException("a name is 1 to 40 of a-z, 0-9 and -");
          }
          day(words.get(2));
          until(words.get(3));
          head = words;
        }
        case "quorum" -> {
          if (quorum != 0) {
            throw new IllegalArgumentException("there is a second quorum");
          }
          if (words.size() != 2 || !words.get(1).matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException("it should be 'quorum K'");
          }
          quorum = Integer.parseInt(words.get(1));
        }
        default ->
            throw new IllegalArgumentException("there is no item '" + words.getFirst() + "'");
      }
    }

    /** Ends the authority whose certificates were being read. */
    private void authority() {
      List<String> words = head;
      if (words == null) {
        return;
      }
      List<X509Certificate> certificates = new ArrayList<>();
      for (Pem block : pem.isEmpty() ? List.<Pem>of() : Pem.parse(pem.toString())) {
        certificates.add(certificate(block));
      }
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException("the authority " + words.get(1) + " has no certificate");
      }
      authorities.add(
          new TimestampAuthority(
              words.get(1), certificates, day(words.get(2)), until(words.get(3))));
      if (words.size() == 5) {
        urls.put(words.get(1), words.get(4));
      }
      head = null;
      pem.setLength(0);
    }

    private static X509Certificate certificate(Pem block) {
      try {
        if (block.label().equals("CERTIFICATE")) {
          return (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(block.der()));
        }
      } catch (CertificateException e) {
        throw new IllegalArgumentException("a certificate cannot be read: " + e.getMessage(), e);
      }
      throw new IllegalArgumentException("a block is a " + block.label() + ", not a CERTIFICATE");
    }

    private static Instant day(String text) {
      try {
        if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
          return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
      } catch (DateTimeException e) {
        // Said below.
      }
      throw new IllegalArgumentException("'" + text + "' is not a day such as 2026-01-31");
    }

    private static Optional<Instant> until(String text) {
      return text.equals("-") ? Optional.empty() : Optional.of(day(text));
    }
  }

  /**
   * What a token is worth to whoever believes these authorities.
   *
   * @param authorityOrNull who made it; null where it counts for nothing
   * @param timeOrNull when the message existed; null where it counts for nothing
   * @param strange whether nothing is wrong with it but that none of the authorities made it
   * @param why for a person, where it counts for nothing
   */
  public record Stamp(
      @Nullable String authorityOrNull,
      @Nullable Instant timeOrNull,
      boolean strange,
      String why) {}

  /** Judges a response over a message by each authority alone. */
  public Stamp judge(byte[] response, byte[] message) {
    return switch (TimestampResponse.decode(response)) {
      case Parsed.Malformed<TimestampResponse>(String reason) ->
          new Stamp(null, null, false, reason);
      case Parsed.Read<TimestampResponse>(TimestampResponse read) -> judge(read, message);
    };
  }

  private Stamp judge(TimestampResponse response, byte[] message) {
    for (TimestampAuthority authority : authorities) {
      if (Check.allHold(response.verify(message, Optional.empty(), List.of(authority)))) {
        return new Stamp(authority.name(), response.time().orElseThrow(), false, "");
      }
    }
    List<Check> wrong =
        response.verify(message, Optional.empty(), authorities).stream()
            .filter(check -> !check.holds())
            .toList();
    boolean strange =
        wrong.stream()
            .allMatch(check -> TimestampResponse.AUTHORITY.equals(check.claim()) || open(check));
    return new Stamp(
        null, null, strange, String.join("; ", wrong.stream().map(Check::toString).toList()));
  }

  private static boolean open(Check check) {
    return check.outcome() instanceof Check.Outcome.Open;
  }
}
