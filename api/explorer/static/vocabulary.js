// The words of the graph, fetched once: how kinds and predicates are called.

import { askOnce } from "./ask.js";
import { words } from "./dom.js";

let predicates = new Map();

/** Fetch the vocabulary; gives kind -> label. */
export async function learn() {
  const answer = await askOnce("vocabulary");
  predicates = new Map(answer.predicates.map((word) => [word.name, word]));
  return Object.fromEntries(answer.kinds.map((kind) => [kind.name, kind.label]));
}

/** `member_of` -> `member of`. */
export function predicateLabel(name) {
  return words(name);
}

/** How a link reads from its other end: `member_of` -> `has member`. */
export function inverseLabel(name) {
  return words(predicates.get(name)?.inverse || name);
}

/** Whether a link reads the same from both ends. */
export function isSymmetric(name) {
  return Boolean(predicates.get(name)?.symmetric);
}
