// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
import { element } from "./markdown.js";

function open(question, yes, field) {
  return new Promise((answer) => {
    const dialog = element("dialog");
    const sure = element("button", yes, "first");
    const no = element("button", "Cancel");
    sure.type = no.type = "button";
    const text = element("p", question);
    text.id = "dialog-question";
    dialog.setAttribute("aria-labelledby", text.id);
    const row = element("div", undefined, "row");
    row.append(no, sure);
    dialog.append(text, ...(field ? [field] : []), row);
    const close = (value) => {
      dialog.close();
      dialog.remove();
      answer(value);
    };
    sure.addEventListener("click", () => close(field ? field.value.trim() : true));
    no.addEventListener("click", () => close(null));
    dialog.addEventListener("cancel", () => close(null));
    field?.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        sure.click();
      }
    });
    document.body.append(dialog);
    dialog.showModal();
    (field ?? no).focus();
    field?.select();
  });
}

/** Asks before what can't be taken back; true where the person is sure. */
export const confirmed = async (question, yes) => (await open(question, yes)) === true;

/** Asks for a line of text; null where the person would rather not. */
export function entered(question, value, yes, length) {
  const field = element("input");
  field.value = value;
  field.maxLength = length;
  field.setAttribute("aria-labelledby", "dialog-question");
  return open(question, yes, field);
}
