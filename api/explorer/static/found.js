// The results of a search, each with the name that fits and why.

import { ask, waiting } from "./ask.js";
import { count, fill, make } from "./dom.js";
import { kindLabel, kindMark } from "./kinds.js";
import { addressOf } from "./route.js";

/** The view: see `main.js` for what it is given. */
export async function found({ place, asked, signal, tell }) {
  waiting(place, "Searching …");
  const answer = await ask("search", { q: asked.q, limit: 50, known_at: asked.known_at }, signal);
  place.removeAttribute("aria-busy");
  tell(answer);
  const hits = answer.results;
  fill(
    place,
    make("h1", {}, hits.length ? `${count(hits.length, "entity", "entities")} for “${asked.q}”` : `Nothing has a name like “${asked.q}”`),
    hits.length ? null : make("p", {}, "Names in six languages, acronyms, codes and older names are searched, and a letter or two may be wrong."),
    make("ol", { class: "found-list" }, hits.map(hitLine)),
    answer.more ? make("p", { class: "quiet" }, "There are more; write more of the name.") : null,
  );
}

function hitLine(hit) {
  const other = hit.matched && hit.matched !== hit.name ? [" ", make("span", { class: "quiet", dir: "auto" }, hit.matched)] : null;
  return make(
    "li",
    {},
    make("div", {}, kindMark(hit.kind), make("a", { href: addressOf({ view: "focus", id: hit.id }) }, make("bdi", {}, hit.name)), other, " ", make("span", { class: "quiet" }, kindLabel(hit.kind))),
    hit.reason ? make("div", { class: "quiet" }, hit.reason) : null,
    hit.keep_apart?.length ? make("div", { class: "quiet" }, `Not to be taken for: ${hit.keep_apart.join("; ")}.`) : null,
  );
}
