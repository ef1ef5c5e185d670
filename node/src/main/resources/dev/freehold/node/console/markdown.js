// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Output of models is untrusted text. It becomes elements of a few known kinds, whose content is set as text;
// addresses in it stay text, so that nothing is fetched or followed.

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  return made;
}

function inline(into, text) {
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    into.append(text.slice(at, match.index));
    const [whole, code, strong, emphasis] = match;
    into.append(code !== undefined ? element("code", code)
      : strong !== undefined ? element("strong", strong) : element("em", emphasis));
    at = match.index + whole.length;
  }
  into.append(text.slice(at));
  return into;
}

/** Replaces what `into` holds by the blocks of `text`. */
export function render(into, text) {
  const blocks = [];
  const lines = text.split("\n");
  let paragraph = [];
  let list = null;
  const end = () => {
    if (paragraph.length > 0) {
      blocks.push(inline(element("p"), paragraph.join(" ")));
    }
    paragraph = [];
    list = null;
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const item = /^\s*(?:([-*+])|\d+[.)])\s+(.*)$/.exec(line);
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (line.trimStart().startsWith("```")) {
      end();
      const code = [];
      for (i++; i < lines.length && !lines[i].trimStart().startsWith("```"); i++) {
        code.push(lines[i]);
      }
      const pre = element("pre");
      pre.tabIndex = 0;
      pre.append(element("code", code.join("\n")));
      blocks.push(pre);
    } else if (item !== null) {
      const kind = item[1] === undefined ? "ol" : "ul";
      if (list === null || list.localName !== kind) {
        end();
        list = element(kind);
        blocks.push(list);
      }
      list.append(inline(element("li"), item[2]));
    } else if (heading !== null) {
      end();
      const p = element("p");
      p.append(inline(element("strong"), heading[1]));
      blocks.push(p);
    } else if (line.trim() === "") {
      end();
    } else {
      list = null;
      paragraph.push(line);
    }
  }
  end();
  into.replaceChildren(...blocks);
}
