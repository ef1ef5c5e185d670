// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

import { ask } from "./ask.js";

// Conversations are kept by the node, in files of its owner's alone (docs/formats/conversation.md).

const count = (number) => (number === undefined ? undefined : Math.round(number));

/** As the file has it; JSON leaves out what is undefined. */
function turn(message) {
  const content = message.content.toWellFormed();
  if (message.role === "user") {
    return { role: "user", content };
  }
  const { model, tokens, speed, receipt, machine, paid, verdict, problem } = message;
  return { role: "assistant", content, model, tokens: count(tokens), speed: count(speed), receipt, machine, paid, verdict, problem: problem?.slice(0, 2000).toWellFormed() };
}

export const list = async () => (await ask("data/conversations")).conversations;

export const open = (id) => ask("conversation/" + id);

export const fresh = () => ({ messages: [], kept: Promise.resolve() });

/** Keeps what the conversation holds now, after what is being kept already. */
export function save(conversation, messages = conversation.messages) {
  const turns = messages.map(turn);
  const keep = async () => {
    const { id, revision } = conversation;
    const kept = id === undefined
      ? await ask("conversations/begin", { messages: turns })
      : await ask("conversations/save/" + id, { revision, messages: turns });
    Object.assign(conversation, kept);
  };
  const done = (conversation.kept ?? Promise.resolve()).then(keep);
  conversation.kept = done.catch(() => {});
  return done;
}

export const rename = async (conversation, title) =>
  Object.assign(conversation, await ask("conversations/rename/" + conversation.id, { title: title.toWellFormed() }));

export const erase = (id) => ask("conversations/erase/" + id, {});

export const eraseAll = () => ask("conversations/erase-all", {});
