// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element, render } from "./markdown.js";
import { ask as told } from "./ask.js";
import * as conversations from "./conversations.js";
import { replay } from "./seal.js";

const at = (id) => document.getElementById(id);
// Not needed for the first look.
const dialog = () => import("./dialog.js");
// Machines by their keys.
const names = new Map();
let current = conversations.fresh();
let running = null;

function seal(foot, message) {
  const link = element("a", message.verdict ?? "unverified", "seal " + (message.verdict ?? ""));
  link.href = "/console/receipts/" + message.receipt;
  link.title = "the seven steps of this answer";
  foot.append(link);
  return link;
}

const where = (machine) => (machine === undefined ? "this machine" : names.get(machine) ?? machine.slice(8, 20) + "\u2026");

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
  row.append(element("span", message.model + " on " + where(message.machine) + ", free"));
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
  at("conversations").replaceChildren(...all.map(entry));
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
  link.textContent = "verifying";
  try {
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
  let first = 0;
  try {
    const response = await fetch("/v1/chat/completions", {
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
    }
    message.speed = message.tokens > 1 ? (1000 * (message.tokens - 1)) / (performance.now() - first) : undefined;
  } catch (e) {
    message.problem = e.name === "AbortError" ? (model.startsWith("unproven/") ? "stopped" : "stopped; its receipt is in the list") : e.message || e.name;
  }
  running = null;
  at("stop").hidden = true;
  await kept(conversations.save(conversation));
  box.lastElementChild.replaceWith(foot(message));
  if (message.receipt) {
    await verify(message, box, conversation);
  }
}

async function models() {
  const listed = (await (await fetch("/v1/models")).json()).data;
  const chosen = at("model").value;
  at("model").replaceChildren(...listed.map((m) => {
    const elsewhere = m.freehold.only_on?.map((one) => one.name ?? where(one.node));
    const option = element("option", elsewhere === undefined ? m.id : m.id + " on " + elsewhere.join(", "));
    option.value = m.id;
    option.selected = m.id === chosen;
    return option;
  }));
  const loading = listed.filter((m) => m.freehold.state !== "ready");
  at("state").textContent = loading.map((m) => m.id + " is " + m.freehold.state).join("; ");
  if (loading.some((m) => m.freehold.state === "loading")) {
    setTimeout(models, 300);
  }
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
  const { fleet } = await told("data/fleet");
  names.set(fleet.node, "this machine");
  fleet.members.forEach((m) => names.set(m.node, m.name + " (" + m.tier + ")"));
  at("trust").hidden = fleet.members.length === 0;
  at("free").textContent = fleet.members.length === 0 ? "runs here, free" : "free";
}

at("question").focus();
const named = machines().catch(() => {});
models();
await named;
const [newest] = await listed();
if (newest !== undefined && newest.damaged === undefined && current.messages.length === 0 && current.id === undefined) {
  await enter(newest.id);
}
