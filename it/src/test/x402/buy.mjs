// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// A stranger with coins and the npm packages @x402/fetch and @x402/evm, unmodified. Environment: URL of an endpoint that sells, KEY of
// the buyer's account, CHAIN (JSON-RPC), COIN (the token), BODY of the request, DO: words that say what to do, in this order. Each prints one line of JSON.
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { toClientEvmSigner } from "@x402/evm";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { BatchSettlementEvmScheme } from "@x402/evm/batch-settlement/client";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";

const { URL: url, KEY, CHAIN, COIN, BODY, DO } = process.env;
const signer = toClientEvmSigner(privateKeyToAccount(KEY), createPublicClient({ transport: http(CHAIN) }));
const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: BODY };
const say = (what, value) => console.log(JSON.stringify({ what, ...value }));

// What goes over the line, so that a payment can be replayed.
let signed;
const line = async (request, init) => {
  const whole = new Request(request, init);
  signed = whole.headers.get("PAYMENT-SIGNATURE") ?? signed;
  return fetch(whole);
};

// The client refuses tokens that it was not told of: COIN is one, at most 10,000 for a payment.
const spendControls = {
  allowedAssets: [{ network: "eip155:31337", asset: COIN, maxAmountPerPayment: "10000" }],
};
const paying = (scheme) =>
  wrapFetchWithPayment(
    line,
    x402Client.fromConfig({ schemes: [{ network: "eip155:*", client: scheme }], spendControls }),
  );
const channel = () => new BatchSettlementEvmScheme(signer, { depositPolicy: { depositMultiplier: 10 } });
let kept = channel();

async function told(response) {
  const header = response.headers.get("PAYMENT-RESPONSE");
  return {
    status: response.status,
    receipt: response.headers.get("Freehold-Receipt"),
    payment: header ? decodePaymentResponseHeader(header) : null,
    body: await response.text(),
  };
}

const deeds = {
  exact: async () => told(await paying(new ExactEvmScheme(signer))(url, post)),
  channel: async () => told(await paying(kept)(url, post)),
  // A buyer that has lost what it knew of its channel.
  forget: async () => {
    kept = channel();
    return {};
  },
  replay: async () =>
    told(await fetch(url, { ...post, headers: { ...post.headers, "PAYMENT-SIGNATURE": signed } })),
  unpaid: async () => told(await fetch(url, post)),
  refund: async () => ({ payment: await kept.refund(url) }),
};

for (const word of DO.split(" ")) {
  try {
    say(word, await deeds[word]());
  } catch (e) {
    say(word, { failed: String(e) });
  }
}
