// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentSignature;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * That one holder has both an evidence key and a payment account, signed by both
 * (docs/formats/key-binding.md).
 *
 * @param node the evidence key
 * @param account the payment key's account
 * @param issued of two bindings of one node the later counts
 * @param signature the evidence key's, not yet believed
 * @param payment the payment key's, not yet believed
 */
public record KeyBinding(
    NodeId node, Address account, Timestamp issued, Signature signature, PaymentSignature payment) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-key-binding/1";

  private static final int LIMIT = 1024;
  private static final String PERSONAL = "\u0019Ethereum Signed Message:\n";

  /** Signs with both keys. */
  public static KeyBinding sign(SigningKey evidence, PaymentKey money, Timestamp issued) {
    byte[] text = text(evidence.nodeId(), money.address(), issued);
    return new KeyBinding(
        evidence.nodeId(),
        money.address(),
        issued,
        evidence.sign(text),
        money.sign(personal(text)));
  }

  /** Why it binds nothing; empty where both keys signed it. */
  public Optional<String> fault() {
    byte[] text = text(node, account, issued);
    if (!node.key().verify(text, signature)) {
      return Optional.of("the evidence key " + node + " did not sign this binding");
    }
    if (payment.signer(personal(text)).filter(account::equals).isEmpty()) {
      return Optional.of("the payment key of " + account + " did not sign this binding");
    }
    return Optional.empty();
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The binding as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return unsigned(node, account, issued)
        .with("payment", Json.of(payment.toString()))
        .with("signature", Json.of(signature.toString()));
  }

  /** Reads the one encoding; whether it binds anything is {@link #fault} to say. */
  public static Parsed<KeyBinding> decode(byte[] bytes) {
    try {
      KeyBinding binding = read(new Members("the binding", Members.parse(bytes, LIMIT)));
      Members.requireSame(binding.encode(), bytes);
      return new Parsed.Read<>(binding);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not a key binding: " + e.reason());
    }
  }

  /** Reads the members of a binding that is embedded elsewhere, all of them. */
  public static KeyBinding read(Members members) throws Members.MalformedException {
    if (!members.string("format").equals(FORMAT)) {
      throw new Members.MalformedException("its format is not " + FORMAT);
    }
    KeyBinding binding =
        new KeyBinding(
            members.typed("node", text -> required(NodeId.parse(text), "a did:key")),
            members.typed("account", text -> required(Address.parse(text), "an address")),
            members.typed("issued", Timestamp::parse),
            members.typed("signature", Signature::parse),
            members.typed(
                "payment",
                text -> required(PaymentSignature.parse(text), "r, s and v in hexadecimal")));
    members.end();
    return binding;
  }

  private static <T> T required(Optional<T> value, String due) {
    return value.orElseThrow(() -> new IllegalArgumentException("it is not " + due));
  }

  private static byte[] text(NodeId node, Address account, Timestamp issued) {
    return CanonicalJson.bytes(unsigned(node, account, issued));
  }

  private static Json.Obj unsigned(NodeId node, Address account, Timestamp issued) {
    return Json.object()
        .put("account", account.toString())
        .put("format", FORMAT)
        .put("issued", issued.toString())
        .put("node", node.toString())
        .build();
  }

  /** What a wallet signs of a text (EIP-191, version 0x45): no transaction and no typed data. */
  private static Keccak256 personal(byte[] text) {
    return Keccak256.hash(
        PERSONAL.getBytes(StandardCharsets.US_ASCII),
        Integer.toString(text.length).getBytes(StandardCharsets.US_ASCII),
        text);
  }
}
