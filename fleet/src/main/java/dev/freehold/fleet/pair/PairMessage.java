// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.MemberName;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;

/** What the two say to each other (docs/formats/pairing.md). */
sealed interface PairMessage {
  /** The joiner's. */
  record Join(InviteId invite, Drawn nonce, Instant time, MemberName name, NodeAddress address)
      implements PairMessage {}

  /** The inviter's, where all is well. */
  record Accepted(Drawn secret, Instant time, MemberName name, NodeAddress address)
      implements PairMessage {}

  /** The inviter's, where it is not. */
  record Refused(PairRefusal why) implements PairMessage {}

  /** The one encoding. */
  default byte[] bytes() {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    switch (this) {
      case Join join -> {
        to.write(1);
        to.writeBytes(join.invite.bytes());
        to.writeBytes(join.nonce.bytes());
        Wire.time(to, join.time);
        Wire.name(to, join.name);
        Wire.places(to, join.address);
      }
      case Accepted accepted -> {
        to.write(2);
        to.writeBytes(accepted.secret.bytes());
        Wire.time(to, accepted.time);
        Wire.name(to, accepted.name);
        Wire.places(to, accepted.address);
      }
      case Refused refused -> {
        to.write(3);
        to.write(refused.why.code());
      }
    }
    return to.toByteArray();
  }

  /** Reads what {@code peer} says: its key is known from the link. */
  static Parsed<PairMessage> parse(byte[] bytes, NodeId peer) {
    try {
      if (bytes.length > Wire.LIMIT) {
        throw new MalformedException("a message has at most " + Wire.LIMIT + " bytes");
      }
      ByteBuffer from = ByteBuffer.wrap(bytes);
      PairMessage message = read(from, peer);
      Wire.end(from);
      return new Parsed.Read<>(message);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static PairMessage read(ByteBuffer from, NodeId peer) throws MalformedException {
    int kind = Wire.one(from);
    return switch (kind) {
      case 1 ->
          new Join(
              InviteId.of(Wire.take(from, InviteId.BYTES)),
              Drawn.of(Wire.take(from, Drawn.BYTES)),
              Wire.time(from),
              Wire.name(from),
              Wire.places(from, peer));
      case 2 ->
          new Accepted(
              Drawn.of(Wire.take(from, Drawn.BYTES)),
              Wire.time(from),
              Wire.name(from),
              Wire.places(from, peer));
      case 3 -> {
        int code = Wire.one(from);
        for (PairRefusal why : PairRefusal.values()) {
          if (why.code() == code) {
            yield new Refused(why);
          }
        }
        throw new MalformedException("its refusal has no reason");
      }
      default -> throw new MalformedException("there is no message of kind " + kind);
    };
  }
}
