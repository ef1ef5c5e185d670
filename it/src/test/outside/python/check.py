# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
"""Other people's implementations of COSE, OpenSSF Model Signing, RFC 3161 and DSSE look at what
Freehold wrote into a folder, print a line for each check, and write something of their own."""

import json
import sys
from pathlib import Path

import cbor2
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cwt import COSE, COSEKey
from model_signing import signing, verifying
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

folder = Path(sys.argv[1])


def read(name):
    return (folder / name).read_bytes()


def accepts(name, check):
    try:
        check()
        print("ok " + name)
    except Exception as e:
        print(f"not ok {name}: {type(e).__name__} {e}")


def refuses(name, check):
    try:
        check()
    except Exception:
        print("ok " + name)
        return
    print(f"not ok {name}: it was accepted")


def changed(data, at):
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


def pem(key):
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def cose():
    raw = bytes.fromhex(read("node.hex").decode())
    key = COSEKey.new({1: 1, 3: -8, -1: 6, -2: raw})
    statement = read("statement.cose")

    def verify(data):
        protected, _, payload = COSE.new().decode_with_headers(data, [key])
        assert payload == read("entry"), "the payload is not the entry"
        assert protected[3] == "application/vnd.freehold.entry+json"
        assert protected[15][1] == read("node.did").decode()

    accepts("cwt verifies our signed statement", lambda: verify(statement))
    refuses("cwt refuses our statement with a changed byte", lambda: verify(changed(statement, -70)))

    theirs = ec.generate_private_key(ec.SECP256R1())
    private = theirs.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signed = COSE.new().encode_and_sign(
        b"a payload of others",
        COSEKey.from_pem(private, alg="ES256"),
        protected={1: -7, 3: "text/plain", 15: {1: "https://py.example", 2: "something"}},
        unprotected={},
    )
    (folder / "py-statement.cose").write_bytes(signed)
    (folder / "py-statement.pem").write_bytes(pem(theirs.public_key()))
    print("ok cwt wrote a statement of its own (%d bytes)" % len(cbor2.loads(signed).value[2]))


def models():
    def verify(model):
        verifying.Config().use_elliptic_key_verifier(public_key=folder / "model.pem").verify(
            folder / model, folder / model / "model.sig"
        )

    accepts("model-signing verifies our signature of a model", lambda: verify("model"))
    refuses("model-signing refuses our signature of a changed model", lambda: verify("changed-model"))
    signing.Config().use_elliptic_key_signer(private_key=folder / "model.key").sign(
        folder / "py-model", folder / "py-model" / "model.sig"
    )
    print("ok model-signing signed a model of its own")


def stamps():
    root = x509.load_pem_x509_certificate(read("tsa-root.pem"))
    response = read("checkpoint.tsr")
    verifier = rfc3161_client.VerifierBuilder(roots=[root]).build()

    def verify(data, message):
        answer = rfc3161_client.decode_timestamp_response(data)
        assert verifier.verify_message(answer, message)

    accepts(
        "rfc3161-client agrees that the checkpoint was stamped",
        lambda: verify(response, read("log/checkpoint")),
    )
    refuses(
        "rfc3161-client refuses the stamp for another message",
        lambda: verify(response, read("entry")),
    )
    refuses(
        "rfc3161-client refuses the stamp with a changed byte",
        lambda: verify(changed(response, -5), read("log/checkpoint")),
    )


def envelopes():
    name = read("node.did").decode()
    raw = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(read("node.hex").decode()))
    key = SSlibKey.from_crypto(raw, keyid=name)
    envelope = json.loads(read("receipt.dsse.json"))

    def verify(data):
        Envelope.from_dict(json.loads(json.dumps(data))).verify([key], 1)

    accepts("securesystemslib verifies our envelope", lambda: verify(envelope))
    other = dict(envelope, payloadType="text/plain")
    refuses("securesystemslib refuses our envelope with another type", lambda: verify(other))

    signer = CryptoSigner.generate_ed25519()
    theirs = Envelope(b"a payload of others", "text/plain", {})
    theirs.sign(signer)
    (folder / "py.dsse.json").write_text(json.dumps(theirs.to_dict()))
    public = bytes.fromhex(signer.public_key.keyval["public"])
    (folder / "py-dsse.pem").write_bytes(pem(ed25519.Ed25519PublicKey.from_public_bytes(public)))
    print("ok securesystemslib wrote an envelope of its own")


cose()
models()
stamps()
envelopes()
