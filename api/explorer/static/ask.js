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
/** Answers after which the same question may be answered: no answer, too many questions, a fault, a store that is away. */
const PASSING = new Set([0, 429, 500, 502, 503, 504]);
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
  const response = await sent(`${path}${query.size ? `?${query}` : ""}`, "application/json", signal);
  return response.json();
}

/** Whether this tab has a token; the addresses of files then need it too, and cannot just be followed. */
export function hasToken() {
  return Boolean(sessionStorage.getItem(TOKEN));
}

/** Fetch a file with the token of this tab and hand it to the reader under the name that the server gives it. */
export async function save(address) {
  const response = await sent(address, "*/*");
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "")?.[1] || address.split("?")[0];
  const made = URL.createObjectURL(await response.blob());
  make("a", { href: made, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(made), 60_000);
}

/** The answer of an address if it is a good one; throws as `ask` does. */
async function sent(address, sort, signal = undefined) {
  // A server that asks for a token gets the one that was typed in; it is kept until this tab is closed.
  const token = sessionStorage.getItem(TOKEN);
  const headers = { Accept: sort, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(address, { signal, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, { title: "The server does not answer", detail: "Nothing came back from it. See whether it still runs and whether this machine is connected, then try again." });
  }
  if (response.ok) return response;
  const got = response.headers.get("Content-Type") || "";
  const problem = got.includes("json") ? await response.json().catch(() => ({})) : {};
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

/**
 * Show a refusal: its title, its detail, and the entities it offers, each made by `offer(candidate)`. Where the same question may be
 * answered later, a button calls `again`. A refusal is a heading of the first level where nothing else on the page is.
 */
export function refused(place, error, offer = null, again = null) {
  place.removeAttribute("aria-busy");
  const problem = error instanceof Refusal ? error.problem : {};
  if (!(error instanceof Refusal)) console.error(error);
  const passing = !(error instanceof Refusal) || PASSING.has(error.status);
  const kept = [...document.querySelectorAll("main h1")].some((one) => !place.contains(one));
  const heading = kept || !place.closest("main") ? "h2" : "h1";
  const offered = [...(problem.candidates || []), ...(problem.nearest || [])].filter((one) => one && one.id);
  fill(
    place,
    make(
      "div",
      { class: "refusal", role: "alert" },
      make(heading, {}, problem.title || "This cannot be shown"),
      make("p", {}, error.message),
      offered.length && offer
        ? [make("p", {}, `${count(offered.length, "entity", "entities")} to choose from:`), make("ul", { class: "offers" }, offered.map((one) => make("li", {}, offer(one))))]
        : null,
      error.status === 401 ? tokenForm() : null,
      passing && again ? make("p", {}, make("button", { type: "button", click: again }, "Try again")) : null,
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
