// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.serve;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder of a witness: its keys, and the logs it cosigns (docs/formats/witness.md). */
public final class WitnessFolder {
  private static final String PREFIX = "freehold.internal/witness/";
  private static final String METHOD = "did:key:";
  private static final String PURPOSE = "freehold witness ML-DSA-44";

  private WitnessFolder() {}

  /**
   * The keys in a folder, made where there are none.
   *
   * @param nameOrNull the keys' name, or null for the one that follows from the key
   * @param passphrases asked where the key file is sealed
   */
  public static List<NoteSigner> signers(
      Path folder, @Nullable String nameOrNull, PassphraseSource passphrases)
      throws IOException, WitnessException {
    PrivateFolder.make(folder);
    try {
      SigningKey key =
          KeyFile.loadOrCreate(folder.resolve("witness.key"), passphrases, new SecureRandom());
      KeyName name =
          new KeyName(
              nameOrNull == null
                  ? PREFIX + key.nodeId().toString().substring(METHOD.length())
                  : nameOrNull);
      return List.of(
          NoteSigner.cosigner(name, key), NoteSigner.cosigner(name, key.companion(PURPOSE)));
    } catch (KeyFileException | IllegalArgumentException e) {
      throw new WitnessException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The logs that the file {@code logs} of a folder names; none where there is no file. */
  public static List<VerifierKey> logs(Path folder) throws IOException, WitnessException {
    Path file = folder.resolve("logs");
    List<VerifierKey> logs = new ArrayList<>();
    if (!Files.exists(file)) {
      return logs;
    }
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        logs.add(log(line.strip(), file + ", line " + number));
      }
    }
    return logs;
  }

  /** A log's key, as a person gives it. */
  public static VerifierKey log(String text, String where) throws WitnessException {
    return switch (VerifierKey.parse(text)) {
      case Parsed.Read<VerifierKey>(VerifierKey key) -> key;
      case Parsed.Malformed<VerifierKey>(String reason) ->
          throw new WitnessException(where + ": " + reason);
    };
  }
}
