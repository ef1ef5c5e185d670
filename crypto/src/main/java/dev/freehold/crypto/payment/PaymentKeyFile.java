// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A payment key on disk (docs/formats/key-file.md), protected by the file's permissions alone. */
public final class PaymentKeyFile {
  private static final String FORMAT = "freehold-payment-key/1";
  private static final int LIMIT = 1024;

  private PaymentKeyFile() {}

  /**
   * Writes a fresh key.
   *
   * @throws FileAlreadyExistsException if there is a file of that name; it stays as it is
   */
  public static PaymentKey create(Path file, SecureRandom random) throws IOException {
    PaymentKey key = PaymentKey.generate(random);
    PrivateFile.create(file, encode(key), random);
    return key;
  }

  /**
   * Reads a key.
   *
   * @throws KeyFileException if others may read it, or it is not a key file of this format
   */
  public static PaymentKey load(Path file) throws IOException, KeyFileException {
    return switch (parse(PrivateFile.read(file, LIMIT))) {
      case Parsed.Read<PaymentKey>(PaymentKey key) -> key;
      case Parsed.Malformed<PaymentKey>(String reason) ->
          throw new KeyFileException(
              "the payment key file "
                  + file
                  + " cannot be used: "
                  + reason
                  + ". Put back a copy of it, or make another ('freehold chain key')");
    };
  }

  static byte[] encode(PaymentKey key) {
    Json.Obj line =
        Json.object()
            .put("account", key.address().toString())
            .put("format", FORMAT)
            .put("kind", "secp256k1")
            .put("secret", HexFormat.of().formatHex(key.secret()))
            .build();
    return (CanonicalJson.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the one encoding; no reason quotes the secret. */
  static Parsed<PaymentKey> parse(byte[] bytes) {
    try {
      Members members = new Members("the payment key", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT) || !members.string("kind").equals("secp256k1")) {
        throw new Members.MalformedException("its format or kind is another one");
      }
      String secret = members.string("secret");
      if (!secret.matches("[0-9a-f]{64}")) {
        throw new Members.MalformedException("its secret is not 64 lower-case hexadecimal digits");
      }
      PaymentKey key = PaymentKey.ofSecret(HexFormat.of().parseHex(secret));
      if (!members.string("account").equals(key.address().toString())) {
        throw new Members.MalformedException("its secret is not that of the account it names");
      }
      members.end();
      Members.requireSame(encode(key), bytes);
      return new Parsed.Read<>(key);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("its secret is outside of the group");
    }
  }
}
