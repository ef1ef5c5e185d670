// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { when } from "./amounts.js";
import { ask, call, follow, refill, said, save } from "./ask.js";
import { checkProof } from "./evidence.js";
import { element } from "./markdown.js";
import { show } from "./seal.js";

const at = (id) => document.getElementById(id);
const fact = (name, value, className) => [element("dt", name), element("dd", value, className)];
let seen = "";
let origin = "";
let known = [];

function button(name, label, work) {
  const made = element("button", name, "plain");
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", async () => {
    try {
      await work();
    } catch (e) {
      at("checked").textContent = said(e);
    }
  });
  return made;
}

/** Checks the proof of an entry here, without the node's word. */
async function verify(index) {
  const response = await call("/console/proof/" + index);
  if (!response.ok) {
    throw new Error("There is no entry " + index + " in this log.");
  }
  const result = await checkProof(await response.text(), "did:key:" + origin.split("/").at(-1), index);
  show(at("checked"), result, "entry " + index + (result.size === undefined ? "" : " of " + result.size) + ", checked in this browser");
  if (result.entry !== undefined) {
    const pre = element("pre", result.entry);
    pre.tabIndex = 0;
    at("checked").append(pre);
  }
}

function row(entry) {
  const line = element("tr");
  const of = element("td");
  if (entry.receipt) {
    const link = element("a", entry.receipt, "digest");
    link.href = "/console/receipts/" + entry.receipt;
    of.append(link);
  }
  const proof = element("td");
  const check = button("verify", "Verify entry " + entry.index + " here", () => verify(entry.index));
  check.id = "verify-" + entry.index;
  const kept = button("download", "Download the proof of entry " + entry.index, () => save("/console/proof/" + entry.index, "entry-" + entry.index + ".tlog-proof"));
  kept.id = "proof-" + entry.index;
  proof.append(check, " ", kept);
  const leaf = element("td", entry.leaf.slice(0, 23) + "\u2026", "digest");
  leaf.title = entry.leaf;
  line.append(element("td", entry.index, "number"), element("td", entry.kind), of, leaf, proof);
  return line;
}

function list() {
  refill(at("list"), ...known.map(row));
  at("older").hidden = known.length === 0 || known.at(-1).index === 0;
}

const cosigned = (w) => fact("witness " + w.name, w.size === null || w.size === undefined ? "nothing yet that is kept here"
  : "cosigned " + w.size + " entries" + (w.time ? ", " + when(w.time) : ", at a time that it doesn't say"), w.size === null || w.size === undefined ? "problem" : "");

function standing(log) {
  const duties = log.duties.map((d) => fact("owed: " + d.name, d.missed ? "MISSED since " + when(d.missed) + " " + d.why : "within " + d.within + " s, no alarm", d.missed ? "problem" : ""));
  const witnesses = log.witnesses ?? [];
  const sought = log.size > log.searched ? " (of " + log.searched + " entries that were looked through so far)" : "";
  const anchors = log.anchors.map((a) => fact("anchor", "of " + a.size + " entries: chain " + a.chain + ", block " + a.block + ", transaction " + a.transaction + " (entry " + a.index + ")", "digest"));
  const stamps = log.stamps.map((s) => fact("stamp", "of " + s.size + " entries, by " + s.authority + " (entry " + s.index + ")"));
  refill(at("standing"), ...fact("entries", log.size ?? 0), ...fact("name", log.origin ?? "none yet"), ...fact("root", log.root ?? "none yet", "digest"),
    ...(witnesses.length > 0 ? witnesses.flatMap(cosigned) : fact("cosigned by", "nobody: ‘policy = FILE’ in FREEHOLD_HOME/config names witnesses")),
    ...(anchors.length > 0 ? anchors.flat() : fact("anchored", "nowhere" + sought + (log.duties.some((d) => d.name === "anchor") ? "" : ": ‘anchor-rpc = URL’ and its companions say where"))),
    ...stamps.flat(), ...duties.flat());
}

async function load() {
  const log = await ask("data/log");
  const now = JSON.stringify(log);
  if (now === seen) {
    return;
  }
  seen = now;
  if (log.origin !== origin) {
    known = [];
    origin = log.origin ?? "";
  }
  standing(log);
  at("note").textContent = log.note ?? "";
  at("empty").hidden = log.entries.length > 0;
  at("table").hidden = log.entries.length === 0;
  const newest = known[0]?.index ?? -1;
  const fresh = log.entries.filter((entry) => entry.index > newest);
  // What was looked up further back stays, unless that left a gap.
  known = fresh.length < log.entries.length || fresh.at(-1)?.index === newest + 1 ? [...fresh, ...known] : log.entries;
  list();
}

at("older").addEventListener("click", async () => {
  try {
    known.push(...(await ask("entries/" + (known.at(-1).index - 1))).entries);
    list();
  } catch (e) {
    at("checked").textContent = said(e);
  }
});

at("one").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await verify(at("number").value.trim());
  } catch (e) {
    at("checked").textContent = said(e);
  }
});

await follow(load, 1000);
