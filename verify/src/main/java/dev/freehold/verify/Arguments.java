// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.record.Parsed;
import dev.freehold.verify.answer.SignedCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@code freehold verify}.
 *
 * @param fileOrNull the file to check; null only with {@code help}
 * @param modelOrNull the model's file, or null to look in the cache
 * @param demands what is demanded
 * @param surroundings what lies beside the file, and whom to believe; not read yet
 * @param threads threads of arithmetic, 0 for all
 * @param kernelOrNull name of the lane, or null for the fastest
 */
record Arguments(
    @Nullable String fileOrNull,
    @Nullable String modelOrNull,
    Demands demands,
    Surroundings surroundings,
    int threads,
    @Nullable String kernelOrNull,
    boolean json,
    boolean quiet,
    boolean help) {
  static final String HELP =
      """
      Usage: freehold verify FILE [options]

      Checks evidence offline: no node, no network, no database. FILE can be any of these; what follows
      --beside is what it tells of, without which a claim is Undecidable:
        answer.json                             a receipt, a transcript, or a bundle with entries of logs
        stages.json --beside answer.json        what the machines of a split model signed of an answer
        FOLDER                                  a log's exported files
        checkpoint --beside FOLDER              a checkpoint or another signed note
        it.tlog-proof --beside entry.json       a proof of a log (the entry may be in it)
        entry.json --beside it.tlog-proof       an entry of a log
        statement.cose                          a SCITT signed statement with its receipts
        receipt.cose --beside entry.json        a COSE receipt alone
        it.dsse.json --key KEY                  a DSSE envelope; provenance as a tree (--beside OTHER.dsse.json)
        model.sig --key KEY --beside MODEL      a model's signature (OpenSSF Model Signing)
        it.tsr --authority CERTS --beside FILE  an RFC 3161 time stamp
        mandate --beside revocation             a chain of mandates
        revocation --beside mandate             the end of a mandate
        token.json --beside history.jsonl       a Proof-of-Control token, or an agent's tokens one a line
        capability.json --beside token.json     a gateway's licence for one action
      docs/verify-yourself.md says what each claim means, and what must still be believed:
        signed       whoever it names signed it, and nothing was changed since
        transcript   request, response and output tokens are the ones the receipt commits to
        replayed     the model gives exactly this answer to exactly this request
        logged       it is an entry of a log, under a root that the log signed
        witnessed    as many witnesses as the policy demands cosigned its checkpoint (--policy)
        authorised   an owner allowed it: mandate by mandate, each within the one before
        chained      it is part of a gap-free chain of its agent's steps
        matched      the files beside it are the ones it tells of
        timestamped  an authority that you believe says that it was there at a time
        anchored     a chain holds a checkpoint over it (--anchors)
        equivocated  a log's key signed two histories that can't both be true (of a split view)

      Options:
        --model FILE      the model's file; without it the model is looked for by its digest in
                          FREEHOLD_CACHE/models (unless set, freehold in the user's cache folder)
        --require CLAIMS  claims that must be decided for the verdict Valid, with commas between them;
                          unless told otherwise all that the kind of file is for
        --node NODE       who must have signed: a name (did:key:z6Mk...), or the 64 hexadecimal digits of
                          a public key
        --log KEY         believe this log (a verifier key: name+hash+key) beside those of the signers;
                          repeatable
        --policy FILE     which logs count, and how many of which witnesses (C2SP tlog-policy, docs/formats/policy.md)
        --time-policy FILE  who is believed for time, and how many of them (docs/formats/timestamp.md)
        --anchors FILE    what a chain told whoever asked it ('freehold log anchors -o', docs/formats/anchor.md);
                          repeatable
        --owner NAME      who may have granted the mandates (did:key:z...); of a passkey
                          NAME,RELYING-PARTY,ORIGIN; repeatable; anybody unless given
        --beside PATH     what the file tells of (see above); repeatable where several make sense
        --key KEY         whose signature counts, where the file does not name its signer by a key: a PEM
                          file (PUBLIC KEY), or a name (did:key:z...); repeatable
        --authority FILE  certificates in PEM, the root last, in which those of a time stamp or of a model's
                          signer may end; repeatable
        --at TIME         the moment as of which mandates and certificates are judged (now unless given):
                          2026-11-23T22:15:00.000Z
        --threads N       threads of arithmetic; all processors unless told otherwise
        --kernel NAME     the lane of arithmetic (all give the same bits); the fastest unless told otherwise
        --json            print one JSON object
        --quiet           print nothing; the exit code says it
        --help            print this

      Exit code: 0 Valid, 1 Invalid, 2 Undecidable, 64 wrong use.
      """;

  /** More than any file that an option names may have. */
  private static final int FILE_LIMIT = (1 << 20) + 1;

  static Arguments parse(List<String> words) throws UsageException {
    Deque<String> rest = new ArrayDeque<>(words);
    String file = null;
    String model = null;
    Set<Claim> required = null;
    NodeId node = null;
    List<VerifierKey> logs = new ArrayList<>();
    List<Owner> owners = new ArrayList<>();
    List<String> beside = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    List<String> authorities = new ArrayList<>();
    String at = null;
    Policy policy = null;
    TimestampPolicy times = null;
    List<ChainWord> chains = new ArrayList<>();
    int threads = 0;
    String kernel = null;
    boolean json = false;
    boolean quiet = false;
    boolean help = false;
    boolean options = true;
    while (!rest.isEmpty()) {
      String word = rest.remove();
      if (options && word.startsWith("--") && word.contains("=")) {
        int equals = word.indexOf('=');
        rest.addFirst(word.substring(equals + 1));
        word = word.substring(0, equals);
        if (List.of("--json", "--quiet", "--help").contains(word)) {
          throw new UsageException(word + " takes no value");
        }
      }
      if (!options || !word.startsWith("-") || word.equals("-")) {
        if (file != null) {
          throw new UsageException(
              "one FILE at a time: both " + file + " and " + word + " are given");
        }
        file = word;
        continue;
      }
      switch (word) {
        case "--" -> options = false;
        case "--model" -> model = value(word, rest);
        case "--require" -> required = claims(value(word, rest));
        case "--node" -> {
          String text = value(word, rest);
          node =
              SignedCheck.readNode(text)
                  .orElseThrow(
                      () ->
                          new UsageException(
                              "--node takes a name (did:key:z6Mk...) or the 64 hexadecimal digits"
                                  + " of a public key, not '"
                                  + text
                                  + "'"));
        }
        case "--log" -> logs.add(log(value(word, rest)));
        case "--policy" -> policy = read(word, value(word, rest), Policy::parse);
        case "--time-policy" -> times = read(word, value(word, rest), TimestampPolicy::parse);
        case "--anchors" -> chains.add(read(word, value(word, rest), ChainWord::decode));
        case "--owner" -> owners.add(owner(value(word, rest)));
        case "--beside" -> beside.add(value(word, rest));
        case "--key" -> keys.add(value(word, rest));
        case "--authority" -> authorities.add(value(word, rest));
        case "--at" -> at = value(word, rest);
        case "--threads" -> threads = threads(value(word, rest));
        case "--kernel" -> kernel = value(word, rest);
        case "--json" -> json = true;
        case "--quiet", "-q" -> quiet = true;
        case "--help", "-h" -> help = true;
        default -> throw new UsageException("there is no option " + word);
      }
    }
    if (file == null && !help) {
      throw new UsageException("FILE is missing: a receipt, a proof or other evidence");
    }
    return new Arguments(
        file,
        model,
        new Demands(required, node, logs, owners, policy, times, chains),
        new Surroundings(beside, keys, authorities, at),
        threads,
        kernel,
        json,
        quiet,
        help);
  }

  private static String value(String option, Deque<String> rest) throws UsageException {
    if (rest.isEmpty()) {
      throw new UsageException(option + " needs a value");
    }
    return rest.remove();
  }

  /** What a file says that is given by its name. */
  private static <T> T read(String option, String file, Function<byte[], Parsed<T>> parse)
      throws UsageException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      bytes = in.readNBytes(FILE_LIMIT);
    } catch (IOException | InvalidPathException e) {
      throw new UsageException("the file " + file + " (" + option + ") cannot be read: " + e);
    }
    return switch (parse.apply(bytes)) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) ->
          throw new UsageException(file + " (" + option + ") is " + reason);
    };
  }

  private static Set<Claim> claims(String text) throws UsageException {
    Set<Claim> claims = EnumSet.noneOf(Claim.class);
    for (String word : text.split(",", -1)) {
      boolean known = false;
      for (Claim claim : Claim.values()) {
        if (claim.word().equals(word)) {
          claims.add(claim);
          known = true;
        }
      }
      if (!known) {
        throw new UsageException(
            "--require takes "
                + String.join(", ", Stream.of(Claim.values()).map(Claim::word).toList())
                + " with commas between them, not '"
                + word
                + "'");
      }
    }
    return claims;
  }

  private static VerifierKey log(String text) throws UsageException {
    return switch (VerifierKey.parse(text)) {
      case Parsed.Read<VerifierKey>(VerifierKey key) -> key;
      case Parsed.Malformed<VerifierKey>(String reason) ->
          throw new UsageException("--log takes a verifier key (name+hash+key): " + reason);
    };
  }

  /** A name; of a passkey also its relying party and origin, with commas between them. */
  private static Owner owner(String text) throws UsageException {
    List<String> parts = List.of(text.split(",", -1));
    Party party =
        Party.parse(parts.getFirst())
            .orElseThrow(
                () ->
                    new UsageException(
                        "--owner takes a name (did:key:z...), not '" + parts.getFirst() + "'"));
    return switch (parts.size()) {
      case 1 -> Owner.of(party);
      case 3 -> new Owner(party, new Owner.Passkey(parts.get(1), Set.of(parts.get(2)), 0));
      default ->
          throw new UsageException(
              "--owner takes NAME, or NAME,RELYING-PARTY,ORIGIN of a passkey, not '" + text + "'");
    };
  }

  private static int threads(String text) throws UsageException {
    if (text.matches("[1-9][0-9]{0,3}")) {
      return Integer.parseInt(text);
    }
    throw new UsageException("--threads takes a number from 1 to 9999, not '" + text + "'");
  }
}
