// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { whole } from "./amounts.js";
import { ask, call, said, save } from "./ask.js";
import { element } from "./markdown.js";
import { check } from "./evidence.js";
import { replay, show } from "./seal.js";
import { step } from "./steps.js";

const at = (id) => document.getElementById(id);
const id = location.pathname.split("/").at(-1);
const address = "/console/evidence/" + id;

/** Who answered whom, and for how much, as this node knows it. */
async function parties(receipt) {
  const [{ fleet, coin }, sale, { bought, entries }] = await Promise.all([ask("data/fleet"), ask("sale/" + id), ask("data/settled/" + id)]);
  const known = { self: fleet.node, entries };
  const amount = (units) => (coin === null ? units + " of a coin's smallest units" : whole(units, coin.decimals) + " of the coin");
  if (bought) {
    return { ...known, match: "A seller, chosen by price, measured pace and what was bought of it before.",
      settle: amount(bought.paid) + " signed away for it; the check said " + bought.verdict + ".", facts: [["channel", bought.channel]] };
  }
  if (receipt.node !== known.self) {
    const member = fleet.members.find((one) => one.node === receipt.node);
    return member !== undefined
      ? { ...known, match: member.name + ", a machine of this fleet (" + member.tier + "): it answered free.", settle: "Nothing is owed: machines of a fleet serve each other free." }
      : { ...known, match: "A machine that is not of this fleet, or no longer.", settle: "Nothing was paid for it, as far as this node knows." };
  }
  return sale === null ? { ...known, match: "This machine; nobody else was asked, and there is no price.", settle: "Nothing is owed: your own machine serves you free." }
    : { ...known, match: "This machine, by its own offer: somebody bought this answer.", sold: true,
      settle: "Sold for " + (sale.mine ? amount(sale.amount) : sale.amount + " of another coin's smallest units") + (sale.channel ? ", by vouchers in a channel: Money shows what of it is claimed." : ", paid at once."),
      facts: sale.channel ? [["channel", sale.channel]] : [] };
}

function steps(result, known, verdict) {
  const { receipt, proof } = result.file;
  const sum = (name) => receipt.choices.reduce((n, c) => n + c[name], 0);
  const took = (Date.parse(receipt.finished) - Date.parse(receipt.received)) / 1000;
  const claims = Object.entries(verdict?.report.claims ?? {}).map(([name, c]) => [name, c.verdict + (c.verdict === "Valid" ? "" : ": " + c.details.join("; "))]);
  at("steps").replaceChildren(
    step("mandate", false, known.sold ? "The buyer's, who knows it. Here the offer allowed it." : "None was needed: whoever reaches this node's own port may ask. A gateway's mandates, and what was done under them, are under Mandates.", []),
    step("match", true, known.match, [["node", receipt.node]]),
    step("execute", true, sum("prompt") + " tokens read, " + sum("output") + " written in " + took.toFixed(2) + " s.", [
      ["model", receipt.model.name], ["model digest", receipt.model.digest], ["tokenizer", receipt.tokenizer],
      ["template", receipt.template], ["arithmetic", "version " + receipt.arithmetic], ["sampling", JSON.stringify(receipt.sampling)],
      ["ended by", receipt.choices.map((c) => c.finish).join(", ")]]),
    step("receipt", true, "Signed when the last token was there, " + receipt.finished + ".", [
      ["id", id], ["request", receipt.request], ["response", receipt.response],
      ...receipt.choices.flatMap((c, i) => [["tokens" + (i === 0 ? "" : " " + (i + 1)), c.tokens], ["trace" + (i === 0 ? "" : " " + (i + 1)), c.trace]]),
      ["nonce", receipt.nonce], ["signature", receipt.signature]]),
    step("verify", verdict?.report.verdict === "Valid", verdict ? verdict.sentence : "Not replayed since this page was opened.", claims),
    step("settle", known.facts !== undefined, known.settle, known.facts ?? []),
    proof === undefined
      ? known.entries.length > 0 && receipt.node !== known.self
        ? step("log", true, "This node\u2019s log tells of it; the receipt itself is the other machine\u2019s to log.", known.entries.map((entry) => [entry.kind, "entry " + entry.index]))
        : step("log", false, receipt.node === known.self ? "Not published yet; a running node does so within a second." : "Another machine's receipt stands in that machine's log, not in this one's.", [])
      : step("log", true, "Entry " + proof.index + " of " + proof.size + ".", [
        ["origin", proof.origin], ["root", proof.body.split("\n")[2]],
        ["signed by", proof.signatures.map((line) => line.split(" ")[1]).join(", ")]]));
}

async function fetched() {
  const response = await call(address);
  if (!response.ok) {
    throw new Error(response.status === 404 ? "There is no receipt " + id + " here." : "The node answers " + response.status + ".");
  }
  return check(await response.text(), id);
}

function button(name, work) {
  at(name).addEventListener("click", async (event) => {
    event.preventDefault();
    at(name).disabled = true;
    try {
      await work();
    } catch (e) {
      at("checked").textContent = said(e);
    }
    at(name).disabled = false;
  });
}

document.title = id + " \u00b7 Freehold";
at("name").textContent = id;
button("download", () => save(address, id + ".json"));
button("here", async () => {
  show(at("checked"), await fetched(), "checked in this browser, without the node's word");
});
button("replay", async () => {
  at("checked").textContent = "The node replays it\u2026";
  const verdict = await replay(id);
  const result = await fetched();
  steps(result, await parties(result.file.receipt), verdict);
  at("checked").replaceChildren(element("strong", verdict.report.verdict, "seal " + verdict.report.verdict), " replayed by this node in " + verdict.seconds.toFixed(1) + " s");
});
try {
  const result = await fetched();
  if (result.file) {
    steps(result, await parties(result.file.receipt));
  } else {
    show(at("checked"), result, "this receipt can't be shown");
  }
} catch (e) {
  at("checked").textContent = said(e);
  ["here", "replay", "download"].forEach((name) => (at(name).hidden = true));
}
