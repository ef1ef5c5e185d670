// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Changes a file of evidence at random, and asks evidence.js of each. A check never throws; what is Invalid has a reason;
// what is Valid says nothing else than the file that was given.
async (whole, seed, rounds) => {
  const { canonical, check, parse } = await import("/console/files/evidence.js");
  let state = seed;
  const below = (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = (list) => list[below(list.length)];
  const letters = "{}[]\",:\\0123456789abcdefABCDEF.-+nul \n\u0000\u00e9\ud83d";
  const bytewise = () => {
    let text = whole;
    for (let times = 1 + below(3); times > 0; times--) {
      const at = below(text.length);
      text = pick([
        () => text.slice(0, at) + letters[below(letters.length)] + text.slice(at + 1),
        () => text.slice(0, at) + text.slice(at + 1),
        () => text.slice(0, at) + text.slice(at, at + 1 + below(40)) + text.slice(at),
      ])();
    }
    return text;
  };
  const leaves = (value, path, into) => {
    if (value !== null && typeof value === "object") {
      Object.keys(value).forEach((key) => leaves(value[key], [...path, key], into));
    }
    into.push(path);
    return into;
  };
  const other = (value) => pick([
    () => (typeof value === "number" ? value + 0.5 : value + " "),
    () => (typeof value === "number" ? value + 2 ** 32 : String(value).toUpperCase()),
    () => (typeof value === "number" ? -value : value + "\n"),
    () => (typeof value === "string" ? value.replace(/[0-9a-f](?=[^0-9a-f]*$)/, "") : [value]),
    () => (typeof value === "string" ? value + "\ud800" : String(value)),
    () => (typeof value === "string" ? value.replace("\n", "\n\n") : { value }),
    () => null, () => [], () => ({}), () => "", () => true,
  ])();
  // Canonical all the same, so that what is checked behind the form is met.
  const written = (value) => Array.isArray(value) ? "[" + value.map(written).join(",") + "]"
    : value !== null && typeof value === "object"
      ? "{" + Object.keys(value).sort().map((k) => JSON.stringify(k) + ":" + written(value[k])).join(",") + "}"
      : JSON.stringify(value);
  const inside = () => {
    const root = JSON.parse(whole);
    const path = pick(leaves(root, [], []).filter((each) => each.length > 0));
    const parent = path.slice(0, -1).reduce((at, key) => at[key], root);
    const key = path.at(-1);
    if (below(8) === 0) {
      Array.isArray(parent) ? parent.splice(key, 1) : delete parent[key];
    } else {
      parent[key] = other(parent[key]);
    }
    return written(root);
  };
  // A transcript may be left out: then nothing is claimed of it.
  const said = (file, transcript) => canonical([file.receipt, transcript, file.entry ?? null, file.proof?.body ?? null]);
  const honest = parse(whole);
  const seen = { Valid: 0, Invalid: 0 };
  const reasons = new Set();
  for (let round = 0; round < rounds; round++) {
    const text = round % 3 === 0 ? bytewise() : inside();
    let result;
    try {
      result = await check(text);
    } catch (e) {
      return "round " + round + " threw " + e + " at " + text;
    }
    seen[result.verdict]++;
    const wrong = result.claims.filter((c) => c.verdict === "Invalid");
    if (result.verdict === "Invalid" && (wrong.length === 0 || wrong.some((c) => typeof c.reason !== "string" || c.reason === ""))) {
      return "round " + round + " is Invalid without a reason: " + text;
    }
    if (result.verdict === "Valid" && (result.file.transcript === undefined) === result.claims.some((c) => c.name === "transcript")) {
      return "round " + round + " claims what is not there: " + text;
    }
    if (result.verdict === "Valid" && said(result.file, result.file.transcript ?? honest.transcript) !== said(honest, honest.transcript)) {
      return "round " + round + " is Valid and says something else: " + text;
    }
    wrong.forEach((c) => reasons.add(c.reason));
  }
  return seen.Invalid > rounds / 2 && reasons.size > 15 ? "sound" : "too little was tried: " + JSON.stringify(seen) + [...reasons].join("; ");
}
