// The panel beside a view: one entity, its names, what is said about it and who says so. `panel` in the address names it.

import { ask, refused, waiting } from "./ask.js";
import { citation, when } from "./cite.js";
import { count, fill, make, sentenceCase, words } from "./dom.js";
import { kindLabel, kindMark, nameKinds } from "./kinds.js";
import { addressOf, changed, current, go } from "./route.js";
import { learn } from "./vocabulary.js";

const PAGE = 40;
const panel = document.getElementById("panel");
// As wide as the style sheet has it: there the panel lies over the whole window.
const narrow = window.matchMedia("(max-width: 62rem)");
let shown = "";
let opener = null;
let stop = new AbortController();
let above = () => null;

panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

narrow.addEventListener("change", cover);

/** Where the panel lies over the page, what is behind it cannot be reached by keys or read out: it would be out of sight. */
function cover() {
  const over = narrow.matches && !panel.hidden;
  for (const part of document.querySelectorAll("body > .skip, body > header, main, body > footer")) part.inert = over;
}

/** What a view has to say about the entity of the panel, above all else; `made(id)` gives nodes or null. */
export function setAbove(made) {
  above = made;
  const place = panel.querySelector(".above");
  if (place && shown) fill(place, above(current().panel) || []);
}

/** Show the panel that the address asks for, or none. */
export async function showPanel(asked) {
  const key = asked.panel && JSON.stringify([asked.panel, asked.known_at]);
  if (key === shown) return;
  const wasOpen = Boolean(shown);
  shown = key;
  stop.abort();
  if (!key) {
    panel.hidden = true;
    cover();
    fill(panel);
    if (wasOpen && opener?.isConnected) opener.focus();
    opener = null;
    return;
  }
  stop = new AbortController();
  const { signal } = stop;
  if (!wasOpen) opener = document.activeElement === document.body ? null : document.activeElement;
  const rest = make("div", {});
  const title = make("h2", { id: "panel-title", tabindex: "-1" }, asked.panel);
  const shut = make("button", { type: "button", class: "close", "aria-label": "Close the panel", click: close }, "Close");
  fill(panel, shut, title, make("div", { class: "above" }, above(asked.panel) || []), rest);
  panel.hidden = false;
  cover();
  panel.scrollTop = 0;
  title.focus({ preventScroll: true });
  waiting(rest, "Fetching …");
  try {
    nameKinds(await learn());
    const entity = await ask(`entities/${encodeURIComponent(asked.panel)}`, { known_at: asked.known_at }, signal);
    if (signal.aborted) return;
    fill(title, kindMark(entity.kind, 18), make("bdi", {}, entity.name));
    rest.removeAttribute("aria-busy");
    fill(rest, about(entity), said(entity, asked.known_at, signal));
  } catch (error) {
    if (error.name !== "AbortError") refused(rest, error, (one) => make("a", { href: changed({ panel: one.id }), class: "target" }, one.name), () => {
      shown = "";
      showPanel(current());
    });
  }
}

function close() {
  go(changed({ panel: "" }));
}

function about(entity) {
  const button = (address, text) => make("a", { class: "button", href: address }, text);
  const now = current();
  return [
    make("p", { class: "quiet" }, [sentenceCase(kindLabel(entity.kind)), entity.subtype && words(entity.subtype), `id ${entity.id}`].filter(Boolean).join(" · ")),
    entity.description ? make("p", { dir: "auto" }, entity.description) : null,
    make(
      "div",
      { class: "actions" },
      button(addressOf({ view: "focus", id: entity.id }), "Its links"),
      button(addressOf({ view: "paths", from: entity.id, to: now.view === "paths" ? now.to : "" }), "Paths from here"),
      button(addressOf({ view: "paths", from: now.view === "paths" ? now.from : "", to: entity.id }), "Paths to here"),
    ),
    names(entity),
    entity.keep_apart?.length ? make("p", { class: "quiet" }, `Not to be taken for: ${entity.keep_apart.join("; ")}.`) : null,
  ];
}

function names(entity) {
  const seen = new Set();
  const others = (entity.aliases || []).filter(({ name, lang }) => !seen.has(`${lang} ${name}`) && seen.add(`${lang} ${name}`));
  if (!others.length) return null;
  const one = ({ name, lang, sort, valid_from, valid_to }) => {
    const note = [lang && languageName(lang), sort && words(sort), valid_to && `until ${valid_to}`, valid_from && !valid_to && `since ${valid_from}`].filter(Boolean).join(", ");
    return make("li", {}, make("span", { lang: lang || null, dir: "auto" }, name), note ? make("span", { class: "quiet" }, ` (${note})`) : null);
  };
  return [make("h3", {}, "Other names"), make("ul", { class: "names" }, others.map(one))];
}

function languageName(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

function said(entity, known_at, signal) {
  const address = `entities/${encodeURIComponent(entity.id)}/statements`;
  const linked = [...new Set(entity.links.map((link) => link.predicate))];
  const texts = entity.texts.filter((one) => one.predicate !== "description" || one.value !== entity.description);
  const number = entity.links.reduce((sum, link) => sum + link.count, 0);
  return [
    number ? [make("h3", {}, `${count(number, "link")}, of any date`), pages(address, { predicate: linked, known_at }, signal)] : null,
    texts.length ? [make("h3", {}, "Also said"), make("ul", { class: "said" }, texts.map(line))] : null,
    make("h3", {}, "Who says what it is called"),
    later("Show the statements", () => pages(address, { predicate: ["name", "alias", "kind", "subtype", "description"], role: "subject", known_at }, signal)),
  ];
}

function line(one) {
  return make("li", {}, make("p", {}, one.sentence, " ", make("span", { class: "quiet" }, when(one))), make("ul", { class: "cited" }, citation(one)));
}

/** A list of statements that is fetched a page at a time. */
function pages(address, parameters, signal) {
  const list = make("ul", { class: "said" });
  const more = make("button", { type: "button", click: () => turn() }, "Show more");
  let next = null;
  const place = make("div", {}, list, more);
  const turn = async () => {
    more.disabled = true;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = next ? await ask(next.replace(/^.*?\/v1\//, ""), {}, signal) : await ask(address, { ...parameters, limit: PAGE }, signal);
      list.append(...answer.results.map(line));
      next = answer.next;
      more.hidden = !next;
    } catch (error) {
      if (error.name !== "AbortError") list.append(make("li", { role: "alert" }, error.message));
    }
    more.disabled = false;
    place.removeAttribute("aria-busy");
  };
  more.hidden = true;
  turn();
  return place;
}

/** A button that gives way to what it shows. */
function later(text, made) {
  const button = make("button", { type: "button", click: () => button.replaceWith(made()) }, text);
  return button;
}
