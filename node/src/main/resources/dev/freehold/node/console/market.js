// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { near, plain, shortened, when, whole } from "./amounts.js";
import { ask, follow, refill } from "./ask.js";
import { element } from "./markdown.js";
import { plot } from "./plot.js";

const at = (id) => document.getElementById(id);
const SHOWN = 200;
const LABELLED = 40;
const ALL = "";
let seen = "";
let page;

function row(...cells) {
  const line = element("tr");
  line.append(...cells);
  return line;
}

const text = (value) => element("td", value ?? "");
const number = (value) => element("td", value ?? "", "number");

function named(name) {
  const cell = element("td", shortened(name), "digest");
  cell.title = name;
  return cell;
}

function receipt(id) {
  const cell = element("td");
  if (id) {
    const link = element("a", id, "digest");
    link.href = "/console/receipts/" + id;
    cell.append(link);
  }
  return cell;
}

function table(id, rows) {
  at(id + "-table").hidden = rows.length === 0;
  refill(at(id), ...rows);
}

const price = (units) => whole(units, page.decimals);

/** What was measured here counts; what a seller says of itself is marked as that. */
const speed = (offer) => offer.measuredDecode ?? offer.decode;

function compared(one, other) {
  const first = BigInt(one.output);
  const second = BigInt(other.output);
  return first < second ? -1 : first > second ? 1 : speed(other) - speed(one);
}

function offers() {
  const chosen = at("model").value;
  const some = page.offers.filter((o) => chosen === ALL || o.digest === chosen).sort(compared);
  const shown = some.slice(0, SHOWN);
  at("count").textContent = some.length === 0 ? "No offers are known: they come from the relays of FREEHOLD_HOME/config and from the fleet."
    : some.length + (some.length === 1 ? " offer" : " offers") + (some.length > SHOWN ? ", the " + SHOWN + " cheapest are shown" : "");
  at("offers-caption").textContent = "Prices in whole coins for a million tokens, the cheapest answer first";
  const points = (measured) => shown.map((o, i) => [speed(o), near(o.output, page.decimals), shown.length > LABELLED ? undefined : String(i + 1), o]).filter((p) => (p[3].measuredDecode !== undefined) === measured);
  at("offers-plot").replaceChildren(...(shown.length === 0 ? [] : [plot("Price of what is written against speed, each offer by its number in the table", "points",
    { name: "tokens a second", text: plain }, { name: "whole coins for a million tokens", text: plain },
    [{ name: "speed as the seller says", points: points(false) }, { name: "speed as measured here", points: points(true) }])]));
  table("offers", shown.map((o, i) => row(number(i + 1), text(o.model), number(price(o.input)), number(price(o.output)), number(o.decode), number(o.measuredDecode),
    named(o.seller), text(o.tier), text(o.region), number(o.context), text(when(o.expires)), text(o.why ? "no: " + o.why : "yes"))));
}

function health(peer) {
  return peer.why === "an answer of its was wrong" || peer.invalid > 0 ? ["gave a wrong answer: nothing is wanted of it", "problem"]
    : peer.answers === 0 ? ["not tried yet", ""]
      : peer.broken * 2 > peer.answers ? ["most answers break off", "problem"]
        : peer.broken > 0 ? ["some answers break off", ""] : ["well", ""];
}

function peers() {
  const bySeller = new Map();
  page.offers.forEach((o) => {
    if (!(bySeller.get(o.seller)?.heard >= o.heard)) {
      bySeller.set(o.seller, o);
    }
  });
  at("no-peers").hidden = bySeller.size + page.contradictions.length > 0;
  const known = [...bySeller.values()].sort((one, other) => other.answers - one.answers).slice(0, SHOWN).map((o) => row(named(o.seller), element("td", ...health(o)),
    number(o.answers), number(o.broken), number(o.invalid), number(o.measuredPrefill), number(o.measuredDecode), text(o.standing), text(when(o.heard))));
  const aside = page.contradictions.map((c) => row(named(c.seller), element("td", "set aside until " + when(c.until) + ": it said two things of one instant", "problem"), ...Array.from({ length: 7 }, () => text(""))));
  table("peers", [...known, ...aside]);
}

function sales() {
  const models = new Map([...page.offers, ...page.sales].map((o) => [o.digest, o.model]));
  const called = (digest) => {
    const cell = text(models.get(digest) ?? digest.slice(7, 19) + "\u2026");
    cell.title = digest;
    return cell;
  };
  at("no-sales").hidden = page.sales.length > 0;
  table("sales", page.sales.map((s) => row(text(s.model), number(price(s.input)), number(price(s.output)), number(s.streams), text(s.hours ?? "always"), text(s.expires ? when(s.expires) : "not offered now"),
    element("td", s.hindrance ?? "", s.hindrance ? "problem" : ""))));
  table("sold", page.sold.map((s) => row(text(when(s.time)), called(s.digest), number(s.input), number(s.output), number(s.mine ? price(s.amount) : s.amount + " of another coin"),
    number((s.millis / 1000).toFixed(1) + " s"), s.channel ? named(s.channel) : text("paid at once"), receipt(s.receipt))));
  table("buyers", page.buyers.map((b) => row(named(b.account), number(price(b.served)), number(price(b.paid)), number(price(b.claimed)), number(price(b.unpaid)),
    element("td", b.leaving ? "takes its coins back from " + when(b.leaving) : b.unpaid !== "0" ? "owes" : "well", b.unpaid !== "0" ? "problem" : ""))));
}

function purchases() {
  at("no-purchases").hidden = page.sellers.length + page.bought.length > 0;
  table("sellers", page.sellers.map((s) => row(named(s.account), number(price(s.signed)), number(price(s.today)), number(price(s.left)))));
  table("bought", page.bought.map((r) => row(receipt(r.id), text(when(r.finished)), text(r.model), number(r.prompt_tokens), number(r.output_tokens),
    number(r.paid === undefined ? "" : price(r.paid)), text(r.verdict), named(r.node))));
}

function choices() {
  const before = at("model").value;
  const models = [...new Map(page.offers.map((o) => [o.digest, o.model]))].sort((one, other) => (one[1] < other[1] ? -1 : 1));
  at("model").replaceChildren(...[[ALL, "all"], ...models].map(([digest, name]) => {
    const option = element("option", name);
    option.value = digest;
    return option;
  }));
  at("model").value = models.some(([digest]) => digest === before) ? before : ALL;
}

async function load() {
  page = await ask("data/market");
  const now = JSON.stringify(page, (key, value) => (key === "ageSeconds" ? undefined : value));
  if (now === seen) {
    return;
  }
  seen = now;
  at("none").hidden = page.configured;
  at("all").hidden = !page.configured;
  if (!page.configured) {
    at("none").textContent = "This machine neither buys nor sells: write ‘chain = URL’, ‘chain-id = NUMBER’ and ‘coin = ADDRESS’ into FREEHOLD_HOME/config, and start the node again.";
    return;
  }
  choices();
  offers();
  peers();
  sales();
  purchases();
}

at("model").addEventListener("change", offers);

await follow(load, 5000);
