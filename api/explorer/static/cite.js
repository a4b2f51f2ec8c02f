// Statements as a reader checks them: sentence, period, how sure, and where it says so.

import { make, period, safeAddress, words } from "./dom.js";
import { changed } from "./route.js";

/** The source of a statement: its name (a link where it may be followed), the place in it, and how sure the statement is. */
export function citation(statement) {
  const address = safeAddress(statement.url);
  const name = statement.source_name || statement.source;
  const unchecked = statement.url_status === "inferred_from_mirror";
  return make(
    "li",
    { "data-statement": statement.id },
    address ? make("a", { href: address, rel: "noopener noreferrer external", class: "source" }, name) : make("span", { class: "source" }, name),
    address && unchecked ? make("span", { class: "tag" }, "address not checked") : null,
    address && unchecked ? " " : null,
    make("span", {}, ` · ${statement.locator}`),
    statement.quotation ? make("q", { dir: "auto" }, statement.quotation) : null,
    " ",
    confidence(statement.confidence),
  );
}

/** The period of a statement in words. */
export function when(statement) {
  return statement.period || period(statement.valid_from, statement.valid_to);
}

/** How sure a statement is, in a word that is read out too. */
export function confidence(level) {
  return level ? make("span", { class: `tag ${level}` }, `${words(level)} confidence`) : null;
}

/** A link that opens the panel of an entity, beside whatever is shown. */
export function entityLink(id, name, kind = null) {
  return make("a", { href: changed({ panel: id }), class: "target", "data-entity": id }, kind, make("bdi", {}, name));
}
