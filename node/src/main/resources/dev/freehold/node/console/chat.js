// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element, render } from "./markdown.js";
import { ask as told, call, follow, lost, refill, said } from "./ask.js";
import * as conversations from "./conversations.js";

const at = (id) => document.getElementById(id);
// Not needed for the first look: each module is a request that the page would wait for.
const dialog = () => import("./dialog.js");
let whole;
// Machines by their keys.
const names = new Map();
/** The conversation that was open when this page was left. */
const before = location.hash.slice(1);
let current = conversations.fresh();
let running = null;
/** In what answers of strangers are paid; null where this node buys none. */
let coin = null;
/** Names of models that only strangers serve, by their digests. */
let sold = new Map();
let listedModels = [];

function seal(foot, message) {
  const link = element("a", message.verdict ?? "unverified", "seal " + (message.verdict ?? ""));
  link.href = "/console/receipts/" + message.receipt;
  link.title = "the seven steps of this answer";
  foot.append(link);
  return link;
}

const where = (machine) => (machine === undefined ? "this machine" : names.get(machine) ?? machine.slice(8, 20) + "\u2026");

const price = (paid) => (paid === undefined ? "free" : coin === null || whole === undefined ? "paid " + paid + " smallest units" : whole(paid, coin.decimals) + " of the coin");

/** What the conversation took so far. */
function soFar() {
  const answers = current.messages.filter((m) => m.role === "assistant");
  const cost = answers.reduce((sum, m) => sum + BigInt(m.paid ?? 0), 0n);
  const tokens = answers.reduce((sum, m) => sum + (m.tokens ?? 0), 0);
  at("cost").textContent = answers.length === 0 ? "" : " \u00b7 " + tokens + " tokens so far" + (cost === 0n ? "" : ", " + price(String(cost)));
}

function foot(message) {
  const row = element("div", undefined, "foot");
  if (message.receipt) {
    seal(row, message);
  } else if (message.model.startsWith("unproven/")) {
    const mark = element("span", "unproven", "seal unproven");
    mark.title = "another engine wrote this: nothing about it is proven, and there is no receipt";
    row.append(mark);
  }
  if (message.tokens) {
    row.append(element("span", message.tokens + " tokens"));
  }
  if (message.speed) {
    row.append(element("span", message.speed.toFixed(0) + " tokens/s"));
  }
  const name = sold.get(message.model) ?? (message.model.startsWith("sha256:") ? message.model.slice(0, 19) + "\u2026" : message.model);
  row.append(element("span", name + " on " + where(message.machine)), element("span", price(message.paid)));
  if (message.problem) {
    row.append(element("span", message.problem));
  }
  return row;
}

function show(message) {
  const box = element("div", undefined, message.role === "user" ? "message asked" : "message");
  if (message.role === "user") {
    box.textContent = message.content;
  } else {
    const body = element("div");
    render(body, message.content);
    box.append(body, foot(message));
  }
  at("messages").append(box);
  return box;
}

function heading() {
  at("title").textContent = current.title ?? "";
  at("head").hidden = current.id === undefined;
  at("untitled").hidden = current.id !== undefined;
  document.title = (current.title ?? "Chat") + " \u00b7 Freehold";
  // So that the way back from a receipt leads here again.
  history.replaceState(null, "", location.pathname + (current.id === undefined ? "" : "#" + current.id));
  soFar();
}

function showAll() {
  at("messages").replaceChildren();
  current.messages.forEach(show);
  heading();
}

/** What can't be kept is said, and stays in the page. */
async function kept(doing) {
  at("unkept").textContent = "";
  try {
    await doing;
  } catch (e) {
    at("unkept").textContent = "Not kept: " + e.message;
  }
  await listed();
}

function entry(one) {
  const item = element("li");
  const open = element("button", one.damaged === undefined ? one.title : "Damaged, " + one.id.slice(0, 8));
  open.type = "button";
  open.title = one.damaged ?? one.title;
  if (one.id === current.id) {
    open.setAttribute("aria-current", "true");
  }
  open.addEventListener("click", async () => {
    if (one.damaged !== undefined) {
      erase(one.id, "This conversation's file is damaged: " + one.damaged + ". Delete it?");
    } else {
      await enter(one.id);
    }
  });
  item.append(open);
  return item;
}

async function listed() {
  const all = await conversations.list();
  refill(at("conversations"), ...all.map(entry));
  at("erase-all").hidden = all.length === 0;
  heading();
  return all;
}

function change(conversation) {
  running?.abort();
  current = conversation;
  at("unkept").textContent = "";
  showAll();
}

async function enter(id) {
  try {
    change(await conversations.open(id));
    await listed();
  } catch (e) {
    await kept(Promise.reject(e));
  }
}

async function erase(id, question) {
  const { confirmed } = await dialog();
  if (await confirmed(question, "Delete")) {
    if (id === current.id) {
      change(conversations.fresh());
    }
    await kept(conversations.erase(id));
    at("question").focus();
  }
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data: ") && line !== "data: [DONE]") {
        yield JSON.parse(line.slice("data: ".length));
      }
    }
  }
}

async function verify(message, box, conversation) {
  const link = box.querySelector(".seal");
  link.textContent = "verifying\u2026";
  try {
    const { replay } = await import("./seal.js");
    const judged = await replay(message.receipt);
    message.verdict = judged.report.verdict;
    link.title = judged.sentence;
  } catch (e) {
    link.title = e.message;
  }
  link.textContent = message.verdict ?? "unverified";
  link.className = "seal " + (message.verdict ?? "");
  await kept(conversations.save(conversation));
}

async function ask(question) {
  const conversation = current;
  const model = at("model").value;
  conversation.messages.push({ role: "user", content: question });
  const history = conversation.messages.map(({ role, content }) => ({ role, content }));
  const message = { role: "assistant", content: "", model: model || "no model" };
  // On the disk before it is asked, and without the answer that has not come yet.
  kept(conversations.save(conversation, [...conversation.messages]));
  conversation.messages.push(message);
  showAll();
  const box = at("messages").lastElementChild;
  const body = box.firstElementChild;
  running = new AbortController();
  at("stop").hidden = false;
  // A screen reader waits for the whole of it.
  at("messages").setAttribute("aria-busy", "true");
  let first = 0;
  try {
    await loaded(model, box.lastElementChild, running.signal);
    const response = await call("/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Freehold-Tier": at("tier").value },
      body: JSON.stringify({ model, messages: history, temperature: 0.7, stream: true, stream_options: { include_usage: true } }),
      signal: running.signal,
    });
    if (!response.ok) {
      throw new Error((await response.json()).error.message);
    }
    for await (const event of events(response)) {
      if (event.error) {
        throw new Error(event.error.message);
      }
      const piece = event.choices?.[0]?.delta?.content ?? "";
      if (piece !== "") {
        first ||= performance.now();
        message.content += piece;
        render(body, message.content);
      }
      message.tokens = event.usage?.completion_tokens ?? message.tokens;
      message.receipt = event.freehold?.receipt ?? message.receipt;
      message.machine = event.freehold?.ran_by ?? message.machine;
      message.paid = event.freehold?.paid ?? message.paid;
    }
    message.speed = message.tokens > 1 ? (1000 * (message.tokens - 1)) / (performance.now() - first) : undefined;
  } catch (e) {
    message.problem = e.name === "AbortError" ? (model.startsWith("unproven/") ? "stopped" : "stopped; its receipt is in the list") : said(e) || e.name;
  }
  running = null;
  at("stop").hidden = true;
  at("messages").removeAttribute("aria-busy");
  await kept(conversations.save(conversation));
  box.lastElementChild.replaceWith(foot(message));
  soFar();
  if (message.receipt) {
    await verify(message, box, conversation);
  }
}

/** A newcomer may ask before the model is there: the question waits for it. */
async function loaded(model, note, signal) {
  const loading = () => listedModels.some((m) => m.id === model && m.freehold.state === "loading");
  if (loading()) {
    note.replaceChildren(element("span", "waits until " + model + " is loaded"));
  }
  while (loading()) {
    signal.throwIfAborted();
    await new Promise((done) => setTimeout(done, 100));
  }
}

function option(value, text) {
  const made = element("option", text);
  made.value = value;
  return made;
}

async function models() {
  listedModels = (await (await call("/v1/models")).json()).data;
  if (at("tier").value === "public") {
    const { offers } = await told("data/market");
    sold = new Map(offers.filter((o) => !o.why).map((o) => [o.digest, o.model]));
  }
  const chosen = at("model").value;
  const ids = new Set(listedModels.map((m) => m.id));
  const elsewhere = at("tier").value === "public" ? [...sold].filter(([, name]) => !ids.has(name)) : [];
  const options = [...listedModels.map((m) => {
    const only = m.freehold.only_on?.map((one) => one.name ?? where(one.node));
    return option(m.id, only === undefined ? m.id : m.id + " on " + only.join(", "));
  }), ...elsewhere.map(([digest, name]) => option(digest, name + ", for sale"))];
  const before = [...at("model").options].map((o) => o.value + o.textContent).join();
  if (before !== options.map((o) => o.value + o.textContent).join()) {
    at("model").replaceChildren(...options);
    at("model").value = options.some((o) => o.value === chosen) ? chosen : (options[0]?.value ?? "");
  }
  const unready = listedModels.filter((m) => m.freehold.state !== "ready");
  const text = options.length === 0 ? "No model is served here: Models shows what can be, Fleet pairs a machine that has one."
    : unready.map((m) => m.id + " is " + m.freehold.state).join("; ");
  if (at("state").textContent !== text) {
    at("state").textContent = text;
  }
  return unready.some((m) => m.freehold.state === "loading") ? 300 : options.length === 0 ? 1000 : 10_000;
}

/** Whose machines may answer, and what that may cost. */
async function trust() {
  const tier = at("tier").value;
  at("free").textContent = tier === "public" ? "paid within your limits, where nobody answers free" : at("tier").options.length === 1 ? "runs here, free" : "free";
  await models();
}

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = at("question").value.trim();
  if (question !== "" && running === null) {
    at("question").value = "";
    ask(question);
  }
});
at("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    at("ask").requestSubmit();
  }
});
at("stop").addEventListener("click", () => running?.abort());
at("tier").addEventListener("change", () => trust().then(lost, lost));
at("new").addEventListener("click", () => {
  change(conversations.fresh());
  listed();
  at("question").focus();
});
at("rename").addEventListener("click", async () => {
  const named = current;
  const { entered } = await dialog();
  const title = await entered("What shall this conversation be called?", named.title, "Rename", 120);
  if (title) {
    await kept(conversations.rename(named, title));
  }
});
at("erase").addEventListener("click", () =>
  erase(current.id, "Delete this conversation from this machine? Receipts and the transcripts of its answers stay; \u2018freehold receipt forget\u2019 erases those."));
at("erase-all").addEventListener("click", async () => {
  const { confirmed } = await dialog();
  if (await confirmed("Delete all conversations from this machine?", "Delete all")) {
    change(conversations.fresh());
    await kept(conversations.eraseAll());
    at("question").focus();
  }
});
/** Who else may answer: the other machines' names, and whom to trust with the words. */
async function machines() {
  const page = await told("data/fleet");
  coin = page.coin;
  if (coin !== null) {
    ({ whole } = await import("./amounts.js"));
  }
  names.set(page.fleet.node, "this machine");
  page.fleet.members.forEach((m) => names.set(m.node, m.name + " (" + m.tier + ")"));
  if (page.fleet.members.length > 0) {
    at("tier").append(option("invited", "mine, and those I invited"));
  }
  if (coin !== null) {
    at("tier").append(option("public", "anybody's, for money"));
  }
  at("trust").hidden = at("tier").options.length === 1;
  await trust();
}

at("question").focus();
const named = machines().catch(lost);
follow(models, 10_000);
try {
  const [all] = await Promise.all([listed(), named]);
  if (current.messages.length === 0 && current.id === undefined) {
    const last = all.find((one) => one.id === before) ?? all[0];
    if (last !== undefined && last.damaged === undefined) {
      await enter(last.id);
    }
  }
} catch (e) {
  lost(e);
}
