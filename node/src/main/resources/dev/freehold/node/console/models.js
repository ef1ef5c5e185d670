// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";
import "./seal.js";

const at = (id) => document.getElementById(id);
const gigabytes = (bytes) => (bytes / 1e9).toFixed(2) + " GB";

function show(model) {
  const box = element("section", undefined, "model");
  const head = element("div", undefined, "row");
  head.append(element("strong", model.name), element("span", gigabytes(model.bytes), "quiet"), element("span", model.licence, "quiet"));
  const busy = model.pull === "pulling" || model.pull === "checking";
  if (model.state) {
    head.append(element("span", model.state, "seal " + (model.state === "ready" ? "Valid" : "")));
  }
  if (!model.here && !busy) {
    const pull = element("button", "Pull");
    pull.type = "button";
    pull.setAttribute("aria-label", "Pull " + model.name);
    pull.addEventListener("click", async () => {
      await fetch("/console/pull/" + model.name, { method: "POST" });
      at("told").textContent = "";
      await load();
    });
    head.append(pull);
  }
  box.append(head);
  const fast = model.tokensPerSecond > 0 ? ", measured here: " + model.tokensPerSecond.toFixed(0) + " tokens/s" : "";
  box.append(element("p", (model.here ? "on this machine, from " + model.source + fast : model.fit), "quiet"), element("p", model.digest, "digest"));
  if (busy) {
    const progress = element("progress");
    progress.max = model.bytes;
    progress.value = model.done;
    progress.setAttribute("aria-label", "Pulling " + model.name);
    box.append(progress, element("span", " " + model.pull + " " + gigabytes(model.done) + " " + model.why, "quiet"));
  }
  if (model.pull === "failed") {
    box.append(element("p", model.why, "problem"));
    at("told").textContent = "The pull of " + model.name + " failed.";
  }
  return box;
}

async function load() {
  const { models } = await (await fetch("/console/data/models")).json();
  const here = models.filter((m) => m.here);
  const others = models.filter((m) => !m.here);
  at("list").replaceChildren(element("h2", "On this machine"), ...here.map(show),
    element("h2", "Can be pulled"), ...others.map(show));
  if (models.some((m) => m.pull === "pulling" || m.pull === "checking" || m.state === "loading")) {
    setTimeout(load, 500);
  }
}

await load();
