// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { call } from "./ask.js";
import { element } from "./markdown.js";

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
  const response = await call("/console/judge/" + id, { method: "POST" });
  if (!response.ok) {
    throw new Error("the node answers " + response.status);
  }
  return response.json();
}
