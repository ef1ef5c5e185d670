// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
// node oracle.mjs < cases: renders with @huggingface/jinja, one JSON line for each line read.
import { createInterface } from "node:readline";
import { Template } from "@huggingface/jinja";

for await (const line of createInterface({ input: process.stdin })) {
  const { source, variables } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ text: new Template(source).render(variables) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
}
