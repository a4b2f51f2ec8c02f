// Coverage: a lens against a base, as a board of equal tiles by WHO region, with a table and the list of who is not covered.

import { ask, askOnce, askOwn, hasToken, save, waiting } from "./ask.js";
import { citation, entityLink, when } from "./cite.js";
import { count, fill, make, sentenceCase } from "./dom.js";
import { setAbove } from "./panel.js";
import { addressOf, changed, current, go } from "./route.js";

const OUTSIDE = "outside";
const COVERED = new Set(["covered_once", "covered_by_several", "expiring"]);
const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 1 });
const STRIPES = {
  rising: (ink) => `repeating-linear-gradient(135deg, ${ink} 0 2px, transparent 2px 6px)`,
  falling: (ink) => `repeating-linear-gradient(45deg, ${ink} 0 2px, transparent 2px 6px)`,
  cross: (ink) => `${STRIPES.rising(ink)}, ${STRIPES.falling(ink)}`,
  upright: (ink) => `repeating-linear-gradient(90deg, ${ink} 0 2px, transparent 2px 5px)`,
  dots: (ink) => `radial-gradient(${ink} 1px, transparent 1.4px) 0 0 / 6px 6px`,
};

/** The view: see `main.js` for what it is given. */
export async function coverage({ place, asked, signal, tell }) {
  const result = make("div", { class: "answers" });
  fill(place, make("h1", {}, "Who is covered, and who is not"), result);
  waiting(result, "Counting …");
  const { lens, base, as_of, known_at } = asked;
  const [{ results: lenses }, { results: bases }] = await Promise.all([askOnce("coverage/lenses"), askOnce("coverage/bases")]);
  const choices = { lenses, bases };
  result.before(form(choices));
  const [answer, where, looks] = await Promise.all([
    ask("coverage", { lens, base, as_of, known_at }, signal),
    askOwn("groups", { as_of, known_at }, signal),
    states(),
  ]);
  tell(answer);
  place.dataset.title = `${answer.lens_title}: who is covered`;
  result.removeAttribute("aria-busy");
  mark(place, answer);
  const cells = new Map(answer.cells.map((cell) => [cell.row, cell]));
  setAbove((id) => (current().view === "coverage" ? detail(cells.get(id), looks) : null));
  const isBoard = answer.regions.length > 0;
  const groups = isBoard ? where.groups.map((group) => ({ ...group, places: group.places.filter((one) => one.iso || cells.has(one.id)) })) : [];
  const outside = groups.some((group) => group.places.some((one) => !cells.has(one.id)));
  fill(
    result,
    headline(answer),
    ...(answer.undated ? [make("p", { class: "quiet" }, answer.undated_note)] : []),
    legend(answer, looks, outside),
    isBoard ? make("h2", { class: "unseen" }, "The board") : rowTable(answer, looks),
    isBoard ? make("div", { class: "board" }, groups.filter((group) => group.places.length).map((group) => section(group, cells, looks))) : null,
    isBoard ? regionTable(answer) : null,
    answer.blame?.length ? blamed(answer) : null,
    uncovered(answer, looks),
    ways(answer, known_at, isBoard),
  );
}

let looked = null;

async function states() {
  looked ||= askOwn("states.json").then((list) => new Map(list.map((look) => [look.state, look])));
  return looked;
}

function form(choices) {
  const pick = (name, label, options) =>
    make("div", { class: "field" }, make("label", { for: `pick-${name}` }, label), make("select", { id: `pick-${name}`, name }, options.map(option)));
  const made = make(
    "form",
    {
      class: "question",
      submit: (event) => {
        event.preventDefault();
        go(addressOf({ view: "coverage", lens: made.elements.lens.value, base: made.elements.base.value, panel: current().panel }));
      },
    },
    pick("lens", "Lens: what counts as covered", choices.lenses),
    pick("base", "Base: who is asked about", []),
    make("button", { type: "submit" }, "Show"),
  );
  // A lens asks about some kinds only; the bases on offer are those that fit it.
  made.elements.lens.addEventListener("change", () => {
    const lens = choices.lenses.find((one) => one.id === made.elements.lens.value);
    const fitting = choices.bases.filter((base) => !lens || base.kinds.every((kind) => lens.rows.includes(kind)));
    fill(made.elements.base, fitting.map(option));
    if (lens) made.elements.base.value = lens.base;
  });
  made.elements.lens.dispatchEvent(new Event("change"));
  return made;
}

function option(one) {
  return make("option", { value: one.id }, one.labels.length ? `${one.labels[0]} · ${one.title}` : one.title);
}

/** Put the form on what was answered, and say what the lens and the base mean. */
function mark(place, answer) {
  const made = place.querySelector("form.question");
  if (![...made.elements.lens.options].some((one) => one.value === answer.lens)) made.elements.lens.prepend(make("option", { value: answer.lens }, answer.lens_title));
  made.elements.lens.value = answer.lens;
  made.elements.lens.dispatchEvent(new Event("change"));
  made.elements.base.value = answer.base;
  made.after(definition(answer));
}

/** By which lens and base a number was counted, by name and in words; it stays where the form is not, as on paper. */
export function definition(answer) {
  const named = (labels, title) => make("strong", {}, [...labels.slice(0, 1), title].join(" · "));
  const lens = [named(answer.lens_labels, answer.lens_title), ": ", answer.lens_definition];
  const base = [named(answer.base_labels, answer.base_title), ": ", answer.base_definition];
  return make("p", { class: "quiet definition" }, "Lens ", lens, make("br"), "Base ", base);
}

function plainQuery(answer, known_at) {
  return new URLSearchParams({ lens: answer.lens, base: answer.base, as_of: answer.as_of, ...(known_at ? { known_at } : {}) });
}

function headline(answer) {
  return make("p", { class: "headline" }, answer.headline);
}

function section(group, cells, looks) {
  const inside = group.places.map((one) => cells.get(one.id)).filter(Boolean);
  const covered = inside.filter((cell) => COVERED.has(cell.state)).length;
  const list = make("ul", { class: "tiles", "data-group": group.id }, group.places.map((one, index) => make("li", {}, tile(one, cells.get(one.id), looks, index === 0))));
  list.addEventListener("keydown", (event) => roam(event, list));
  return make("section", {}, make("h3", {}, `${sentenceCase(group.name)}: ${covered} of ${inside.length} covered`), list);
}

function tile(one, cell, looks, first) {
  const look = looks.get(cell?.state || OUTSIDE);
  const said = cell?.state === "covered_by_several" ? `${look.label}, ${cell.by.length}` : look.label;
  const button = make(
    "button",
    {
      type: "button",
      class: "tile",
      [one.iso ? "data-iso3" : "data-code"]: one.id,
      "data-state": look.state,
      title: `${one.name}: ${said}`,
      // One stop for the Tab key in each region; the arrow keys go from tile to tile.
      tabindex: first ? "0" : "-1",
      click: () => go(changed({ panel: one.id })),
    },
    // What is read out is "KEN Kenya: covered once"; it begins with what is seen.
    make("b", {}, one.id),
    make("span", { class: "unseen" }, ` ${one.name}: ${said}`),
    make("span", { "aria-hidden": "true" }, cell?.state === "covered_by_several" ? cell.by.length : look.mark),
  );
  return paint(button, look);
}

/** The colours and the hatch of a state, as in the still picture; `states.json` holds them for both. */
function paint(element, look) {
  const { style } = element;
  style.backgroundColor = look.fill;
  style.color = look.ink;
  style.borderColor = look.line;
  if (look.dash) style.borderStyle = "dashed";
  if (look.hatch) style.background = `${STRIPES[look.hatch](look.hatch_ink)}, ${look.fill}`.replace(/, (#\w+)$/, look.hatch === "dots" ? " $1" : ", $1");
  return element;
}

function roam(event, list) {
  const tiles = [...list.querySelectorAll(".tile")];
  const at = tiles.indexOf(document.activeElement);
  const wide = tiles.filter((one) => one.offsetTop === tiles[0].offsetTop).length;
  const aim = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: tiles.length - 1 }[event.key];
  if (aim === undefined || at < 0) return;
  event.preventDefault();
  const next = tiles[Math.min(Math.max(aim, 0), tiles.length - 1)];
  tiles[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function legend(answer, looks, outside) {
  const shown = [...looks.values()].filter((look) => look.state !== OUTSIDE || outside);
  const swatch = (look) => paint(make("span", { class: "tile", "aria-hidden": "true" }, make("span", {}, look.mark)), look);
  const number = (look) => (look.state in answer.states ? `: ${answer.states[look.state]}` : "");
  return make("ul", { class: "key", "aria-label": "What the tiles mean" }, shown.map((look) => make("li", {}, swatch(look), make("span", {}, make("strong", {}, sentenceCase(look.label), number(look)), make("br"), make("span", { class: "quiet" }, look.what)))));
}

function regionTable(answer) {
  const states = Object.keys(answer.states).filter((state) => answer.states[state] && !COVERED.has(state));
  const row = (one, head) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, head),
      [one.size, one.covered, one.size ? percent.format(one.covered / one.size) : "", ...states.map((state) => one.states[state] ?? 0)].map((value) => make("td", { class: "number" }, value)),
    );
  return [
    make("h2", {}, "By WHO region"),
    make(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Coverage by WHO region" },
      make(
        "table",
        { class: "regions" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "WHO region"), ["Size", "Covered", "Share", ...states.map(sentenceCase)].map((name) => make("th", { scope: "col", class: "number" }, name)))),
        make("tbody", {}, answer.regions.map((one) => row(one, sentenceCase(one.name)))),
        make("tfoot", {}, row(answer, "All")),
      ),
    ),
  ];
}

/** What is not about countries, areas and territories has no board: each row with its state and what covers it. */
function rowTable(answer, looks) {
  const row = (cell) =>
    make(
      "tr",
      { "data-row": cell.row, "data-state": cell.state },
      make("th", { scope: "row" }, entityLink(cell.row, cell.row_name || cell.row)),
      make("td", { class: "state" }, paint(make("span", { class: "swatch", "aria-hidden": "true" }), looks.get(cell.state)), sentenceCase(looks.get(cell.state).label)),
      make("td", { class: "number" }, cell.by.length),
      make("td", {}, cell.by.length ? make("ul", { class: "names" }, cell.by.map((one) => make("li", {}, entityLink(one.id, one.name)))) : cell.note),
    );
  return [
    make("h2", {}, `All ${answer.size} ${answer.unit}`),
    make(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Every row of the base" },
      make(
        "table",
        { class: "rows" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Name"), make("th", { scope: "col" }, "State"), make("th", { scope: "col", class: "number" }, "Number"), make("th", { scope: "col" }, "By whom, or why not"))),
        make("tbody", {}, answer.cells.map(row)),
      ),
    ),
  ];
}

/** The same answer in other forms, to keep, to send on and to print. */
function ways(answer, known_at, isBoard) {
  const query = plainQuery(answer, known_at);
  const files = [[`table.xlsx?${query}`, "A workbook with every statement (XLSX)"], [`table.csv?${query}`, "A table (CSV)"], ...(isBoard ? [[`board.svg?${query}`, "The board as a picture (SVG)"]] : [])];
  const told = make("p", { role: "status" });
  // A page cannot be followed with a token; files are fetched with it.
  const fetched = (event) => {
    event.preventDefault();
    fill(told);
    save(event.currentTarget.getAttribute("href")).catch((error) => fill(told, error.message));
  };
  const links = files.map(([href, text]) => make("a", { href, ...(hasToken() ? { click: fetched } : {}) }, text));
  if (!hasToken()) links.unshift(make("a", { href: `table?${query}` }, "A page of all rows, with sources"));
  return [make("h2", {}, "The same in other forms"), make("ul", { class: "links" }, links.map((link) => make("li", {}, link))), told];
}

function blamed(answer) {
  return [
    make("h2", {}, "Why some are unknown"),
    make("p", {}, "These lists are not declared complete, so a name that is missing from them proves nothing:"),
    make("ul", {}, answer.blame.map((one) => make("li", {}, entityLink(one.id, one.name), ` (${count(one.cells, "cell")})`))),
  ];
}

function uncovered(answer, looks) {
  const left = new Set(answer.uncovered_rows || answer.cells.filter((cell) => !COVERED.has(cell.state)).map((cell) => cell.row));
  const by = new Map();
  for (const cell of answer.cells) if (left.has(cell.row)) by.set(cell.state, [...(by.get(cell.state) || []), cell]);
  const order = [...looks.keys()].filter((state) => by.has(state));
  return [
    make("h2", {}, `Not covered: ${answer.uncovered} of ${answer.size}`),
    order.map((state) => [
      make("h3", {}, `${sentenceCase(looks.get(state).label)}: ${by.get(state).length}`),
      make("ul", { class: "uncovered", "data-state": state }, by.get(state).map((cell) => make("li", {}, entityLink(cell.row, cell.row_name || cell.row)))),
    ]),
  ];
}

/** What the panel says of one cell: its state, why, and the statements behind it. */
function detail(cell, looks) {
  if (!cell) return make("p", { class: "quiet" }, "Not in this base, so not counted.");
  const look = looks.get(cell.state);
  return make(
    "section",
    { class: "cell", "data-state": cell.state },
    make("h3", {}, paint(make("span", { class: "swatch", "aria-hidden": "true" }), look), sentenceCase(look.label)),
    make("p", {}, cell.note),
    make("ul", { class: "said" }, cell.statements.map((one) => make("li", {}, make("p", {}, one.sentence, " ", make("span", { class: "quiet" }, when(one))), make("ul", { class: "cited" }, citation(one))))),
  );
}
