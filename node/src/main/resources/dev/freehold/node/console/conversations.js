// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Conversations live in this browser's own storage, and nowhere else.
const KEY = "freehold-conversations";

function read() {
  try {
    const all = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

export const list = () => read();

export function save(conversation) {
  const others = read().filter((c) => c.id !== conversation.id);
  localStorage.setItem(KEY, JSON.stringify([conversation, ...others]));
}

export const remove = (id) => localStorage.setItem(KEY, JSON.stringify(read().filter((c) => c.id !== id)));

export const fresh = () => ({ id: crypto.randomUUID(), messages: [] });
