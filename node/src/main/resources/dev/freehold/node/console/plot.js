// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";

// Every plot has a table beside it, which says the same in numbers.

const WIDTH = 480;
const HEIGHT = 230;
const LEFT = 72;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 44;

function drawn(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

/** Round numbers from one to another, three to six of them. */
function ticks(from, to) {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough * 0.999);
  const all = [];
  for (let i = Math.ceil(from / step); i * step <= to * (1 + 1e-9); i++) {
    all.push(i * step);
  }
  return all;
}

function mark(kind, x, y) {
  return kind === 1 ? drawn("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: "mark mark-1" })
    : drawn("circle", { cx: x, cy: y, r: 4.5, class: "mark mark-" + kind });
}

function sample(kind, shape) {
  const image = drawn("svg", { viewBox: "0 0 24 12", class: "sample", "aria-hidden": "true" });
  image.append(shape === "steps" ? drawn("path", { d: "M0 6h24", class: "line line-" + kind }) : mark(kind, 12, 6));
  return image;
}

/**
 * A figure.
 *
 * `shape` is points, steps (each value holds until the next one) or bars; `series` are at most three
 * `{ name, points: [[x, y, label], ...] }`; `x` and `y` are `{ name, text }`, where `text` says a value,
 * and `x.from` where the axis begins.
 */
export function plot(title, shape, x, y, series) {
  const points = series.flatMap((each) => each.points);
  const mostY = Math.max(...points.map((p) => p[1])) || 1;
  const from = x.from ?? 0;
  const to = Math.max(...points.map((p) => p[0]), ...(x.ticks ?? []), from + 1) + (shape === "bars" ? 1 : 0);
  const endY = mostY * 1.08;
  const endX = shape === "bars" ? to : to + (to - from) * 0.05;
  const atX = (value) => LEFT + ((value - from) / (endX - from)) * (WIDTH - LEFT - RIGHT);
  const atY = (value) => HEIGHT - BOTTOM - (value / endY) * (HEIGHT - TOP - BOTTOM);
  const image = drawn("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, class: "plot", role: "img", "aria-label": title + ". The table has the numbers." });
  for (const value of ticks(0, endY)) {
    image.append(drawn("path", { d: "M" + LEFT + " " + atY(value) + "H" + (WIDTH - RIGHT), class: "grid" }),
      drawn("text", { x: LEFT - 6, y: atY(value) + 4, "text-anchor": "end" }, y.text(value)));
  }
  for (const value of x.ticks ?? ticks(from, endX)) {
    image.append(drawn("text", { x: atX(value), y: HEIGHT - BOTTOM + 17, "text-anchor": "middle" }, x.text(value)));
  }
  image.append(drawn("path", { d: "M" + LEFT + " " + (HEIGHT - BOTTOM) + "H" + (WIDTH - RIGHT), class: "axis" }),
    drawn("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, x.name));
  series.forEach((each, kind) => {
    if (shape === "steps") {
      const path = each.points.map(([px, py]) => "H" + atX(px) + "V" + atY(py)).join("");
      image.append(drawn("path", { d: "M" + atX(from) + " " + atY(0) + path + "H" + (WIDTH - RIGHT), class: "line line-" + kind }));
    } else {
      for (const [px, py, label] of each.points) {
        image.append(shape === "points" ? mark(kind, atX(px), atY(py))
          : drawn("rect", { x: atX(px) + 1, y: atY(py), width: Math.max(1, atX(px + 1) - atX(px) - 2), height: HEIGHT - BOTTOM - atY(py), class: "bar" }));
        if (label !== undefined) {
          image.append(drawn("text", { x: atX(px) + 8, y: atY(py) - 5 }, label));
        }
      }
    }
  });
  const figure = element("figure");
  const caption = element("figcaption", title + " (" + y.name + ")");
  if (series.length > 1) {
    const legend = element("span", undefined, "legend");
    series.forEach((each, kind) => {
      const entry = element("span");
      entry.append(sample(kind, shape), " " + each.name);
      legend.append(entry);
    });
    caption.append(legend);
  }
  figure.append(caption, image);
  return figure;
}
