// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { near, plain, shortened, when, whole } from "./amounts.js";
import { ask, follow, refill } from "./ask.js";
import { element } from "./markdown.js";
import { plot } from "./plot.js";

const at = (id) => document.getElementById(id);
const fact = (name, value, className) => [element("dt", name), element("dd", value, className)];
const DAY = 86_400_000;
const SHOWN = 100;
let seen = "";

function row(...cells) {
  const line = element("tr");
  line.append(...cells);
  return line;
}

function named(name, className = "digest") {
  const cell = element("td", shortened(name), className);
  cell.title = name;
  return cell;
}

const hours = (seconds) => (seconds % 3600 === 0 ? seconds / 3600 + " h" : seconds % 60 === 0 ? seconds / 60 + " min" : seconds + " s");
const release = (h) => (h.at ? "from " + when(h.at) : h.after === 0 ? "now" : hours(h.after) + " after it is asked back");

function coins(page) {
  const all = page.channels.flatMap((channel) => channel.holdings.map((holding) => ({ channel, ...holding })));
  at("coins-table").hidden = all.length === 0;
  at("no-coins").hidden = all.length > 0;
  at("coins").replaceChildren(...all.map((h) => {
    const owner = h.mine ? element("td", "this machine") : named(h.owner);
    owner.title = h.owner;
    const channel = element("td", (h.channel.pays ? "pays " : "is paid by ") + shortened(h.channel.other), "digest");
    channel.title = h.channel.id + ", " + h.channel.other;
    return row(element("td", whole(h.amount, page.decimals), "number"), element("td", h.state), owner, element("td", release(h)), channel);
  }));
}

/** Sums, of what was done. */
function sums(movements, what, decimals, place) {
  let sum = 0n;
  return movements.filter((m) => m.what === what && m.outcome === "done" && m.amount).map((m) => {
    sum += BigInt(m.amount);
    return [place(m), near(sum, decimals)];
  });
}

function movements(page) {
  const all = page.movements;
  at("movements-table").hidden = all.length === 0;
  at("no-movements").hidden = all.length > 0;
  // Times are the chain's to tell; while it hasn't told them all, blocks give the order.
  const timed = all.every((m) => m.block === undefined || m.time);
  const place = timed ? (m) => Date.parse(m.time) : (m) => m.block;
  const series = [["deposited", "deposit"], ["claimed", "claim"], ["asked back", "asked back"]].map(([name, what]) => ({ name, points: sums(all, what, page.decimals, place) }));
  const places = series.flatMap((each) => each.points.map((p) => p[0]));
  const first = Math.min(...places);
  const last = Math.max(...places);
  const span = Math.max(last - first, timed ? 60_000 : 1);
  const x = timed ? { name: "time (UTC)", text: (value) => when(new Date(value).toISOString()).slice(5, 16), from: first - span * 0.05, ticks: [0.1, 0.5, 0.9].map((part) => first + span * part) }
    : { name: "block of the chain", text: (value) => String(value), from: first - 1, ticks: [...new Set([first, last])] };
  at("movements-plot").replaceChildren(...(places.length === 0 ? [] : [plot("Deposited, claimed and asked back by this machine, in all", "steps", x, { name: "whole coins", text: plain }, series)]));
  at("movements").replaceChildren(...all.toReversed().slice(0, SHOWN).map((m) => {
    const purpose = element("td", m.purpose.length > 34 ? m.purpose.slice(0, 33) + "\u2026" : m.purpose, "digest");
    purpose.title = m.purpose;
    return row(element("td", m.time ? when(m.time) : ""), element("td", m.block ?? "", "number"), element("td", m.what), element("td", m.amount ? whole(m.amount, page.decimals) : "", "number"), element("td", m.outcome), purpose);
  }));
}

function earnings(page) {
  const earned = page.earnings;
  if (earned == null) {
    return;
  }
  const own = (coins) => coins.find((c) => c.chain === page.chain && c.token === page.token);
  const sum = own(earned.coins);
  const said = (units) => whole(units, page.decimals);
  at("earnings").replaceChildren(...(sum ? [...fact("sold", said(sum.sold) + " in " + sum.answers + " answers, " + sum.inputTokens + " tokens read and " + sum.outputTokens + " written"),
    ...fact("signed for", said(sum.allVouchers) + " in all channels, " + said(sum.claimed) + " of it claimed, " + said(sum.unclaimed) + " not yet"),
    ...fact("served, unpaid", said(sum.servedUnpaid))] : fact("sold", "nothing")),
  ...fact("utilisation", (earned.utilisation * 100).toFixed(1) + " % of the time, for " + earned.buyers + " buyers' channels"),
  ...fact("energy", earned.kilowattHours == null ? "not known" : earned.kilowattHours + " kWh (an estimate: watts-busy for as long as it was busy)" + (earned.powerCost == null ? "" : ", " + earned.powerCost + " of the coin")));
  at("raise").replaceChildren(...earned.raise.map((line) => element("li", line)));
  const today = Math.floor(Date.now() / DAY);
  const days = Array.from({ length: earned.days }, (_, i) => new Date((today - earned.days + 1 + i) * DAY).toISOString().slice(0, 10));
  const found = new Map(earned.daily.map((d) => [d.day, d]));
  const sold = (day) => own(found.get(day)?.coins ?? [])?.sold ?? "0";
  const busy = (day) => found.get(day)?.busySeconds ?? 0;
  at("daily-table").hidden = found.size === 0;
  const x = { name: "day", text: (i) => days[i].slice(5), ticks: [0, 10, 20, 29] };
  at("earnings-plot").replaceChildren(...(found.size === 0 ? [] : [
    plot("Sold each day", "bars", x, { name: "whole coins", text: plain }, [{ name: "sold", points: days.map((day, i) => [i, near(sold(day), page.decimals)]) }]),
    plot("Busy with it each day", "bars", x, { name: "% of the day", text: plain }, [{ name: "busy", points: days.map((day, i) => [i, busy(day) / 864]) }])]));
  const energy = (day) => (earned.kilowattHours == null || earned.busySeconds === 0 ? "" : ((earned.kilowattHours * busy(day)) / earned.busySeconds).toFixed(4) + " kWh");
  at("daily").replaceChildren(...days.filter((day) => found.has(day)).toReversed().map((day) => row(element("td", day), element("td", said(sold(day)), "number"),
    element("td", (busy(day) / 864).toFixed(1) + " %", "number"), element("td", energy(day), "number"))));
}

/** One line for each of the owner's machines, this one first. */
function machines(page) {
  const own = page.earnings ? [{ name: "this machine", told: true, ...page.earnings, wattHours: page.earnings.kilowattHours == null ? null : page.earnings.kilowattHours * 1000 }] : [];
  const number = (text) => element("td", text, "number");
  at("machines").replaceChildren(...[...own, ...page.elsewhere].map((machine) => {
    const name = element("td", machine.name);
    name.title = machine.node ?? "";
    if (!machine.told) {
      const nothing = element("td", "has told nothing: it is off, or has no money configured", "quiet");
      nothing.colSpan = 6;
      return row(name, nothing);
    }
    const sum = machine.coins.find((c) => c.chain === page.chain && c.token === page.token) ?? { answers: 0, sold: "0", claimed: "0", unclaimed: "0" };
    const others = machine.coins.length > 0 && machine.coins.every((c) => c.token !== page.token || c.chain !== page.chain);
    return row(name, number(String(sum.answers)), ...[sum.sold, sum.claimed, sum.unclaimed].map((units) => number(others ? "another coin" : whole(units, page.decimals))),
      number((machine.busySeconds / (machine.days * 864)).toFixed(1) + " %"), number(machine.wattHours == null ? "not known" : (machine.wattHours / 1000).toFixed(3) + " kWh"));
  }));
}

async function load() {
  const page = await ask("data/money");
  const text = JSON.stringify(page);
  if (text === seen) {
    return;
  }
  seen = text;
  at("none").hidden = page.configured;
  at("all").hidden = !page.configured;
  if (!page.configured) {
    at("none").textContent = "This machine neither pays nor is paid: write ‘chain = URL’, ‘chain-id = NUMBER’ and ‘coin = ADDRESS’ into FREEHOLD_HOME/config, and start the node again.";
    return;
  }
  at("problem").textContent = page.problem ? "The chain is away: " + page.problem + ". What is shown was seen when it last answered." : "";
  const sum = (mine) => page.channels.flatMap((c) => c.holdings).filter((h) => h.mine === mine).reduce((all, h) => all + BigInt(h.amount), 0n);
  refill(at("facts"), ...fact("account", page.account, "digest"), ...fact("coin", page.token + " on chain " + page.chain, "digest"),
    ...fact("in the account", page.balance == null ? "not known while the chain is away" : whole(page.balance, page.decimals)),
    ...fact("in channels", whole(sum(true), page.decimals) + " this machine's, " + whole(sum(false), page.decimals) + " others'"),
    ...fact("may be spent", page.limits == null ? "nothing: ‘freehold wallet limit’ sets limits"
      : whole(page.limits.answer, page.decimals) + " for an answer, " + whole(page.limits.day, page.decimals) + " on a day, " + whole(page.limits.peer, page.decimals) + " on a day at one seller"),
    ...fact("owner’s mandate", budget(page)));
  coins(page);
  movements(page);
  machines(page);
  earnings(page);
}

// What an owner signed for buying, and what is used up of it.
function budget(page) {
  const b = page.budget;
  if (b == null) {
    return "none: the limits decide alone (‘freehold wallet budget’)";
  }
  if (b.closed) {
    return "not in force, so nothing is bought: " + b.closed;
  }
  return "used " + whole(b.spent.pay, page.decimals) + " of " + whole(b.allowed.pay, page.decimals) + ", " + b.spent.answers + " of " + b.allowed.answers
    + " answers, " + b.spent.tokens + " of " + b.allowed.tokens + " output tokens; until " + b.expires;
}

await follow(load, 5000);
