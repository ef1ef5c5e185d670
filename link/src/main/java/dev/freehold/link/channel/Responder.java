// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.hpke.EncapsulationKey;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sealer;
import dev.freehold.crypto.hpke.Sender;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/** The end that is called. For one path; owned by one thread at a time. */
public final class Responder implements Greeted {
  private final byte[] transcript;
  private final byte[] reply;
  private final Sealer sealer;
  private final Opener opener;

  private Responder(byte[] transcript, byte[] reply, Sealer sealer, Opener opener) {
    this.transcript = transcript;
    this.reply = reply;
    this.sealer = sealer;
    this.opener = opener;
  }

  /** Decides on a hello, and makes the reply to it. */
  public static Greeted greet(SigningKey self, byte[] hello, SecureRandom random) {
    if (hello.length != Handshake.HELLO_BYTES) {
      return ChannelRefusal.MALFORMED;
    }
    if (hello[0] != Handshake.VERSION) {
      return ChannelRefusal.VERSION;
    }
    Optional<EncapsulationKey> ephemeral =
        EncapsulationKey.decode(
            Handshake.KEM, Arrays.copyOfRange(hello, 1 + Handshake.NONCE_BYTES, hello.length));
    if (ephemeral.isEmpty()) {
      return ChannelRefusal.MALFORMED;
    }
    Sender sender = Sender.setup(Handshake.AEAD, ephemeral.get(), Handshake.info(hello), random);
    byte[] nonce = new byte[Handshake.NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] head = Handshake.join(new byte[] {Handshake.VERSION}, nonce, sender.encapsulation());
    Handshake.Keys keys =
        new Handshake.Keys(sender.export(Handshake.EXPORT, Handshake.SECRET_BYTES), hello, head);
    Sealer sealer = keys.sealer("responder");
    byte[] signed = Handshake.join(Handshake.RESPONDER, Digest.sha256(hello, head).bytes());
    byte[] name = Handshake.join(self.verifyingKey().bytes(), self.sign(signed).bytes());
    byte[] reply = Handshake.join(head, sealer.seal(head, name));
    return new Responder(
        Digest.sha256(hello, reply).bytes(), reply, sealer, keys.opener("initiator"));
  }

  /** The second message. */
  public byte[] reply() {
    return reply.clone();
  }

  /** Decides on the confirmation: who called, proven over this very hello and reply. */
  public Met meet(byte[] confirmation) {
    if (confirmation.length != Handshake.CONFIRMATION_BYTES) {
      return ChannelRefusal.MALFORMED;
    }
    Optional<byte[]> proof = opener.open(transcript, confirmation);
    if (proof.isEmpty()) {
      return ChannelRefusal.ALTERED;
    }
    byte[] bytes = proof.get();
    Optional<VerifyingKey> key = VerifyingKey.decode(Arrays.copyOf(bytes, VerifyingKey.BYTES));
    Signature signature =
        Signature.of(Arrays.copyOfRange(bytes, VerifyingKey.BYTES, Handshake.NAME_BYTES));
    if (key.isEmpty()
        || !key.get().verify(Handshake.join(Handshake.INITIATOR, transcript), signature)) {
      return ChannelRefusal.FORGED;
    }
    ByteBuffer rest = ByteBuffer.wrap(bytes, Handshake.NAME_BYTES, Resumption.BYTES);
    return Resumption.decode(rest)
        .<Met>map(said -> new Met.Proven(NodeId.of(key.get()), said, new Channel(sealer, opener)))
        .orElse(ChannelRefusal.MALFORMED);
  }
}
