// Collaboration paths: a question in a form, the answers as text with their sources, and beside them a small picture.

import { ask, refused, waiting } from "./ask.js";
import { choose } from "./choose.js";
import { citation, entityLink, when } from "./cite.js";
import { count, fill, make, sentenceCase } from "./dom.js";
import { kindLabel } from "./kinds.js";
import { picture } from "./picture.js";
import { addressOf, changed, current, go } from "./route.js";
import { isSymmetric, predicateLabel } from "./vocabulary.js";

const ACROSS = 200;
const LANE = 96;
const LANE_HIGH = 94;
const HIGHEST = 620;
const ENDS = { from: "From", to: "To" };

/** The view: see `main.js` for what it is given. */
export async function paths({ place, asked, signal, tell, again }) {
  const answers = make("div", { class: "answers" });
  fill(place, make("h1", {}, "Who can reach whom"), form(asked), answers);
  if (!asked.from || !asked.to) {
    tell(await ask("vocabulary", {}, signal));
    const start = asked.from || asked.to ? "Name the other end too, then find the paths." : "Name two entities: an id, a name, an acronym or a code; or sets of them, such as of:au to subtype:manufacturer,in:r-sear.";
    fill(answers, make("p", {}, `${start} A path is a chain of links in which every step has a sentence, a period and a source.`));
    return;
  }
  waiting(answers, "Looking for paths …");
  let answer;
  try {
    const { from, to, k, max_steps, as_of, known_at, ended } = asked;
    answer = await ask("paths", { from, to, k, max_steps, as_of, known_at, include_ended: ended ? "true" : "" }, signal);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const end = error.problem?.parameter in ENDS ? error.problem.parameter : asked.from === error.problem?.given ? "from" : "to";
    refused(answers, error, (one) => make("a", { href: changed({ [end]: one.id }), class: "target" }, `${one.name} (${kindLabel(one.kind)})`), again);
    return;
  }
  answers.removeAttribute("aria-busy");
  tell(answer);
  place.dataset.title = `Paths from ${answer.start.name} to ${answer.goal.name}`;
  name(place, "from", answer.start);
  name(place, "to", answer.goal);
  await show(answers, answer, asked);
}

function form(asked) {
  const field = (name, label) => make("div", { class: "field" }, make("label", { for: `path-${name}` }, label), make("input", { id: `path-${name}`, name, value: asked[name], required: true, maxlength: 200 }));
  const number = (name, label, usual, most) =>
    make(
      "div",
      {},
      make("label", { for: `path-${name}` }, label),
      make("select", { id: `path-${name}`, name }, Array.from({ length: most }, (_, i) => make("option", { value: i + 1, selected: String(i + 1) === (asked[name] || usual) }, i + 1))),
    );
  const made = make(
    "form",
    {
      class: "question",
      novalidate: true,
      submit: (event) => {
        event.preventDefault();
        const given = Object.fromEntries(new FormData(made));
        const end = (name) => (made.elements[name].dataset.id && made.elements[name].dataset.name === given[name] ? made.elements[name].dataset.id : given[name].trim());
        const now = current();
        go(addressOf({ view: "paths", from: end("from"), to: end("to"), k: given.k, max_steps: given.max_steps, ended: given.ended, panel: now.panel }));
      },
    },
    field("from", ENDS.from),
    make("button", { type: "button", "aria-label": "Swap the two ends", title: "Swap the two ends", click: () => go(changed({ from: asked.to, to: asked.from })) }, "⇄"),
    field("to", ENDS.to),
    number("k", "Paths", "5", 20),
    number("max_steps", "At most steps", "6", 8),
    make("div", {}, make("label", { class: "check" }, make("input", { type: "checkbox", name: "ended", value: "1", checked: Boolean(asked.ended) }), " Ended links too")),
    make("button", { type: "submit" }, "Find paths"),
  );
  for (const name of Object.keys(ENDS)) {
    const input = made.elements[name];
    choose(input, (hit) => {
      input.dataset.id = hit.id;
      input.dataset.name = hit.name;
    });
  }
  return made;
}

/** Whether an end is a set of entities (`of:au`, `africa-cdc|ama`), which has its own words for an id. */
function isSet(end) {
  return end.id.includes("|") || /^(kind|subtype|in|of|id)\s*:/.test(end.id);
}

/** An end in words: a link to the entity; a set as it is written. */
function endLink(end) {
  return isSet(end) ? end.name : entityLink(end.id, end.name);
}

/** What is shown in a field is the name (of a set, what was written); what is asked for is the id, as long as it is left as it is. */
function name(place, end, entity) {
  const input = place.querySelector("form.question").elements[end];
  input.value = isSet(entity) ? entity.id : entity.name;
  input.dataset.id = entity.id;
  input.dataset.name = input.value;
}

async function show(place, answer, asked) {
  const [start, goal] = [answer.start, answer.goal];
  if (answer.results.length === 0) {
    fill(place, make("h2", {}, `No path from ${start.name} to ${goal.name}`), make("p", { class: "reason" }, answer.reason));
    return;
  }
  const list = make("ol", { class: "paths-list" }, answer.results.map((path, index) => told(path, index)));
  const drawn = make("div", { class: "drawn" });
  fill(
    place,
    make("p", { class: "found" }, `${count(answer.results.length, "path")} from `, endLink(start), " to ", endLink(goal), answer.exhausted ? "; there are no others." : ", best first."),
    make("div", { class: "split" }, make("div", { class: "text" }, list), make("div", { class: "beside" }, drawn)),
  );
  const { nodes, links, of } = map(answer);
  const art = await picture(drawn, {
    nodes,
    links,
    labels: "below",
    said: `Picture of ${count(answer.results.length, "path")} from ${start.name} to ${goal.name}; the list holds the same as text.`,
    high: Math.min(Math.max(answer.results.length, 3) * LANE_HIGH, HIGHEST),
    onNode: (id) => go(changed({ panel: id })),
  });
  const pick = (index) => {
    [...list.children].forEach((item, other) => {
      item.classList.toggle("lit", other === index);
      item.querySelector("button.pick").setAttribute("aria-pressed", String(other === index));
    });
    art?.mark(...of(index));
  };
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button.pick");
    if (!button) return;
    const index = [...list.children].indexOf(button.closest("li"));
    history.replaceState(null, "", changed({ pick: index + 1 }));
    pick(index);
  });
  pick(Math.min(Math.max(Number(asked.pick) || 1, 1), answer.results.length) - 1);
}

function told(path, index) {
  const parts = Object.entries(path.parts).map(([name, value]) => make("div", {}, make("dt", {}, sentenceCase(name)), make("dd", {}, points(value))));
  return make(
    "li",
    { "data-path": index + 1 },
    make(
      "div",
      { class: "head" },
      make("h2", {}, `Path ${index + 1}: ${count(path.steps.length, "step")}, score ${points(path.score)}`),
      make("button", { type: "button", class: "pick", "aria-pressed": "false" }, "Show in the picture"),
    ),
    make("ol", { class: "steps" }, path.steps.map((step, place) => stepLine(step, place === path.weakest.step))),
    make("dl", { class: "parts", "aria-label": "How the score adds up" }, parts),
  );
}

function inFull(statement) {
  return make("li", {}, make("div", {}, statement.sentence || "", " ", when(statement)), make("ul", { class: "cited" }, citation(statement)));
}

function stepLine(step, weakest) {
  const [main] = step.statements;
  return make(
    "li",
    { "data-step": `${step.from} ${step.to}` },
    make(
      "div",
      {},
      make("strong", {}, step.sentence),
      " ",
      make("span", { class: "quiet" }, when(main)),
      " ",
      weakest ? make("span", { class: "tag weakest" }, "weakest step") : null,
      step.state && step.state !== "live" ? make("span", { class: "tag" }, { past: "it happened before", ended: "ended", disputed: "a source denies it" }[step.state]) : null,
    ),
    make("div", { class: "quiet" }, entityLink(step.from, step.from_name), " → ", entityLink(step.to, step.to_name)),
    make("ul", { class: "cited" }, citation(main)),
    step.denials && step.denials.length ? [make("div", { class: "quiet" }, "Denied by:"), make("ul", { class: "cited" }, step.denials.map(inFull))] : null,
    step.statements.length > 1
      ? make(
          "details",
          {},
          make("summary", {}, `${count(step.statements.length - 1, "further statement")}`),
          make("ul", { class: "cited" }, step.statements.slice(1).map(inFull)),
        )
      : null,
  );
}

function points(value) {
  return Number(value).toLocaleString("en-GB", { maximumFractionDigits: 3 });
}

/** Places and links of all paths together: each path has a lane, an entity stands in the first lane that needs it. */
function map(answer) {
  const kinds = new Map([[answer.start.id, answer.start.kind], [answer.goal.id, answer.goal.kind]]);
  const longest = Math.max(...answer.results.map((path) => path.steps.length));
  const nodes = new Map();
  const links = new Map();
  const put = (id, name, x, y) => nodes.has(id) || nodes.set(id, { id, name, kind: kinds.get(id), x, y, rank: nodes.size });
  const between = (step) => [step.from, step.to].sort().join(" ");
  for (const path of answer.results) for (const one of path.through) kinds.set(one.id, one.kind);
  // An end may be a set of entities: then each path has ends of its own.
  const ends = (of) => new Set(answer.results.map(of)).size;
  const [one, other] = [ends((path) => path.steps[0].from) === 1, ends((path) => path.steps.at(-1).to) === 1];
  answer.results.forEach((path, lane) => {
    const y = Math.ceil(lane / 2) * (lane % 2 ? 1 : -1) * LANE;
    const [first, last] = [path.steps[0], path.steps.at(-1)];
    if (!kinds.has(first.from)) kinds.set(first.from, answer.start.kind);
    if (!kinds.has(last.to)) kinds.set(last.to, answer.goal.kind);
    put(first.from, first.from_name, 0, one ? 0 : y);
    put(last.to, last.to_name, longest * ACROSS, other ? 0 : y);
    path.steps.forEach((step, index) => {
      put(step.to, step.to_name, ((index + 1) / path.steps.length) * longest * ACROSS, y);
      const [main] = step.statements;
      const forward = main.subject === undefined || main.subject === step.from;
      if (!links.has(between(step))) {
        links.set(between(step), {
          id: between(step),
          from: forward ? step.from : step.to,
          to: forward ? step.to : step.from,
          label: predicateLabel(step.predicate),
          arrow: !isSymmetric(step.predicate),
          weak: main.confidence === "low",
        });
      }
    });
  });
  const of = (index) => {
    const { steps } = answer.results[index];
    return [[steps[0].from, ...steps.map((step) => step.to)], steps.map(between)];
  };
  return { nodes: [...nodes.values()], links: [...links.values()], of };
}
