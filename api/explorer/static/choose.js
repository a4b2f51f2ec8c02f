// A text field that suggests entities while one types: the combobox pattern of the ARIA practices.

import { ask, Refusal } from "./ask.js";
import { count, fill, make } from "./dom.js";
import { kindMark, kindLabel } from "./kinds.js";
import { current } from "./route.js";

const PAUSE = 120;
let number = 0;

/**
 * Make the field work. `input` is in the page; `chosen(hit)` is called with `{id, name, kind}` when one is chosen.
 * Enter without a choice is left to the form around the field.
 */
export function choose(input, chosen) {
  number += 1;
  const list = make("ul", { id: `suggestions-${number}`, role: "listbox", class: "suggestions", "aria-label": "Suggestions", hidden: true });
  const told = make("span", { class: "unseen", role: "status" });
  input.after(list, told);
  const set = (name, value) => input.setAttribute(name, value);
  set("role", "combobox");
  set("autocomplete", "off");
  set("spellcheck", "false");
  set("aria-autocomplete", "list");
  set("aria-expanded", "false");
  set("aria-controls", list.id);
  let hits = [];
  let at = -1;
  let pending = null;
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    pending?.abort();
    list.hidden = true;
    at = -1;
    set("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    at = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else {
      set("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  };
  const take = (hit) => {
    close();
    input.value = hit.name;
    chosen(hit);
  };
  const show = (text) => {
    fill(list, hits.map((hit, index) => option(hit, index, list.id, text, () => take(hit))));
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = hits.length === 0;
    set("aria-expanded", String(hits.length > 0));
    told.textContent = hits.length ? `${count(hits.length, "suggestion")}; use the arrow keys.` : "Nothing found.";
  };
  const look = async () => {
    const text = input.value.trim();
    pending?.abort();
    if (!text) return close();
    pending = new AbortController();
    const mine = pending;
    try {
      const answer = await ask("search", { q: text, limit: 8, known_at: current().known_at }, mine.signal);
      if (mine.signal.aborted || document.activeElement !== input) return undefined;
      hits = answer.results;
      show(text);
    } catch (error) {
      if (error instanceof Refusal) told.textContent = error.message;
      else if (error.name !== "AbortError") throw error;
    }
    return undefined;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void look();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place before the first option is the field itself.
      mark(((at + 1 + step + hits.length + 1) % (hits.length + 1)) - 1);
    } else if (event.key === "Enter" && open && at >= 0) {
      event.preventDefault();
      take(hits[at]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" || event.key === "Tab") close();
    return undefined;
  });
  return { close };
}

function option(hit, index, owner, text, take) {
  const matched = hit.matched && hit.matched !== hit.name ? make("span", { class: "matched", dir: "auto" }, hit.matched) : null;
  return make(
    "li",
    {
      id: `${owner}-${index}`,
      role: "option",
      "aria-selected": "false",
      "data-id": hit.id,
      // The field keeps the focus, so that the list is still there for the click.
      mousedown: (event) => event.preventDefault(),
      click: take,
    },
    kindMark(hit.kind),
    make("bdi", { class: "name" }, hit.name),
    matched,
    make("span", { class: "quiet" }, kindLabel(hit.kind)),
  );
}
