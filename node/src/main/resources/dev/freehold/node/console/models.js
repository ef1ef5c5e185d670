// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { ask, call, follow, lost, refill } from "./ask.js";
import { element } from "./markdown.js";

const at = (id) => document.getElementById(id);
const gigabytes = (bytes) => (bytes / 1e9).toFixed(2) + " GB";
let seen = "";

function pull(model) {
  const button = element("button", "Pull");
  button.type = "button";
  button.id = "pull-" + model.name;
  button.setAttribute("aria-label", "Pull " + model.name);
  button.addEventListener("click", async () => {
    at("told").textContent = "Pulling " + model.name + ".";
    try {
      const answer = await call("/console/pull/" + model.name, { method: "POST" });
      at("told").textContent = answer.ok ? "Pulling " + model.name + "." : "The node answers " + answer.status + ".";
      await load();
    } catch (e) {
      lost(e);
    }
  });
  return button;
}

/** What one can do with a model that is here, and how fast it was. */
function here(model) {
  const speed = model.written === undefined ? "not measured here yet: it has answered nothing"
    : "measured here: " + model.read + " tokens/s read, " + model.written + " tokens/s written";
  return speed + (model.state ? "" : "; not served: ‘freehold up -m " + model.name + "’ serves it");
}

function show(model) {
  const box = element("section", undefined, "model");
  const head = element("div", undefined, "row");
  head.append(element("strong", model.name), element("span", gigabytes(model.bytes), "quiet"), element("span", model.licence, "quiet"));
  const busy = model.pull === "pulling" || model.pull === "checking";
  if (model.state) {
    head.append(element("span", model.state, "seal " + (model.state === "ready" ? "Valid" : "")));
  }
  if (!model.here && !busy) {
    head.append(pull(model));
  }
  box.append(head);
  if (model.title && model.title !== model.name) {
    box.append(element("p", model.title));
  }
  box.append(element("p", model.here ? here(model) : model.fit, "quiet"));
  if (model.here) {
    box.append(element("p", "from " + model.source, "quiet"));
  }
  box.append(element("p", model.digest, "digest"));
  if (busy) {
    const progress = element("progress");
    progress.max = model.bytes;
    progress.value = model.done;
    progress.setAttribute("aria-label", "Pulling " + model.name);
    box.append(progress, element("span", " " + model.pull + ", " + gigabytes(model.done) + " of " + gigabytes(model.bytes) + (model.why ? "; " + model.why : ""), "quiet"));
  }
  if (model.pull === "failed") {
    box.append(element("p", model.why, "problem"));
    at("told").textContent = "The pull of " + model.name + " failed.";
  }
  return box;
}

async function load() {
  const { models } = await ask("data/models");
  const now = JSON.stringify(models, (name, value) => (name === "fit" ? undefined : value));
  if (now !== seen) {
    seen = now;
    const stored = models.filter((m) => m.here);
    const others = models.filter((m) => !m.here);
    refill(at("list"), element("h2", "On this machine"), ...(stored.length > 0 ? stored.map(show) : [element("p", "None yet: pull one.", "quiet")]),
      ...(others.length > 0 ? [element("h2", "Can be pulled"), ...others.map(show)] : []));
  }
  return models.some((m) => m.pull === "pulling" || m.pull === "checking" || m.state === "loading") ? 500 : 5000;
}

await follow(load, 5000);
