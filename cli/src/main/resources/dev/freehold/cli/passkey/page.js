// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
"use strict";

const element = (id) => document.getElementById(id);
const say = (text) => { element("told").textContent = text; };
const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

let relyingParty = "";

async function ask(path, body) {
  const request = body === undefined
    ? {}
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, request);
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

function show(state) {
  relyingParty = state.relyingParty;
  element("registration").hidden = state.owner !== undefined;
  element("signature").hidden = state.owner === undefined;
  element("owner").textContent = state.owner ?? "";
  element("text").textContent = state.text ?? "";
}

async function register() {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { id: relyingParty, name: "Freehold" },
      user: {
        id: crypto.getRandomValues(new Uint8Array(16)),
        name: "Freehold owner",
        displayName: "Freehold owner",
      },
      // Nothing is attested, so nobody reads this challenge; the signature's is the one that counts.
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -8 }],
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
      attestation: "none",
    },
  });
  const key = credential.response.getPublicKey();
  if (key === null) {
    throw new Error("this browser does not know the passkey's kind of key");
  }
  show(await ask("passkey", { key: base64url(key) }));
  say("The passkey is made. Its name is in your terminal too: keep it for --owner.");
}

async function sign() {
  // The challenge is made of the very text that is on the screen.
  const shown = new TextEncoder().encode(element("text").textContent);
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: await crypto.subtle.digest("SHA-256", shown),
      rpId: relyingParty,
      userVerification: "required",
    },
  });
  await ask("assertion", {
    authenticator: base64url(credential.response.authenticatorData),
    client: base64url(credential.response.clientDataJSON),
    kind: "passkey",
    signature: base64url(credential.response.signature),
  });
  element("sign").disabled = true;
  say("Signed. Your terminal says where it was written; this page can be closed.");
}

function button(id, work) {
  element(id).addEventListener("click", async () => {
    element(id).disabled = true;
    say("");
    try {
      await work();
    } catch (e) {
      element(id).disabled = false;
      say("It was not done: " + e.message);
    }
  });
}

button("register", register);
button("sign", sign);
ask("state").then(show, (e) => say("This page is of no use any more: " + e.message));
