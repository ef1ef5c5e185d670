// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Asks the node, or has it do something where there is a body; its refusal is an error with its words. */
export async function ask(path, body) {
  const response = await fetch("/console/" + path, body === undefined ? {} : {
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

/** Puts other content into an element; what had the focus there keeps it, known by its id. */
export function refill(into, ...content) {
  const held = into.contains(document.activeElement) ? document.activeElement.id : "";
  into.replaceChildren(...content);
  if (held !== "") {
    document.getElementById(held)?.focus();
  }
}
