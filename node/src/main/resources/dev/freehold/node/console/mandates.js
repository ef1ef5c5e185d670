// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { ask, follow, refill } from "./ask.js";
import { entered } from "./dialog.js";
import { when } from "./amounts.js";
import { element } from "./markdown.js";
import { step } from "./steps.js";

const at = (id) => document.getElementById(id);
const fact = (name, value, className) => [element("dt", name), element("dd", value, className)];
const names = (list) => (list.length === 0 ? "none" : list.includes("*") ? "any" : list.join(", "));
const millionths = (amount, unit) => (amount / 1e6).toFixed(6).replace(/0+$/, "").replace(/\.$/, "") + " " + unit;
let seen = "";

function budget(what, used, allowed, text) {
  const value = element("dd");
  const bar = element("progress");
  bar.max = Math.max(allowed, 1);
  bar.value = Math.min(used, bar.max);
  bar.setAttribute("aria-label", what + " used");
  value.append(bar, element("span", " " + text));
  return [element("dt", what), value];
}

async function revoke(mandate) {
  at("problem").textContent = at("told").textContent = "";
  const port = await entered("End this mandate from now on? Nothing it allows is done any more, and that can't be taken back. The gateway listens on this machine at port", "8403", "Revoke", 5);
  if (port === null) {
    return;
  }
  try {
    const done = await ask("mandates/revoke", { mandate: mandate.digest, port: Number(port) });
    if (done.delivered) {
      at("told").textContent = "Revoked. The gateway's log will show it in a moment.";
    } else {
      at("told").replaceChildren(element("p", "Signed, but not delivered: " + done.why + ". Write this into a file, and post it once the gateway runs (curl --data-binary @FILE http://127.0.0.1:8403/v1/revocations). Until then the mandate counts.", "problem"), element("pre", done.revocation));
      at("told").querySelector("pre").tabIndex = 0;
    }
  } catch (e) {
    at("problem").textContent = e.message;
  }
  seen = "";
  await load();
}

function show(mandate, page) {
  const { allow } = mandate;
  const { used } = page;
  const box = element("section", undefined, "model");
  const head = element("div", undefined, "row");
  const named = element("strong", mandate.digest.slice(7, 19), "digest");
  named.title = mandate.digest;
  head.append(named, element("span", mandate.inForce ? "in force" : "not in force", "seal " + (mandate.inForce ? "Valid" : "Invalid")));
  if (mandate.inForce) {
    const end = element("button", "Revoke");
    end.type = "button";
    end.id = "revoke-" + mandate.digest.slice(7, 19);
    end.setAttribute("aria-label", "Revoke mandate " + mandate.digest.slice(7, 19));
    end.addEventListener("click", () => revoke(mandate));
    head.append(end);
  }
  const facts = element("dl", undefined, "facts");
  const approval = allow.approve.length === 0 ? "" : "; each time with approval: " + allow.approve.join(", ");
  facts.append(...[
    fact("may", names(allow.effects) + approval),
    fact("models", names(allow.models)),
    fact("tools", names(allow.tools)),
    fact("towards", names(allow.peers)),
    fact("data", "up to " + allow.class + "; may leave while nothing above " + allow.egress + " was touched"),
    budget("answers", used.answers, allow.answers, used.answers + " of " + allow.answers),
    budget("tokens", used.tokens, allow.tokens, used.tokens + " of " + allow.tokens + "; at most " + allow.output + " in an answer"),
    allow.unit === "" ? fact("payments", "none") : budget("payments", used.pay, allow.pay, millionths(used.pay, allow.unit) + " of " + millionths(allow.pay, allow.unit)),
    fact("under it", mandate.done + " done, " + mandate.refused + " refused"),
    fact("counts", when(mandate.issued) + " to " + when(mandate.expires)),
    fact("granted by", mandate.issuer + (mandate.issuer === page.owner ? " (the owner's key of this home)" : ""), "digest"),
    fact("held by", mandate.holder, "digest"),
    mandate.parent ? fact("narrows", mandate.parent, "digest") : [],
    fact("passed on", "at most " + allow.delegate + " times"),
  ].flat());
  const text = element("details");
  const pre = element("pre", mandate.shown);
  pre.tabIndex = 0;
  text.append(element("summary", "The text that was signed"), pre);
  box.append(head, ...(mandate.inForce ? (mandate.notes ?? []).map((note) => element("p", note, "quiet")) : [element("p", mandate.why, "problem")]), facts, text);
  return box;
}

const ENDS = { returned: "the whole result was given to the caller", failed: "it failed, and the caller was told so", withheld: "there was a result, and the caller did not get it", cut: "the caller left before the end", interrupted: "the gateway ended in between; nothing more is known" };

/** An action as its seven steps. */
function action(a, page) {
  const box = element("details", undefined, "action");
  box.id = "action-" + a.id.slice(0, 12);
  const allowed = a.decision === "ALLOW" || a.decision === "MODIFY";
  const summary = element("summary");
  summary.append(element("span", allowed ? (a.outcome ?? "under way") : "refused", "seal " + (allowed ? (a.outcome === "returned" ? "Valid" : "Undecidable") : "Invalid")),
    " " + a.effect.replace("_", " ") + " towards " + a.target + ", " + when(a.begun));
  const unit = page.mandates.find((m) => m.digest.slice(7) === a.mandate.slice(8))?.allow.unit ?? "";
  const cost = [a.tokens > 0 ? a.tokens + " output tokens " + (a.ended ? "used" : "set aside") : "", a.amount > 0 ? millionths(a.amount, unit) : ""].filter((each) => each !== "");
  const records = a.records.map((r) => [r.phase, r.token]);
  const steps = element("ol", undefined, "steps");
  steps.append(
    step("mandate", true, "Held against this mandate, which its owner signed.", [["mandate", a.mandate], ["on behalf of", a.principal]]),
    step("match", allowed, "Towards " + a.target + ".", [["agent", a.agent]]),
    step("execute", a.records.length > 1, !allowed ? "It was not done." : a.outcome ? "Ended " + when(a.ended) + ": " + ENDS[a.outcome] + (a.status ? " (status " + a.status + ")." : ".") : "Under way.", [["effect", a.effect], ["class of data", a.class]]),
    step("receipt", true, "Each record is a signed token, durable before what it allows.", [...records, ...(a.receipt ? [["receipt of the answer", a.receipt]] : [])]),
    step("verify", allowed, "The policy said " + a.decision + " before anything was done" + (a.reason ? ": " + a.reason : "") + "; the record continues the gateway's history.", [["policy", a.policy]]),
    step("settle", cost.length > 0, cost.length > 0 ? cost.join(", ") + ", taken from the mandate's budget." : "It took nothing from the budgets but being an action.", []),
    step("log", true, "Entries " + a.records.map((r) => r.entry).join(", ") + " of the gateway's log.", []));
  if (a.receipt) {
    const link = element("a", "The receipt's own seven steps");
    link.href = "/console/receipts/" + a.receipt;
    steps.children[3].lastElementChild.append(link);
  }
  box.append(summary, steps);
  return box;
}

async function load() {
  const page = await ask("data/mandates");
  const text = JSON.stringify(page);
  if (text === seen) {
    return;
  }
  seen = text;
  if (page.gateway === null) {
    at("list").replaceChildren(element("p", "No gateway has run on this home. ‘freehold gateway --id’ prints its name, ‘freehold mandate sign FILE --holder NAME --model MODEL --peer HOST:PORT’ allows it something, and ‘freehold gateway --mandate FILE’ starts it.", "quiet"));
    return;
  }
  if (page.fault) {
    at("problem").textContent = "The gateway's log is not read to its end: " + page.fault;
  }
  at("used").replaceChildren(...fact("gateway's log", page.gateway), ...(page.read < page.size ? fact("read so far", page.read + " of " + page.size + " entries") : []),
    ...fact("used in all", "answers " + page.used.answers + ", output tokens " + page.used.tokens + ", times that data left " + page.used.egress + "; highest class touched: " + page.used.class),
    ...fact("actions", page.used.actions + " judged, " + page.underWay + " under way; mandates not taken: " + page.refusals),
    ...fact("held against", "every mandate alike: its budgets are measured by all that the gateway did"));
  const open = [...document.querySelectorAll("#list details[open]")].map((each) => each.parentElement.id);
  const opened = [...document.querySelectorAll(".action[open]")].map((each) => each.id);
  at("actions").hidden = page.actions.length === 0;
  refill(at("acted"), ...page.actions.map((each) => {
    const box = action(each, page);
    box.open = opened.includes(box.id);
    return box;
  }));
  refill(at("list"), ...page.mandates.map((mandate) => {
    const box = show(mandate, page);
    box.id = "mandate-" + mandate.digest.slice(7, 19);
    box.querySelector("details").open = open.includes(box.id);
    return box;
  }));
}

await follow(load, 1000);
