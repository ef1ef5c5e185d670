// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";
import "./seal.js";

const at = (id) => document.getElementById(id);
const fact = (name, value, className) => [element("dt", name), element("dd", value, className)];
let seen = -1;

function row(entry) {
  const line = element("tr");
  const of = element("td");
  if (entry.receipt) {
    const link = element("a", entry.receipt, "digest");
    link.href = "/console/receipts/" + entry.receipt;
    of.append(link);
  }
  const proof = element("td");
  const link = element("a", "proof");
  link.href = "/console/proof/" + entry.index;
  link.download = "entry-" + entry.index + ".tlog-proof";
  link.setAttribute("aria-label", "Proof of entry " + entry.index);
  proof.append(link);
  const leaf = element("td", entry.leaf.slice(0, 23) + "\u2026", "digest");
  leaf.title = entry.leaf;
  line.append(element("td", entry.index, "number"), element("td", entry.kind), of, leaf, proof);
  return line;
}

async function load() {
  const log = await (await fetch("/console/data/log")).json();
  const cosigners = (log.signers ?? []).filter((name) => name !== log.origin);
  const duties = log.duties.map((d) => fact(d.name, d.missed ? "MISSED since " + d.missed + " " + d.why : "within " + d.within + " s, no alarm", d.missed ? "problem" : ""));
  at("standing").replaceChildren(...fact("entries", log.size ?? 0), ...fact("name", log.origin ?? ""), ...fact("root", log.root ?? "", "digest"),
    ...fact("cosigned by", cosigners.length > 0 ? cosigners.join(", ") : "nobody: no witness is configured"), ...duties.flat());
  if (log.size !== seen) {
    seen = log.size;
    at("note").textContent = log.note ?? "";
    at("list").replaceChildren(...log.entries.map(row));
  }
  setTimeout(load, 1000);
}

await load();
