// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.hpke.DecapsulationKey;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Recipient;
import dev.freehold.crypto.hpke.Sealer;
import dev.freehold.record.Digest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/** The end that calls. For one path; owned by one thread at a time. */
public final class Initiator {
  private final SigningKey self;
  private final NodeId called;
  private final DecapsulationKey ephemeral;
  private final byte[] hello;

  /** Makes a fresh key for one path to the node that is called. */
  public Initiator(SigningKey self, NodeId called, SecureRandom random) {
    this.self = self;
    this.called = called;
    this.ephemeral = DecapsulationKey.generate(Handshake.KEM, random);
    byte[] nonce = new byte[Handshake.NONCE_BYTES];
    random.nextBytes(nonce);
    this.hello =
        Handshake.join(new byte[] {Handshake.VERSION}, nonce, ephemeral.encapsulationKey().bytes());
  }

  /** The first message. */
  public byte[] hello() {
    return hello.clone();
  }

  /** Decides on the reply: whether it is the called node's, to this very hello. */
  public Answer answer(byte[] reply, Resumption own) {
    if (reply.length != Handshake.REPLY_BYTES) {
      return ChannelRefusal.MALFORMED;
    }
    if (reply[0] != Handshake.VERSION) {
      return ChannelRefusal.VERSION;
    }
    byte[] head = Arrays.copyOf(reply, Handshake.REPLY_HEAD_BYTES);
    byte[] encapsulation = Arrays.copyOfRange(head, 1 + Handshake.NONCE_BYTES, head.length);
    Optional<Recipient> recipient =
        Recipient.setup(Handshake.AEAD, ephemeral, encapsulation, Handshake.info(hello));
    if (recipient.isEmpty()) {
      return ChannelRefusal.ALTERED;
    }
    Handshake.Keys keys =
        new Handshake.Keys(
            recipient.get().export(Handshake.EXPORT, Handshake.SECRET_BYTES), hello, head);
    Opener opener = keys.opener("responder");
    Optional<byte[]> name = opener.open(head, reply, head.length, reply.length - head.length);
    if (name.isEmpty()) {
      return ChannelRefusal.ALTERED;
    }
    byte[] key = Arrays.copyOf(name.get(), VerifyingKey.BYTES);
    if (!Arrays.equals(key, called.key().bytes())) {
      return ChannelRefusal.OTHER_NODE;
    }
    Signature signature =
        Signature.of(Arrays.copyOfRange(name.get(), VerifyingKey.BYTES, Handshake.NAME_BYTES));
    byte[] signed = Handshake.join(Handshake.RESPONDER, Digest.sha256(hello, head).bytes());
    if (!called.key().verify(signed, signature)) {
      return ChannelRefusal.FORGED;
    }
    byte[] transcript = Digest.sha256(hello, reply).bytes();
    byte[] proof =
        Handshake.join(
            self.verifyingKey().bytes(),
            self.sign(Handshake.join(Handshake.INITIATOR, transcript)).bytes(),
            own.bytes());
    Sealer sealer = keys.sealer("initiator");
    return new Answer.Proven(sealer.seal(transcript, proof), new Channel(sealer, opener));
  }
}
