// The address of the page says what it shows, so that a link leads to exactly this view.

const listeners = [];

/** What the address asks for: view, id, from, to, k, lens, base, as_of, known_at, panel, … as texts ("" where absent). */
export function current() {
  const query = new URLSearchParams(location.search);
  return new Proxy(Object.fromEntries(query), { get: (found, name) => (typeof name === "string" ? (found[name] ?? "") : found[name]) });
}

/** The relative address of a view. The two clocks are carried along; other parameters are not. */
export function addressOf(parameters) {
  const now = current();
  const query = new URLSearchParams();
  const all = { as_of: now.as_of, known_at: now.known_at, ...parameters };
  for (const [name, value] of Object.entries(all)) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  // The view comes first: it is what one looks for in an address.
  const ordered = new URLSearchParams([...query].sort(([a], [b]) => (a === "view" ? -1 : b === "view" ? 1 : 0)));
  return ordered.size ? `?${ordered}` : location.pathname;
}

/** The address of this very view with some parameters changed. */
export function changed(parameters) {
  const now = Object.fromEntries(new URLSearchParams(location.search));
  return addressOf({ ...now, ...parameters });
}

/** Go to an address of this page; `quiet` replaces the current one instead of adding to the history. */
export function go(address, quiet = false) {
  history[quiet ? "replaceState" : "pushState"](null, "", address);
  for (const listener of listeners) listener();
}

/** Call `listener` whenever the address changes. */
export function onChange(listener) {
  if (listeners.length === 0) {
    window.addEventListener("popstate", () => listeners.forEach((one) => one()));
    document.addEventListener("click", follow);
  }
  listeners.push(listener);
}

function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const aim = new URL(link.href);
  if (aim.origin !== location.origin || aim.pathname !== location.pathname || aim.hash) return;
  event.preventDefault();
  go(aim.search || location.pathname);
}
