// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
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
  line.append(name, element("td", when), element("td", receipt.kind), element("td", receipt.model),
    element("td", receipt.prompt_tokens, "number"), element("td", receipt.output_tokens, "number"));
  return line;
}

function list() {
  const words = at("search").value.toLowerCase().split(/\s+/);
  const matching = found.filter((r) => {
    const text = (r.id + " " + r.model + " " + r.model_digest + " " + r.kind + " " + r.finished).toLowerCase();
    return words.every((word) => text.includes(word));
  });
  at("list").replaceChildren(...matching.map(row));
  at("none").hidden = matching.length > 0;
}

async function load() {
  const after = found.length > 0 ? "&after=" + found.at(-1).id : "";
  const page = await (await fetch("/v1/receipts?limit=100" + after)).json();
  found.push(...page.data);
  at("more").hidden = !page.has_more;
  list();
}

at("search").addEventListener("input", list);
at("more").addEventListener("click", load);
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  const result = await check(await file.text());
  const id = result.file ? " (" + (await idOf(result.file.receipt)) + ")" : "";
  show(at("checked"), result, file.name + id + ", checked in this browser; only a replay shows that the model gave this answer");
});
await load();
