// The page: header, the two clocks, and which view is shown.

import { Refusal, refused } from "./ask.js";
import { choose } from "./choose.js";
import { fill, make } from "./dom.js";
import { kindLabel, nameKinds } from "./kinds.js";
import { showPanel } from "./panel.js";
import { addressOf, changed, current, go, onChange } from "./route.js";
import { coverage } from "./coverage.js";
import { focus } from "./focus.js";
import { found } from "./found.js";
import { overview } from "./overview.js";
import { paths } from "./paths.js";
import { learn } from "./vocabulary.js";

const VIEWS = { "": overview, search: found, focus, paths, coverage };
const CLOCKS = { "as-of": "as_of", "known-at": "known_at" };
const TITLE = document.title;
const main = document.getElementById("main");
let shown = null;
let stop = new AbortController();

/** Draw what the address asks for. A view is given where to write, what is asked for, and `tell` for the date and revision of its answer. */
async function show() {
  const asked = current();
  header(asked);
  showPanel(asked);
  // A change of the panel, or of what is picked in the view, leaves the view as it is.
  const view = JSON.stringify(Object.entries({ ...asked }).filter(([name]) => name !== "panel" && name !== "pick").sort());
  if (view === shown) return;
  const first = shown === null;
  shown = view;
  document.title = TITLE;
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const draw = VIEWS[asked.view];
  const place = make("div", { class: `view ${asked.view || "overview"}` });
  fill(main, place);
  main.removeAttribute("data-ready");
  tell(asked, null);
  if (!first) main.focus({ preventScroll: true });
  if (!first) window.scrollTo(0, 0);
  try {
    if (!draw) throw new Refusal(404, { title: "There is no such view", detail: `This page has no view called “${asked.view}”.` });
    nameKinds(await learn());
    await draw({ place, asked, signal, again, tell: (answer) => signal.aborted || tell(asked, answer) });
  } catch (error) {
    if (error.name !== "AbortError" && !signal.aborted) refused(place, error, (one) => make("a", { href: addressOf({ view: "focus", id: one.id }), class: "target" }, `${one.name} (${kindLabel(one.kind)})`), again);
  }
  if (signal.aborted) return;
  entitle(place);
  main.setAttribute("data-ready", "true");
}

/** Ask the same again, after a refusal that may pass. */
function again() {
  shown = "";
  show();
}

/** The title of the window says what is shown, so that tabs, bookmarks and the history can be told apart. */
function entitle(place) {
  const told = place.dataset.title || place.querySelector("h1")?.textContent;
  document.title = told ? `${told} · ${TITLE}` : TITLE;
}

function header(asked) {
  for (const link of document.querySelectorAll("nav a[data-view]")) {
    link.href = addressOf({ view: link.dataset.view });
    if (link.dataset.view === asked.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(".brand").href = addressOf({});
  for (const [id, name] of Object.entries(CLOCKS)) {
    const clock = document.getElementById(id);
    if (document.activeElement !== clock) clock.value = asked[name];
  }
}

/** The standing line: for which date, known when, at which revision; `answer` is what the API gave, null while it is awaited. */
function tell(asked, answer) {
  const date = answer?.as_of || asked.as_of || "today";
  const known = asked.known_at ? `as known at ${asked.known_at}` : "as known now";
  const parts = [make("strong", {}, `As of ${date}`), `, ${known}`];
  if (answer) parts.push(" · ", make("span", { "data-revision": answer.revision }, `revision ${answer.revision}`));
  if (asked.known_at) parts.push(" · ", make("a", { href: changed({ known_at: "" }) }, "show what is known now"));
  fill(document.getElementById("standing"), parts);
}

function start() {
  const field = document.getElementById("find-text");
  choose(field, (hit) => go(addressOf({ view: "focus", id: hit.id })));
  document.getElementById("find").addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) go(addressOf({ view: "search", q: field.value.trim() }));
  });
  document.getElementById("clock").addEventListener("submit", (event) => {
    event.preventDefault();
    go(changed(Object.fromEntries(Object.entries(CLOCKS).map(([id, name]) => [name, document.getElementById(id).value.trim()]))));
  });
  onChange(show);
  show();
}

start();
