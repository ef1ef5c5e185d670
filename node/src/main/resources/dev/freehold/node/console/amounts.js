// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** An amount of a token's smallest units in whole ones, exactly. */
export function whole(units, decimals) {
  const digits = String(units).padStart(decimals + 1, "0");
  const rest = decimals === 0 ? "" : digits.slice(-decimals).replace(/0+$/, "");
  return digits.slice(0, digits.length - decimals) + (rest === "" ? "" : "." + rest);
}

/** What a plot takes: near enough for the eye. */
export const near = (units, decimals) => Number(units) / 10 ** decimals;

/** A number of a plot's axis. */
export const plain = (value) => (value === 0 ? "0" : Number(value.toPrecision(6)).toString());

/** The beginning of an account or a key; the whole of it is its title. */
export const shortened = (name) => (name.startsWith("did:key:") ? name.slice(8, 20) : name.slice(0, 10)) + "\u2026";

export const when = (time) => time.slice(0, 16).replace("T", " ") + " UTC";
