// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element, render } from "./markdown.js";
import * as conversations from "./conversations.js";
import { replay } from "./seal.js";

const at = (id) => document.getElementById(id);
let current = conversations.list()[0] ?? conversations.fresh();
let running = null;

function seal(foot, message) {
  const link = element("a", message.verdict ?? "unverified", "seal " + (message.verdict ?? ""));
  link.href = "/console/receipts/" + message.receipt;
  link.title = "the seven steps of this answer";
  foot.append(link);
  return link;
}

function foot(message) {
  const row = element("div", undefined, "foot");
  if (message.receipt) {
    seal(row, message);
  }
  if (message.tokens) {
    row.append(element("span", message.tokens + " tokens"));
  }
  if (message.speed) {
    row.append(element("span", message.speed.toFixed(0) + " tokens/s"));
  }
  row.append(element("span", message.model + " on this machine, free"));
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

function showAll() {
  at("messages").replaceChildren();
  current.messages.forEach(show);
  const entries = conversations.list().map((c) => {
    const item = element("li");
    const open = element("button", c.messages[0]?.content ?? "Empty");
    const gone = element("button", "\u00d7");
    open.type = gone.type = "button";
    gone.setAttribute("aria-label", "Delete this conversation");
    if (c.id === current.id) {
      item.setAttribute("aria-current", "true");
    }
    open.addEventListener("click", () => change(c));
    gone.addEventListener("click", () => {
      conversations.remove(c.id);
      change(c.id === current.id ? conversations.fresh() : current);
    });
    item.append(open, gone);
    return item;
  });
  at("conversations").replaceChildren(...entries);
}

function change(conversation) {
  running?.abort();
  current = conversation;
  showAll();
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
  conversations.save(conversation);
}

async function ask(question) {
  const conversation = current;
  const model = at("model").value;
  conversation.messages.push({ role: "user", content: question });
  const history = conversation.messages.map(({ role, content }) => ({ role, content }));
  const message = { role: "assistant", content: "", model };
  conversation.messages.push(message);
  conversations.save(conversation);
  showAll();
  const box = at("messages").lastElementChild;
  const body = box.firstElementChild;
  running = new AbortController();
  at("stop").hidden = false;
  let first = 0;
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
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
    }
    message.speed = message.tokens > 1 ? (1000 * (message.tokens - 1)) / (performance.now() - first) : undefined;
  } catch (e) {
    message.problem = e.name === "AbortError" ? "stopped; its receipt is in the list" : e.message;
  }
  running = null;
  at("stop").hidden = true;
  conversations.save(conversation);
  box.lastElementChild.replaceWith(foot(message));
  if (message.receipt) {
    await verify(message, box, conversation);
  }
}

async function models() {
  const listed = (await (await fetch("/v1/models")).json()).data;
  const chosen = at("model").value;
  at("model").replaceChildren(...listed.map((m) => {
    const option = element("option", m.id);
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
  at("question").focus();
});
showAll();
at("question").focus();
models();
