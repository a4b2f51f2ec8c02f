// One entity and what it is linked to: a picture, and beside it the same links as a table with sentences, periods and sources.

import { ask, askOwn, waiting } from "./ask.js";
import { citation, entityLink, when } from "./cite.js";
import { count, fill, make, sentenceCase } from "./dom.js";
import { kindLabel, kindMark } from "./kinds.js";
import { picture } from "./picture.js";
import { addressOf, changed, go } from "./route.js";
import { isSymmetric, predicateLabel } from "./vocabulary.js";

const USUAL = 60;
const MOST = 300;

/** The view: see `main.js` for what it is given. */
export async function focus({ place, asked, signal, tell }) {
  waiting(place, "Fetching links …");
  const [answer, places] = await fetched(asked, signal);
  place.removeAttribute("aria-busy");
  tell(answer);
  const { centre, links } = answer;
  const drawn = make("div", { class: "beside" });
  const rows = new Map(links.map((link) => [keyOf(link), row(link, centre)]));
  const rank = new Map(answer.nodes.map((node, index) => [node.id, index]));
  const far = (link) => [Math.min(rank.get(link.from), rank.get(link.to)), Math.max(rank.get(link.from), rank.get(link.to))];
  // The links of the centre come first, those to whom it is joined most strongly before all.
  const ordered = [...links].sort((a, b) => far(a)[0] - far(b)[0] || far(a)[1] - far(b)[1]);
  fill(
    place,
    head(answer, asked),
    links.length
      ? make("div", { class: "split" }, drawn, make("div", { class: "text" }, table(centre, ordered.map((link) => rows.get(keyOf(link))))))
      : make("p", {}, `No link of ${centre.name} is on record for this date. It may have links at other dates, or nobody has looked.`),
  );
  if (!links.length) return;
  const art = await picture(drawn, {
    nodes: answer.nodes.map((node, rank) => ({ ...node, x: places[node.id]?.[0] ?? 0, y: places[node.id]?.[1] ?? 0, rank })),
    links: links.map((link) => ({ id: keyOf(link), from: link.from, to: link.to, label: predicateLabel(link.predicate), arrow: !isSymmetric(link.predicate), weak: link.statements[0].confidence === "low" })),
    centre: centre.id,
    said: `Picture of ${centre.name} with ${count(answer.nodes.length - 1, "other entity", "other entities")} and ${count(links.length, "link")}; the table holds the same links.`,
    onNode: (id) => go(changed({ panel: id })),
    onLink: (key) => light(rows, key, art, true),
  });
  for (const [key, line] of rows) {
    line.addEventListener("mouseenter", () => light(rows, key, art));
    line.addEventListener("focusin", () => light(rows, key, art));
  }
  place.querySelector("table").addEventListener("mouseleave", () => light(rows, null, art));
}

/** The answer, and the places of its entities; both of one revision. */
async function fetched(asked, signal) {
  const id = encodeURIComponent(asked.id);
  const question = { steps: asked.steps, limit: asked.limit || USUAL, include_ended: asked.ended ? "true" : "", as_of: asked.as_of, known_at: asked.known_at };
  for (let turn = 0; ; turn += 1) {
    const [answer, layout] = await Promise.all([ask(`neighbourhood/${id}`, question, signal), askOwn(`places/${id}`, question, signal)]);
    // Something may have been loaded between the two; then they are asked once more.
    if (answer.revision === layout.revision || turn) return [answer, layout.places];
  }
}

const keyOf = (link) => `${link.from} ${link.predicate} ${link.to}`;

function head(answer, asked) {
  const { centre } = answer;
  const number = (name, label, options, chosen) =>
    make(
      "label",
      {},
      `${label} `,
      make("select", { name, change: (event) => go(changed({ [name]: event.target.value })) }, options.map(([value, text]) => make("option", { value, selected: value === chosen }, text))),
    );
  const steps = [["", "1 step"], ["2", "2 steps"], ["3", "3 steps"]];
  const most = [["20", "20"], ["", String(USUAL)], ["150", "150"], [String(MOST), String(MOST)]];
  const rest = answer.truncated ? `; ${count(answer.total_nodes - answer.nodes.length, "more entity", "more entities")} within reach not shown` : "";
  return [
    make(
      "div",
      { class: "head" },
      make(
        "div",
        {},
        make("h1", {}, kindMark(centre.kind, 20), make("bdi", {}, centre.name)),
        make("p", { class: "quiet summary" }, `${sentenceCase(kindLabel(centre.kind))} · id ${centre.id} · ${count(answer.nodes.length - 1, "entity", "entities")} and ${count(answer.links.length, "link")}${rest}`),
      ),
      make(
        "div",
        { class: "actions" },
        make("a", { class: "button", href: changed({ panel: centre.id }), "data-entity": centre.id }, "Names and sources"),
        make("a", { class: "button", href: addressOf({ view: "paths", from: centre.id }) }, "Paths from here"),
        number("steps", "Within", steps, asked.steps),
        number("limit", "At most", most, asked.limit),
        number("ended", "Links", [["", "of the date"], ["1", "and ended ones"]], asked.ended),
      ),
    ),
  ];
}

function table(centre, rows) {
  return make(
    "table",
    { class: "stack" },
    make("caption", {}, `Links of ${centre.name}, and among those it is linked to`),
    make("thead", {}, make("tr", {}, ["What is said", "When", "Who says so"].map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, rows),
  );
}

function row(link, centre) {
  const [main, ...more] = link.statements;
  const ends = [[link.from, main.subject_name], [link.to, main.object_name]].filter(([id]) => id !== centre.id);
  return make(
    "tr",
    { "data-link": keyOf(link) },
    make(
      "td",
      {},
      make("div", {}, main.sentence, " ", link.state === "ended" ? make("span", { class: "tag" }, "ended") : null),
      make("div", { class: "quiet" }, ends.map(([id, name], index) => [index ? " · " : null, entityLink(id, name)])),
    ),
    make("td", {}, when(main)),
    make(
      "td",
      {},
      make("ul", { class: "cited" }, citation(main)),
      more.length ? make("details", {}, make("summary", {}, count(more.length, "further statement")), make("ul", { class: "cited" }, more.map((one) => [make("li", {}, one.sentence, " ", when(one)), citation(one)]))) : null,
    ),
  );
}

/** Bring out one link in the picture and in the table, or none; `seek` brings its row into sight. */
function light(rows, key, art, seek = false) {
  for (const [other, line] of rows) line.classList.toggle("lit", other === key);
  if (!key) {
    art?.mark([], []);
    return;
  }
  const [from, , to] = key.split(" ");
  art?.mark([from, to], [key]);
  if (seek) rows.get(key).scrollIntoView({ block: "center" });
}
