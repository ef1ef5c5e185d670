// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Digest;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * An invite: what is pasted on the other machine. It names who invites, and holds no secret.
 *
 * @param tier whose machines the two will be to each other
 * @param inviter who invites, and where it is to be found
 * @param id which invite of the inviter's
 * @param commitment to the secret that the inviter shows when the invite is used
 * @param expires when it ends, in whole seconds, by the inviter's clock
 */
public record Invite(
    Tier tier, NodeAddress inviter, InviteId id, Digest commitment, Instant expires) {
  /** With what the line begins. */
  public static final String PREFIX = "freehold-invite-";

  private static final int CHECK = 4;

  /**
   * Checks the tier.
   *
   * @throws IllegalArgumentException if it is a stranger's
   */
  public Invite {
    var _ = tier.ofMember();
  }

  /** Reads the line to paste; spaces around it don't matter to a person, and are not taken. */
  public static Parsed<Invite> parse(String text) {
    if (!text.startsWith(PREFIX) || text.length() > 2 * Wire.LIMIT) {
      return new Parsed.Malformed<>("an invite is one line that begins with " + PREFIX);
    }
    try {
      Invite invite = decode(Base64.getUrlDecoder().decode(text.substring(PREFIX.length())));
      return invite.toString().equals(text)
          ? new Parsed.Read<>(invite)
          : new Parsed.Malformed<>("it is not written as invites are");
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("it was cut or mistyped: copy the whole line again");
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Invite decode(byte[] bytes) throws MalformedException {
    if (bytes.length > Wire.LIMIT || bytes.length < CHECK) {
      throw new MalformedException("an invite has at most " + Wire.LIMIT + " bytes");
    }
    int end = bytes.length - CHECK;
    byte[] body = Arrays.copyOf(bytes, end);
    if (!Arrays.equals(check(body), Arrays.copyOfRange(bytes, end, bytes.length))) {
      throw new MalformedException("it was cut or mistyped: copy the whole line again");
    }
    ByteBuffer from = ByteBuffer.wrap(body);
    if (Wire.one(from) != 1) {
      throw new MalformedException(
          "it is of another version: update the older of the two machines");
    }
    int tier = Wire.one(from);
    if (tier != 1 && tier != 2) {
      throw new MalformedException("its tier is neither own nor invited");
    }
    NodeId node = Wire.node(from);
    InviteId id = InviteId.of(Wire.take(from, InviteId.BYTES));
    Digest commitment = Digest.of(Wire.take(from, Digest.BYTES));
    Instant expires = Wire.time(from);
    NodeAddress inviter = Wire.places(from, node);
    Wire.end(from);
    return new Invite(tier == 1 ? Tier.OWN : Tier.INVITED, inviter, id, commitment, expires);
  }

  byte[] bytes() {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    to.write(1);
    to.write(tier == Tier.OWN ? 1 : 2);
    to.writeBytes(inviter.node().key().bytes());
    to.writeBytes(id.bytes());
    to.writeBytes(commitment.bytes());
    Wire.time(to, expires);
    Wire.places(to, inviter);
    to.writeBytes(check(to.toByteArray()));
    return to.toByteArray();
  }

  private static byte[] check(byte[] body) {
    return Arrays.copyOf(Digest.sha256(body).bytes(), CHECK);
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
  }
}
