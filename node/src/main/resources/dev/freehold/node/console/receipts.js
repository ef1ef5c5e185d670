// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { shortened } from "./amounts.js";
import { call, lost } from "./ask.js";
import { element } from "./markdown.js";
import { check, idOf } from "./evidence.js";
import { show } from "./seal.js";

const at = (id) => document.getElementById(id);
const found = [];

function row(receipt) {
  const line = element("tr");
  const name = element("td");
  const link = element("a", receipt.id, "digest");
  link.href = "/console/receipts/" + receipt.id;
  name.append(link);
  const when = receipt.finished.slice(0, 19).replace("T", " ");
  const by = element("td", receipt.node ? shortened(receipt.node) : "this machine", receipt.node ? "digest" : "");
  by.title = receipt.node ?? "";
  line.append(name, element("td", when), element("td", receipt.kind), element("td", receipt.model),
    element("td", receipt.prompt_tokens, "number"), element("td", receipt.output_tokens, "number"), by);
  return line;
}

const words = () => at("search").value.toLowerCase().split(/\s+/).filter((word) => word !== "");

function list() {
  const wanted = words();
  const matching = found.filter((r) => {
    const text = (r.id + " " + r.model + " " + r.model_digest + " " + r.kind + " " + r.finished + " " + (r.node ?? "")).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  at("list").replaceChildren(...matching.map(row));
  at("table").hidden = matching.length === 0;
  at("none").textContent = matching.length > 0 ? "" : found.length === 0 ? "None yet: the first answer makes the first one." : "None of " + found.length + " receipts has that.";
  return matching.length;
}

async function load() {
  const after = found.length > 0 ? "&after=" + found.at(-1).id : "";
  const page = await (await call("/v1/receipts?limit=100" + after)).json();
  found.push(...page.data);
  at("more").hidden = !page.has_more;
  return list();
}

/** Reads on, page by page, until enough is found or there is no more. */
async function search() {
  let matching = list();
  const wanted = words().join(" ");
  while (wanted !== "" && matching < 20 && !at("more").hidden && words().join(" ") === wanted) {
    matching = await safely(load)();
  }
}

const safely = (work) => async () => {
  try {
    await work();
    lost();
  } catch (e) {
    lost(e);
  }
};

at("search").addEventListener("input", safely(search));
at("more").addEventListener("click", safely(load));
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  if (file === undefined) {
    return;
  }
  const result = await check(await file.text());
  const id = result.file ? " (" + (await idOf(result.file.receipt)) + ")" : "";
  show(at("checked"), result, file.name + id + ", checked in this browser; only a replay shows that the model gave this answer");
});
await safely(load)();
