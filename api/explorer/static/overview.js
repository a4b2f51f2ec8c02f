// Where one arrives: what this answers, the headline of coverage, and ways in.

import { ask } from "./ask.js";
import { fill, make } from "./dom.js";
import { definition } from "./coverage.js";
import { addressOf } from "./route.js";

const PATHS = [
  ["africa-cdc", "paho", "From Africa CDC to PAHO"],
  ["i-mcm-net", "asean-sec", "From the interim network to the ASEAN Secretariat"],
];
const STARTS = [
  ["i-mcm-net", "The interim Medical Countermeasures Network"],
  ["africa-cdc", "Africa CDC"],
  ["eu-jpa", "The EU Joint Procurement Agreement"],
];

/** The view: see `main.js` for what it is given. */
export async function overview({ place, asked, signal, tell }) {
  const headline = make("div", { role: "status" }, make("p", { class: "headline" }, "Counting …"));
  const card = (title, text, links) => make("section", { class: "card" }, make("h2", {}, title), make("p", {}, text), make("ul", { class: "links" }, links.map(([href, name]) => make("li", {}, make("a", { href }, name)))));
  fill(
    place,
    make("h1", {}, "Who works with whom on medical countermeasures, and who says so"),
    make("p", {}, "A graph of the Network of Networks: organisations, networks, mechanisms, products and countries, areas and territories, joined by dated statements. Every statement names its source; two sources that disagree are both shown; what no source says is unknown, not a gap."),
    make(
      "div",
      { class: "cards" },
      card("Coverage", "Which countries, areas and territories does joint procurement reach? It depends on the definition: pick a lens, a base and a date.", [
        [addressOf({ view: "coverage" }), "The board, by WHO region"],
        [addressOf({ view: "coverage", lens: "D3" }), "Only who buys together now"],
      ]),
      card("Paths", "Through whom can two organisations reach each other? Every step has a sentence, a period and a source; the weakest step is named.", PATHS.map(([from, to, name]) => [addressOf({ view: "paths", from, to }), name])),
      card("Focus", "Search for any name, acronym or code, also in Arabic, Chinese, French, Russian or Spanish, and see what it is linked to.", STARTS.map(([id, name]) => [addressOf({ view: "focus", id }), name])),
    ),
    make("h2", {}, "Who is covered, by the usual definition"),
    headline,
  );
  const { as_of, known_at } = asked;
  const [answer, spread] = await Promise.all([ask("coverage", { as_of, known_at }, signal), ask("coverage/spread", { as_of, known_at }, signal)]);
  tell(answer);
  fill(headline, definition(answer), make("p", { class: "headline" }, answer.headline), answer.undated ? make("p", { class: "quiet" }, answer.undated_note) : null);
  place.append(make("h2", {}, "How much the number depends on the definition"), make("p", {}, "Not covered, of how many: each lens (what counts as covered) against each base (who is asked about)."), table(spread.results));
}

function table(rows) {
  const bases = [...new Map(rows.map((row) => [row.base, row])).values()];
  const lenses = [...new Map(rows.map((row) => [row.lens, row])).values()];
  const cell = (lens, base) => rows.find((row) => row.lens === lens.lens && row.base === base.base);
  const link = (row) => make("a", { href: addressOf({ view: "coverage", lens: row.lens, base: row.base }) }, `${row.uncovered} of ${row.size}`);
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Not covered, by lens and base" },
    make(
      "table",
      { class: "spread" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Lens"), bases.map((base) => make("th", { scope: "col" }, base.base_labels[0] || base.base_title)))),
      make("tbody", {}, lenses.map((lens) => make("tr", {}, make("th", { scope: "row" }, `${lens.lens_labels[0]} · ${lens.lens_title}`), bases.map((base) => make("td", {}, link(cell(lens, base))))))),
    ),
  );
}
