// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { ask, follow, refill } from "./ask.js";
import { confirmed } from "./dialog.js";
import { element } from "./markdown.js";

const at = (id) => document.getElementById(id);
const fact = (name, value, className) => [element("dt", name), element("dd", value, className)];
const when = (time) => time.slice(0, 19).replace("T", " ");
const gigabytes = (bytes) => (bytes / 1e9).toFixed(2) + " GB";
const LINKS = { direct: "direct", quic: "direct (quic)", relay: "through a relay", down: "no link" };

/** What goes wrong is said, with what the node says of it. */
async function told(doing) {
  at("problem").textContent = "";
  try {
    return await doing;
  } catch (e) {
    at("problem").textContent = e.message;
    return undefined;
  }
}

function facts(...pairs) {
  const list = element("dl", undefined, "facts");
  list.append(...pairs.flat());
  return list;
}

const mend = (lines) => lines.map((line) => element("p", line, "problem"));

function button(name, id, label, act) {
  const made = element("button", name);
  made.type = "button";
  made.id = id;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

/** Model servers that aren't ours: nothing about their answers is proven. */
const lanes = (all) => (all.length === 0 ? [] : fact("other engines", all.map((l) => l.name + " (" + l.state + (l.problem ? ": " + l.problem : "") + ")").join(", ")));

function here(fleet) {
  const relays = fleet.relays.flatMap((r) => [...fact("relay", r.relay + ": " + r.state, "digest")]);
  const hint = fleet.reachable ? [] : [element("p", "Nobody can reach this machine yet: it can join another one's fleet, but not invite. Write ‘relays = wss://…’ (what ‘freehold relay’ prints) or ‘link-listen = ADDRESS:PORT’ into FREEHOLD_HOME/config, and start the node again.", "quiet")];
  const models = fleet.models.map((m) => m.name + " (" + m.state + (m.problem ? ": " + m.problem : "") + ")");
  const joins = [...fleet.refusedJoins.map((j) => element("p", when(j.at) + ": a machine was turned away, its invite " + j.invite.slice(0, 8) + " is " + j.reason.replaceAll("_", " ") + " (" + j.node + ")", "problem")),
    ...(fleet.failedJoin ? [element("p", when(fleet.failedJoin.at) + ": joining failed: " + fleet.failedJoin.why, "problem")] : [])];
  return [facts(fact("this machine", fleet.name), fact("models", models.length > 0 ? models.join(", ") : "none"),
    lanes(fleet.lanes), fact("works for others", fleet.notWorking ?? "yes", fleet.notWorking ? "problem" : ""), fact("key", fleet.node, "digest"), relays), ...fleet.relays.flatMap((r) => mend(r.mend)), ...joins, ...hint];
}

function machine(member) {
  const box = element("section", undefined, "model");
  const head = element("div", undefined, "row");
  head.append(element("strong", member.name), element("span", LINKS[member.link] ?? member.link, "seal " + (member.link === "down" ? "Invalid" : "Valid")),
    element("span", member.tier, "seal"),
    button("Remove", "remove-" + member.name, "Remove " + member.name, async () => {
      if (await confirmed("Remove " + member.name + " from this fleet? Remove this machine there, too.", "Remove")) {
        await told(ask("fleet/remove", { name: member.name }));
        await load();
      }
    }));
  const says = member.says;
  if (member.quarantined) {
    head.append(button("Release", "release-" + member.name, "Give " + member.name + " jobs again", async () => {
      if (await confirmed("It was set aside because " + member.quarantined.reasons.join("; ") + ". Give it jobs again?", "Release")) {
        await told(ask("fleet/release", { name: member.name }));
        await load();
      }
    }));
  }
  const called = (digest) => says?.models.find((m) => m.digest === digest)?.name ?? digest;
  const speeds = member.measured.map((m) => called(m.digest) + ": " + m.tokensPerSecond + " tokens/s, first after " + m.firstTokenMillis + " ms");
  const last = element("dd");
  if (member.lastReceipt) {
    const link = element("a", member.lastReceipt, "digest");
    link.href = "/console/receipts/" + member.lastReceipt;
    last.append(link);
  }
  const models = says?.models.map((m) => m.name + " (" + m.state + (m.context > 0 ? ", " + m.context + " tokens of context" : "") + ")");
  box.append(head, ...(member.quarantined ? [element("p", "Set aside since " + when(member.quarantined.since) + ": " + member.quarantined.reasons.join("; "), "problem")] : []), ...mend(member.mend), facts(
    member.words ? fact("words", member.words) : [],
    member.roundTripMillis === null ? [] : fact("round trip", member.roundTripMillis.toFixed(1) + " ms"),
    says ? [...fact("models", models.length > 0 ? models.join(", ") : "none"), ...lanes(says.lanes),
      ...fact("load", says.active + " answering, " + says.queued + " waiting; " + gigabytes(says.memoryBytes) + " for attention, " + gigabytes(says.freeBytes) + " of memory free, " + says.threads + " threads"),
      ...fact("works for others", says.work === "yes" ? "yes" : "not now: " + says.work),
      ...fact("program", says.program)] : [],
    speeds.length > 0 ? fact("measured", speeds.join("; ")) : [],
    member.lastReceipt ? [element("dt", "last receipt"), last] : [],
    fact("seen", member.seen === null || member.seen === undefined ? "not yet" : when(member.seen)),
    fact("paired", when(member.since)),
    fact("key", member.node, "digest")));
  return box;
}

function invite(one) {
  const line = element("tr");
  const id = element("td", one.id.slice(0, 8), "digest");
  id.title = one.id;
  const last = element("td");
  if (one.state === "open") {
    last.append(button("Withdraw", "withdraw-" + one.id, "Withdraw invite " + one.id.slice(0, 8), async () => {
      await told(ask("fleet/withdraw", { id: one.id }));
      at("made").replaceChildren();
      await load();
    }));
  }
  line.append(id, element("td", one.tier), element("td", one.state), element("td", when(one.expires)), element("td", one.words ?? ""), last);
  return line;
}

async function load() {
  const { fleet, invites } = await ask("data/fleet");
  refill(at("here"), ...here(fleet));
  refill(at("machines"), ...(fleet.members.length > 0 ? fleet.members.map(machine) : [element("p", "None yet.", "quiet")]));
  at("invites-table").hidden = invites.length === 0;
  refill(at("invites"), ...invites.toReversed().map(invite));
  if (at("model").options.length === 0) {
    await models();
  }
}

/** Dark squares on white whatever the page's colours, with the margin of four that readers need. */
function drawn(rows) {
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const size = rows.length + 8;
  const image = svg("svg", { viewBox: "0 0 " + size + " " + size, class: "qr", role: "img", "aria-label": "The invite as a QR code", "shape-rendering": "crispEdges" });
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => "M" + (run.index + 4) + " " + (y + 4) + "h" + run[0].length + "v1h-" + run[0].length + "z")).join("");
  image.append(svg("rect", { width: size, height: size }), svg("path", { d: path }));
  return image;
}

at("make").addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = await told(ask("fleet/invite", { tier: at("tier").value }));
  if (made === undefined) {
    return;
  }
  const line = element("code", made.invite, "digest");
  line.id = "invite";
  const copy = button("Copy", "copy", "Copy the invite", async () => {
    await navigator.clipboard.writeText(made.invite);
    copy.textContent = "Copied";
  });
  const words = element("div");
  words.append(element("p", "On the other machine, before " + when(made.expires) + " UTC: paste this line into its console, or run ‘freehold join LINE’."), line, copy);
  const both = element("div", undefined, "invite");
  both.append(...(made.qr.length > 0 ? [drawn(made.qr)] : []), words);
  at("made").replaceChildren(both);
  await load();
});

at("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("joined").textContent = "Joining…";
  const joined = await told(ask("fleet/join", { invite: at("line").value.trim().replace(/^freehold join /, "").toWellFormed() }));
  at("joined").textContent = "";
  if (joined !== undefined) {
    at("line").value = "";
    at("joined").append(element("p", "Paired with " + joined.name + ". Its fleet page must show the same four words; if not, remove this machine there and that one here:"), element("p", joined.words, "words"));
    if (Math.abs(joined.clockAheadSeconds) > 300) {
      at("joined").append(element("p", "The two clocks differ by " + Math.abs(joined.clockAheadSeconds) + " s: set them.", "problem"));
    }
  }
  await load();
});

function placed(plan) {
  const left = plan.left.map((one) => element("p", "Left out: " + one, "quiet"));
  if (!plan.fits) {
    return [...left, element("p", "It does not fit: it needs " + gigabytes(plan.needBytes) + " of memory, " + gigabytes(plan.freeBytes) + " are free. "
      + (plan.fittingPositions > 0 ? "With " + plan.fittingPositions + " tokens at once it would." : "Not even its weights do: take a smaller model."), "problem")];
  }
  const places = plan.places.map((p) => fact(p.machine, (plan.layers === 1 ? "all layers" : "layers " + p.firstLayer + " to " + (p.endLayer - 1) + " of " + plan.layers)
    + ": " + gigabytes(p.needBytes) + " of " + gigabytes(p.freeBytes) + " free"));
  return [element("p", plan.model + ", with attention memory for " + plan.positions + " tokens"), facts(...places, fact("expected", "about " + plan.expectedTokensPerSecond + " tokens a second")), ...left];
}

at("plan").addEventListener("submit", async (event) => {
  event.preventDefault();
  const positions = at("positions").value.trim();
  const plan = await told(ask("fleet/plan", { model: at("model").value, positions: positions === "" ? 0 : Number(positions) }));
  at("planned").replaceChildren(...(plan === undefined ? [] : placed(plan)));
});

async function models() {
  const { models } = await ask("data/models");
  at("model").append(...models.map((m) => {
    const option = element("option", m.name);
    option.value = m.name;
    return option;
  }));
}

await follow(load, 2000);
