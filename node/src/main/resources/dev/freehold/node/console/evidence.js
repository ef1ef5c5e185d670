// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Checks evidence with the browser's own cryptography, without the server's word: docs/formats/receipt.md, transcript.md,
// entry.md, bundle.md, proof.md, note.md. What it can't check (the replay) it doesn't claim.

const utf8 = new TextEncoder();

/** RFC 8785. */
export function canonical(value) {
  if (Array.isArray(value)) {
    return "[" + value.map(canonical).join(",") + "]";
  }
  if (value !== null && typeof value === "object") {
    return "{" + Object.keys(value).sort().map((k) => JSON.stringify(k) + ":" + canonical(value[k])).join(",") + "}";
  }
  if (typeof value === "string" && !value.isWellFormed()) {
    throw new Error("a lone surrogate is not a character");
  }
  return JSON.stringify(value);
}

const bytesOf = (...parts) => {
  const all = parts.map((p) => (typeof p === "string" ? utf8.encode(p) : p));
  const out = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(...parts)));
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const saltOf = (text) => {
  if (!/^[0-9a-f]{32}$/.test(text)) {
    throw new Error("a salt has 32 lower-case hexadecimal digits");
  }
  return fromHex(text);
};
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const fromBase64 = (text) => {
  const binary = atob(text);
  if (btoa(binary) !== text) {
    throw new Error("base64 with stray bits");
  }
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
};
const same = (a, b) => hex(a) === hex(b);

/** The Ed25519 key that a did:key holds. */
export function keyOf(did) {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  if (!/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/.test(did)) {
    throw new Error("the node's name is no did:key of an Ed25519 key");
  }
  let number = 0n;
  for (const c of did.slice("did:key:z".length)) {
    number = number * 58n + BigInt(alphabet.indexOf(c));
  }
  const bytes = fromHex(number.toString(16).padStart(68, "0"));
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) {
    throw new Error("the node's name is no did:key of an Ed25519 key");
  }
  return bytes.slice(2);
}

async function signed(key, signature, message) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, bytesOf(message));
}

/** RFC 9162, section 2.1.3.2: the root that a leaf and its path lead to, or null where the path has another length. */
export async function rootOf(leaf, index, size, path) {
  let fn = index;
  let sn = size - 1n;
  let r = leaf;
  for (const p of path) {
    if (sn === 0n) {
      return null;
    }
    if ((fn & 1n) === 1n || fn === sn) {
      r = await sha256(Uint8Array.of(1), p, r);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = await sha256(Uint8Array.of(1), r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n ? r : null;
}

/** `extra` says whether the proof holds the bytes of its entry. */
function parseProof(text, extra) {
  const end = text.indexOf("\n\n");
  const [form, ...lines] = text.slice(0, end).split("\n");
  const note = text.slice(end + 2);
  const held = extra ? /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(lines.shift() ?? "") : [];
  if (end < 0 || form !== "c2sp.org/tlog-proof@v1" || held === null || !/^index (0|[1-9][0-9]*)$/.test(lines[0] ?? "")) {
    throw new Error("the proof is no C2SP tlog-proof" + (extra ? " with its entry" : ""));
  }
  const split = note.lastIndexOf("\n\n");
  const body = note.slice(0, split + 1);
  const [origin, size, root] = body.split("\n");
  if (!note.endsWith("\n") || note.endsWith("\n\n")) {
    throw new Error("the checkpoint's signatures end with one line feed");
  }
  if (split < 0 || !/^(0|[1-9][0-9]*)$/.test(size ?? "")) {
    throw new Error("the checkpoint is none");
  }
  return {
    extra: extra ? fromBase64(held[1]) : undefined,
    index: BigInt(lines[0].slice("index ".length)),
    path: lines.slice(1).map(fromBase64),
    body,
    origin,
    size: BigInt(size),
    root: fromBase64(root),
    signatures: note.slice(split + 2).split("\n").slice(0, -1),
  };
}

function requireMembers(what, object, due, allowed) {
  const names = Object.keys(object ?? {});
  const missing = due.find((name) => !names.includes(name));
  const unknown = names.find((name) => !due.includes(name) && !allowed.includes(name));
  if (missing !== undefined || unknown !== undefined) {
    throw new Error(missing !== undefined ? what + " lacks " + missing : what + " has an unknown member " + unknown);
  }
}

function transcriptOf(object) {
  requireMembers("the transcript", object, ["format", "outputs", "receipt", "request", "response", "salts"], []);
  requireMembers("the transcript's salts", object.salts, ["request", "response"], []);
  if (object.format !== "freehold-transcript/1") {
    throw new Error("the transcript has another format");
  }
  return object;
}

/** What a file of evidence says, by its form; throws where it has none. */
export function parse(text) {
  let root;
  try {
    root = JSON.parse(text);
  } catch {
    throw new Error("the file is not JSON");
  }
  if (root === null || typeof root !== "object" || canonical(root) !== text) {
    throw new Error("the file is not canonical JSON: its bytes were changed");
  }
  switch (root.format) {
    case "freehold-receipt/1":
      return { receipt: root };
    case "freehold-transcript/1":
      return { receipt: root.receipt, transcript: transcriptOf(root) };
    case "freehold-bundle/1": {
      requireMembers("the bundle", root, ["entries", "format"], ["timestamps", "transcript"]);
      const proven = root.entries?.find((e) => e.entry?.kind === "receipt");
      if (proven === undefined) {
        throw new Error("the bundle holds no receipt");
      }
      return {
        receipt: proven.entry.record,
        transcript: root.transcript === undefined ? undefined : transcriptOf(root.transcript),
        entry: proven.entry,
        proof: parseProof(proven.proof, false),
      };
    }
    default:
      throw new Error("the file is no receipt, transcript or bundle");
  }
}

async function receiptSigned({ receipt }) {
  const { signature, ...rest } = receipt;
  if (typeof signature !== "string" || !/^[A-Za-z0-9_-]{86}$/.test(signature)) {
    return "it has no signature";
  }
  const bytes = fromBase64(signature.replaceAll("-", "+").replaceAll("_", "/") + "==");
  return (await signed(keyOf(receipt.node), bytes, canonical(rest)))
    ? null : "the signature is not the node's over this receipt";
}

async function transcriptOpens({ receipt, transcript }) {
  const { salts, request, response, outputs } = transcript;
  if (canonical(transcript.receipt) !== canonical(receipt)) {
    return "the transcript is of another receipt";
  }
  if ("sha256:" + hex(await sha256(saltOf(salts.request), request)) !== receipt.request) {
    return "the request is not what the receipt was signed for";
  }
  if ("sha256:" + hex(await sha256(saltOf(salts.response), canonical(response))) !== receipt.response) {
    return "the answer is not what the receipt was signed for";
  }
  if (outputs.length !== receipt.choices.length) {
    return "the transcript has another number of answers";
  }
  for (const [i, choice] of receipt.choices.entries()) {
    if (!Array.isArray(outputs[i]) || outputs[i].some((id) => !Number.isInteger(id) || id < 0 || id >= 2 ** 32)) {
      return "the tokens are no tokens";
    }
    const ids = new DataView(new ArrayBuffer(4 * outputs[i].length));
    outputs[i].forEach((id, at) => ids.setUint32(4 * at, id));
    const digest = await sha256(saltOf(salts.response), new Uint8Array(ids.buffer));
    if ("sha256:" + hex(digest) !== choice.tokens) {
      return "the tokens are not what the receipt was signed for";
    }
  }
  return null;
}

async function leads(what, bytes, proof) {
  const leaf = await sha256(Uint8Array.of(0), bytes);
  const root = proof.index < proof.size ? await rootOf(leaf, proof.index, proof.size, proof.path) : null;
  return root !== null && same(root, proof.root) ? null : "the path from the " + what + " does not lead to the checkpoint's root";
}

async function checkpointSigned(node, proof) {
  const name = "freehold.internal/" + node.slice("did:key:".length);
  if (proof.origin !== name) {
    return "the checkpoint is of another log";
  }
  const key = keyOf(node);
  const id = (await sha256(name, "\n", Uint8Array.of(1), key)).slice(0, 4);
  for (const line of proof.signatures) {
    const [dash, who, base64, more] = line.split(" ");
    if (dash !== "\u2014" || !who || !base64 || more !== undefined) {
      return "a signature of the checkpoint is none";
    }
    const bytes = who === name ? fromBase64(base64) : new Uint8Array();
    if (same(bytes.slice(0, 4), id)) {
      return (await signed(key, bytes.slice(4), proof.body)) ? null : "the checkpoint's signature is wrong";
    }
  }
  return "the checkpoint is not signed by the log";
}

const logged = async ({ receipt, entry, proof }) =>
  (await leads("receipt", canonical(entry), proof)) ?? checkpointSigned(receipt.node, proof);

/**
 * Checks a proof that holds its entry. Never throws: bad evidence is a verdict.
 *
 * @param node whose log it must be, by its name
 * @param index of the entry that was asked for
 */
export async function checkProof(text, node, index) {
  let proof;
  try {
    proof = parseProof(text, true);
    if (proof.index !== BigInt(index)) {
      throw new Error("the proof is of entry " + proof.index);
    }
  } catch (e) {
    return { verdict: "Invalid", claims: [{ name: "form", verdict: "Invalid", reason: e.message }] };
  }
  const claims = [];
  await claimed(claims, "included", () => leads("entry", proof.extra, proof));
  await claimed(claims, "checkpoint", () => checkpointSigned(node, proof));
  return { ...judged(claims), entry: new TextDecoder().decode(proof.extra), size: proof.size };
}

async function claimed(claims, name, verify) {
  let reason;
  try {
    reason = await verify();
  } catch (e) {
    reason = e.message;
  }
  claims.push({ name, verdict: reason === null ? "Valid" : "Invalid", reason });
}

const judged = (claims) => ({ verdict: claims.every((c) => c.verdict === "Valid") ? "Valid" : "Invalid", claims });

/** The id of a receipt: of the bytes that are signed. */
export async function idOf(receipt) {
  const { signature: _, ...rest } = receipt;
  return "r-" + hex(await sha256(canonical(rest))).slice(0, 20);
}

/**
 * Checks a file of evidence. Never throws: bad evidence is a verdict.
 *
 * @param expected the id that the receipt should have, if one is known
 */
export async function check(text, expected) {
  const claims = [];
  let file;
  try {
    file = parse(text);
    if (expected !== undefined && (await idOf(file.receipt)) !== expected) {
      return { verdict: "Invalid", claims: [{ name: "receipt", verdict: "Invalid", reason: "it is another receipt, or was changed" }] };
    }
  } catch (e) {
    return { verdict: "Invalid", claims: [{ name: "form", verdict: "Invalid", reason: e.message }] };
  }
  await claimed(claims, "signed", () => receiptSigned(file));
  if (file.transcript !== undefined) {
    await claimed(claims, "transcript", () => transcriptOpens(file));
  }
  if (file.entry !== undefined) {
    await claimed(claims, "logged", () => logged(file));
  }
  return { ...judged(claims), file };
}
