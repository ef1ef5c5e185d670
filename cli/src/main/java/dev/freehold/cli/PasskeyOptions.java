// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.cli.passkey.Draft;
import dev.freehold.cli.passkey.SigningPage;
import dev.freehold.evidence.mandate.Owner;
import java.io.IOException;
import java.net.BindException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Signing with a passkey instead of a key file. */
final class PasskeyOptions {
  private static final Pattern ORIGIN =
      Pattern.compile("http://" + SigningPage.RELYING_PARTY + ":([1-9][0-9]{0,4})");

  @Option(
      names = "--passkey",
      description = "Sign with a passkey, in a browser on this machine; prints the page to open.")
  private boolean passkey;

  @Option(
      names = "--owner",
      paramLabel = "NAME,localhost,ORIGIN",
      description = "Whose passkey it is (with --passkey); without it the page makes one.")
  private @Nullable String owner;

  @Option(
      names = "--page-port",
      paramLabel = "PORT",
      description = {
        "Where a new passkey is made and from then on asked: it is a part of the owner's origin",
        "(0 for any free one; default ${DEFAULT-VALUE})."
      })
  private int port = 8405;

  @Option(names = "--minutes", description = "How long the page waits (default ${DEFAULT-VALUE}).")
  private int minutes = 5;

  boolean wanted() {
    return passkey;
  }

  /** Refuses what contradicts itself. */
  void check(boolean keyFile, boolean newPasskeyIsOfNoUse) throws Verb.Failure {
    if (!passkey && owner != null) {
      throw new Verb.Failure("--owner names a passkey's owner: give --passkey too");
    }
    if (passkey && keyFile) {
      throw new Verb.Failure("either --key or --passkey signs");
    }
    if (passkey && newPasskeyIsOfNoUse && owner == null) {
      throw new Verb.Failure(
          "name with --owner whose passkey signs: a new one holds no part in this chain");
    }
    if (minutes < 1 || minutes > 60) {
      throw new Verb.Failure("--minutes goes from 1 to 60");
    }
    if (port < 0 || port > 65_535) {
      throw new Verb.Failure("--page-port goes from 0 to 65535");
    }
  }

  /** Shows the draft and waits for its signature. */
  <T> T sign(Draft<T> draft, Screen screen) throws Verb.Failure, InterruptedException, IOException {
    Owner known = owner == null ? null : owner(owner);
    int at = known == null ? port : port(known);
    try (SigningPage<T> page =
        SigningPage.open(
            draft,
            known,
            at,
            new SecureRandom(),
            made -> screen.note("The passkey's owner, for --owner from now on:\n" + made))) {
      screen.note("Open this page in a browser on this machine (Ctrl-C ends it):");
      screen.note(page.address().toString());
      return page.await(Duration.ofMinutes(minutes))
          .orElseThrow(
              () ->
                  new Verb.Failure(
                      "nobody signed within " + minutes + " minutes; nothing was written"));
    } catch (BindException e) {
      throw new Verb.Failure(
          "port "
              + at
              + " of localhost can't be had ("
              + e.getMessage()
              + "). It is a part of the owner's origin: end what uses it"
              + (known == null ? ", or choose another --page-port" : ""));
    }
  }

  private static Owner owner(String text) throws Verb.Failure {
    return Owner.parse(text)
        .filter(o -> o.passkeyOrNull() != null)
        .orElseThrow(
            () ->
                new Verb.Failure(
                    "--owner takes NAME,localhost,ORIGIN of a passkey, not '" + text + "'"));
  }

  private static int port(Owner owner) throws Verb.Failure {
    Owner.Passkey known = owner.passkeyOrNull();
    if (known != null && known.relyingParty().equals(SigningPage.RELYING_PARTY)) {
      Matcher origin = ORIGIN.matcher(String.join(" ", known.origins()));
      if (origin.matches() && Integer.parseInt(origin.group(1)) <= 65_535) {
        return Integer.parseInt(origin.group(1));
      }
    }
    throw new Verb.Failure(
        "this page can ask passkeys of localhost at http://localhost:PORT only, and "
            + owner
            + " is another's");
  }
}
