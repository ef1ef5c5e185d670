// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// A cookie goes to every port of this machine, whoever listens there. So there is a second secret, which only pages of this
// very origin can read, and both are demanded (docs/decisions/0082).
const KEY = "freehold-session";

/** Changes the link that the owner was given, which works once, for this browser's session. */
async function enter() {
  const once = /^#once=([0-9a-f]{64})$/.exec(location.hash);
  if (once === null) {
    return;
  }
  history.replaceState(null, "", location.pathname);
  const response = await fetch("/console/enter", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ once: once[1] }),
  });
  if (response.ok) {
    localStorage.setItem(KEY, (await response.json()).session);
  }
}

const entering = enter();

/** As fetch does, in the owner's session. */
export async function call(path, options = {}) {
  await entering;
  const response = await fetch(path, { ...options, headers: { ...options.headers, "Freehold-Session": localStorage.getItem(KEY) ?? "" } });
  if (response.status === 401) {
    throw new Error("this browser has no session with the node (any more). Run ‘freehold console’ in a terminal, and open the link that it prints");
  }
  return response;
}

/** What went wrong, for a person. */
export const said = (e) => (e instanceof TypeError ? "the node does not answer: it has ended, or starts again" : e.message);

/** Asks the node, or has it do something where there is a body; its refusal is an error with its words. */
export async function ask(path, body) {
  const response = await call("/console/" + path, body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    const text = await response.text();
    throw new Error(response.headers.get("Content-Type").startsWith("text/plain") ? text.trim() : JSON.parse(text).error.message);
  }
  return response.json();
}

/** Shows what keeps the page from the node; nothing where nothing does. */
export function lost(e) {
  const text = e === undefined ? "" : "What is shown may be old: " + said(e) + ".";
  const place = document.getElementById("lost");
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

/** Loads now and ever again, also after it failed. `load` may say after how many milliseconds; null ends it. */
export async function follow(load, millis) {
  let next = millis;
  try {
    next = (await load()) ?? millis;
    lost();
  } catch (e) {
    lost(e);
  }
  setTimeout(follow, next, load, millis);
}

/** Has the browser keep what the node answers as a file. */
export async function save(path, name) {
  const response = await call(path);
  if (!response.ok) {
    throw new Error("the node answers " + response.status);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Puts other content into an element; what had the focus there keeps it, known by its id or by what it says. */
export function refill(into, ...content) {
  const held = into.contains(document.activeElement) ? document.activeElement : null;
  into.replaceChildren(...content);
  if (held === null) {
    return;
  }
  const same = (e) => e.getAttribute("href") === held.getAttribute("href") && e.textContent === held.textContent;
  const again = held.id !== "" ? document.getElementById(held.id) : [...into.querySelectorAll(held.localName)].find(same);
  again?.focus();
}
