// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { ask, follow } from "./ask.js";
import { element } from "./markdown.js";

const at = (id) => document.getElementById(id);
const fact = (name, value) => [element("dt", name), element("dd", value)];
const cells = (...values) => {
  const line = element("tr");
  line.append(...values.map((value) => element("td", value)));
  return line;
};

async function load() {
  const node = await ask("data/node");
  at("load").replaceChildren(
    ...node.load.flatMap((l) => [
      ...fact(l.model, l.active + " answering, " + l.queued + " waiting, " + l.tokensPerSecond.toFixed(0) + " tokens/s lately, arithmetic by " + l.kernel),
      ...fact("tokens", l.promptTokens + " read (" + l.cachedPromptTokens + " from the prompt cache), " + l.outputTokens + " written"),
      ...fact("attention memory", l.pagesInUse + " pages in use, " + l.pagesCached + " cached, of " + l.pagesLimit),
    ]),
    ...node.unready.flatMap((m) => fact(m.model, m.state)),
    ...fact("memory", (node.heapBytes / 1e6).toFixed(0) + " MB of Java heap; " + (node.freeBytes / 1e9).toFixed(1) + " GB free on this machine"));
  at("requests").textContent = node.requests + " requests answered; " + node.cut + " answers cut because the client left or the node stopped; " + node.receiptFailures + " answers withheld because their receipt could not be stored.";
  at("errors-table").hidden = node.errors.length === 0;
  at("errors").replaceChildren(...node.errors.map((e) => {
    const line = cells(e.request, e.status, e.times);
    [...line.children].slice(1).forEach((cell) => cell.classList.add("number"));
    return line;
  }));
  at("settings").replaceChildren(...node.settings.map((s) => cells(s.name, s.value, s.from)));
  at("events").replaceChildren(...node.events.map(({ time, event, ...more }) =>
    cells(time.slice(0, 19).replace("T", " "), event, Object.entries(more).map(([k, v]) => k + " " + v).join(", "))));
}

await follow(load, 1000);
