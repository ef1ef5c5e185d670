// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";

for (const link of document.querySelectorAll("nav a")) {
  const here = location.pathname;
  const to = link.getAttribute("href");
  if (here === to || (to !== "/console/" && here.startsWith(to))) {
    link.setAttribute("aria-current", "page");
  }
}

/** Shows a check of the browser's own in an element. */
export function show(into, result, note) {
  const list = element("ul");
  for (const { name, verdict, reason } of result.claims) {
    list.append(element("li", reason === null || reason === undefined ? name + ": " + verdict : name + ": " + verdict + ", " + reason));
  }
  into.replaceChildren(element("strong", result.verdict, "seal " + result.verdict), " " + note, list);
}

/** Asks the node to replay an answer: the verdict of its verifier. */
export async function replay(id) {
  const response = await fetch("/console/judge/" + id, { method: "POST" });
  if (!response.ok) {
    throw new Error("the node answers " + response.status);
  }
  return response.json();
}
