# SPDX-FileCopyrightText: The Freehold authors
# SPDX-License-Identifier: Apache-2.0
"""Other people's implementations of COSE, OpenSSF Model Signing, RFC 3161, DSSE and ML-DSA look at what
Freehold wrote into a folder, print a line for each check, and write something of their own."""

import base64
import hashlib
import json
import struct
import sys
import time
from pathlib import Path

import cbor2
import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cwt import COSE, COSEKey
from dilithium_py.ml_dsa import ML_DSA_44
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


def cosigned(text, name, seconds):
    """What an ML-DSA-44 cosignature signs (C2SP tlog-cosignature)."""
    origin, size, root = text.split("\n")[:3]
    return b"".join(
        [
            b"subtree/v1\n\0",
            bytes([len(name)]) + name.encode(),
            struct.pack(">Q", seconds),
            bytes([len(origin)]) + origin.encode(),
            struct.pack(">QQ", 0, int(size)),
            base64.b64decode(root),
        ]
    )


def key_id(name, key):
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def cosignatures():
    name, number, key = read("pq-witness.vkey").decode().split("+", 2)
    key = base64.b64decode(key)
    note = read("pq-cosigned").decode()
    body, lines = note.split("\n\n", 1)
    text = body + "\n"
    line = next(l for l in lines.splitlines() if l.startswith(f"\u2014 {name} "))
    blob = base64.b64decode(line.split(" ")[2])
    seconds = struct.unpack(">Q", blob[4:12])[0]

    def verify(message, signature):
        assert key[0] == 6 and len(key) == 1 + 1312 and len(signature) == 2420
        assert blob[:4] == key_id(name, key) == bytes.fromhex(number)
        assert ML_DSA_44.verify(key[1:], message, signature)

    message = cosigned(text, name, seconds)
    accepts("dilithium-py verifies our ML-DSA-44 cosignature", lambda: verify(message, blob[12:]))
    refuses(
        "dilithium-py refuses our ML-DSA-44 cosignature at another time",
        lambda: verify(cosigned(text, name, seconds + 1), blob[12:]),
    )
    refuses(
        "dilithium-py refuses our ML-DSA-44 cosignature with a changed byte",
        lambda: verify(message, changed(blob[12:], 1000)),
    )

    theirs = "witness.py.example"
    public, secret = ML_DSA_44.keygen()
    public = b"\6" + public
    at = int(time.time())
    signature = ML_DSA_44.sign(secret, cosigned(text, theirs, at))
    ours = "\n".join(l for l in lines.splitlines() if l != line) + "\n"
    for file, byte in (("py-cosigned", None), ("py-cosigned-changed", 2000)):
        signed = signature if byte is None else changed(signature, byte)
        blob = key_id(theirs, public) + struct.pack(">Q", at) + signed
        encoded = base64.b64encode(blob).decode()
        (folder / file).write_text(f"{text}\n{ours}\u2014 {theirs} {encoded}\n", "utf-8")
    (folder / "py-witness.vkey").write_text(
        f"{theirs}+{key_id(theirs, public).hex()}+{base64.b64encode(public).decode()}"
    )
    print("ok dilithium-py wrote an ML-DSA-44 cosignature of its own")


cose()
models()
stamps()
envelopes()
cosignatures()
