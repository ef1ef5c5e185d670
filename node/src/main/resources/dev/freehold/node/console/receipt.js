// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";
import { check } from "./evidence.js";
import { replay, show } from "./seal.js";

const at = (id) => document.getElementById(id);
const id = location.pathname.split("/").at(-1);
const address = "/console/evidence/" + id;
let settled = { bought: null, entries: [] };

function step(name, done, says, facts) {
  const item = element("li", undefined, done ? "done" : "");
  const body = element("div");
  body.append(element("p", says));
  const list = element("dl");
  for (const [label, value] of facts) {
    if (value === undefined) {
      continue;
    }
    const digest = /^(sha256:|did:key:|r-[0-9a-f]{20}|[0-9a-f]{32})/.test(value) || label === "signature" || label === "root";
    const detail = element("dd", String(value), digest ? "digest" : "");
    if (digest) {
      const copy = element("button", "copy", "copy");
      copy.type = "button";
      copy.setAttribute("aria-label", "Copy " + label);
      copy.addEventListener("click", async () => {
        await navigator.clipboard.writeText(value);
        copy.textContent = "copied";
      });
      detail.append(" ", copy);
    }
    list.append(element("dt", label), detail);
  }
  body.append(list);
  item.append(element("h2", name), body);
  return item;
}

function steps(result, verdict) {
  const { receipt, proof } = result.file;
  const sum = (name) => receipt.choices.reduce((n, c) => n + c[name], 0);
  const took = (Date.parse(receipt.finished) - Date.parse(receipt.received)) / 1000;
  const claims = Object.entries(verdict?.report.claims ?? {}).map(([name, c]) => [name, c.verdict + (c.verdict === "Valid" ? "" : ": " + c.details.join("; "))]);
  at("steps").replaceChildren(
    step("mandate", false, "None was needed: whoever reaches this node's own port may ask. A gateway's mandates are in its own log.", []),
    settled.bought
      ? step("match", true, "A seller, by price, measured pace and what was bought of it before.", [["node", receipt.node]])
      : step("match", true, "This machine; nobody else was asked, and there is no price.", [["node", receipt.node]]),
    step("execute", true, sum("prompt") + " tokens read, " + sum("output") + " written in " + took.toFixed(2) + " s.", [
      ["model", receipt.model.name], ["model digest", receipt.model.digest], ["tokenizer", receipt.tokenizer],
      ["template", receipt.template], ["arithmetic", "version " + receipt.arithmetic], ["sampling", JSON.stringify(receipt.sampling)],
      ["ended by", receipt.choices.map((c) => c.finish).join(", ")]]),
    step("receipt", true, "Signed when the last token was there, " + receipt.finished + ".", [
      ["id", id], ["request", receipt.request], ["response", receipt.response],
      ["tokens", receipt.choices[0].tokens], ["trace", receipt.choices[0].trace], ["nonce", receipt.nonce], ["signature", receipt.signature]]),
    step("verify", verdict?.report.verdict === "Valid", verdict ? verdict.sentence : "Not replayed since this page was opened.", claims),
    settled.bought
      ? step("settle", settled.entries.some((entry) => entry.kind === "voucher"), settled.bought.paid + " of the coin\u2019s smallest units were signed away for it; the check said " + settled.bought.verdict + ".", [["channel", settled.bought.channel]])
      : step("settle", false, "Nothing is owed: your own machine serves you free.", []),
    settled.entries.length > 0 && proof === undefined
      ? step("log", true, "This node\u2019s log tells of it; the receipt itself is its seller\u2019s to log.", settled.entries.map((entry) => [entry.kind, "entry " + entry.index]))
      : proof === undefined
      ? step("log", false, "Not published yet; a running node does so within a second.", [])
      : step("log", true, "Entry " + proof.index + " of " + proof.size + ".", [
        ["origin", proof.origin], ["root", proof.body.split("\n")[2]],
        ["signed by", proof.signatures.map((line) => line.split(" ")[1]).join(", ")]]));
}

async function fetched() {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(response.status === 404 ? "There is no receipt " + id + " here." : "The node answers " + response.status + ".");
  }
  const told = await fetch("/console/data/settled/" + id);
  settled = told.ok ? await told.json() : settled;
  return check(await response.text(), id);
}

function button(name, work) {
  at(name).addEventListener("click", async () => {
    at(name).disabled = true;
    try {
      await work();
    } catch (e) {
      at("checked").textContent = e.message;
    }
    at(name).disabled = false;
  });
}

at("name").textContent = id;
at("download").href = address;
at("download").download = id + ".json";
button("here", async () => {
  show(at("checked"), await fetched(), "checked in this browser, without the node's word");
});
button("replay", async () => {
  const verdict = await replay(id);
  steps(await fetched(), verdict);
  at("checked").replaceChildren(element("strong", verdict.report.verdict, "seal " + verdict.report.verdict), " replayed by this node in " + verdict.seconds.toFixed(1) + " s");
});
try {
  const result = await fetched();
  if (result.file) {
    steps(result);
  } else {
    show(at("checked"), result, "this receipt can't be shown");
  }
} catch (e) {
  at("checked").textContent = e.message;
}
