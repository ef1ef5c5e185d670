// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";

/** One of the seven steps: what it says, and its facts, whose digests can be copied. */
export function step(name, done, says, facts) {
  const item = element("li", undefined, done ? "done" : "");
  const body = element("div");
  body.append(element("p", says));
  const list = element("dl");
  for (const [label, value] of facts) {
    if (value === undefined) {
      continue;
    }
    const digest = /^(sha-?256:|did:key:|r-[0-9a-f]{20}|[0-9a-f]{32}|0x[0-9a-f]{40})/.test(value) || label === "signature" || label === "root";
    const detail = element("dd", String(value), digest ? "digest" : "");
    if (digest) {
      const copy = element("button", "copy", "copy");
      copy.type = "button";
      copy.setAttribute("aria-label", "Copy " + label);
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(value);
          copy.textContent = "copied";
        } catch {
          copy.textContent = "not allowed: select it";
        }
      });
      detail.append(" ", copy);
    }
    list.append(element("dt", label), detail);
  }
  if (list.childElementCount > 0) {
    body.append(list);
  }
  item.append(element("h2", name), body);
  return item;
}
