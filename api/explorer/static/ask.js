// Questions to the API. Every view asks through here, so that errors read the same everywhere.

import { count, fill, make } from "./dom.js";

/** A refusal of the API (problem details, RFC 9457), or a server that does not answer (`status` 0). */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

const TOKEN = "mcmgraph-token";
const answers = new Map();

/** The answer of an address under `v1/`; empty parameters are left out. Throws `Refusal`, or `AbortError` when aborted. */
export function ask(path, parameters = {}, signal = undefined) {
  return fetched(`v1/${path}`, parameters, signal);
}

/** As `ask`, for what serves this page alone, under `explorer/`. */
export function askOwn(path, parameters = {}, signal = undefined) {
  return fetched(`explorer/${path}`, parameters, signal);
}

async function fetched(path, parameters, signal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") query.append(name, one);
    }
  }
  // A server that asks for a token gets the one that was typed in; it is kept until this tab is closed.
  const token = sessionStorage.getItem(TOKEN);
  const headers = { Accept: "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(`${path}${query.size ? `?${query}` : ""}`, { signal, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, { title: "The server does not answer", detail: "The server does not answer. Is it still running?" });
  }
  if (response.ok) return response.json();
  const sort = response.headers.get("Content-Type") || "";
  const problem = sort.includes("json") ? await response.json().catch(() => ({})) : {};
  throw new Refusal(response.status, problem);
}

/** As `ask`, kept for as long as the page lives: for what does not change, such as the vocabulary. */
export function askOnce(path) {
  if (!answers.has(path)) {
    const promise = ask(path);
    promise.catch(() => answers.delete(path));
    answers.set(path, promise);
  }
  return answers.get(path);
}

/** Show that a part of the page is being fetched. */
export function waiting(place, what) {
  place.setAttribute("aria-busy", "true");
  fill(place, make("p", { class: "waiting", role: "status" }, what));
}

/** Show a refusal: its title, its detail, and the entities it offers, each made by `offer(candidate)`. */
export function refused(place, error, offer = null) {
  place.removeAttribute("aria-busy");
  const problem = error instanceof Refusal ? error.problem : {};
  if (!(error instanceof Refusal)) console.error(error);
  const offered = [...(problem.candidates || []), ...(problem.nearest || [])].filter((one) => one && one.id);
  fill(
    place,
    make(
      "div",
      { class: "refusal", role: "alert" },
      make("h2", {}, problem.title || "This cannot be shown"),
      make("p", {}, error.message),
      offered.length && offer
        ? [make("p", {}, `${count(offered.length, "entity", "entities")} to choose from:`), make("ul", { class: "offers" }, offered.map((one) => make("li", {}, offer(one))))]
        : null,
      error.status === 401 ? tokenForm() : null,
      problem.reference ? make("p", { class: "quiet" }, `Reference: ${problem.reference}`) : null,
    ),
  );
}

function tokenForm() {
  return make(
    "form",
    {
      class: "question",
      submit: (event) => {
        event.preventDefault();
        sessionStorage.setItem(TOKEN, event.target.elements.token.value.trim());
        location.reload();
      },
    },
    make("div", { class: "field" }, make("label", { for: "token" }, "Token"), make("input", { id: "token", name: "token", type: "password", autocomplete: "off", required: true })),
    make("button", { type: "submit" }, "Use it in this tab"),
  );
}
