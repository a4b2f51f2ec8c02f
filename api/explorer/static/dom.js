// Building the page from data. Texts go in as text nodes only, so a name with markup in it is shown, never run.

/** Make an element. `attributes`: `class`, `data-…`, `aria-…`, …; a function value is an event listener; null leaves it out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Replace what is in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** The address if it is one that may be followed (http or https), else an empty text. */
export function safeAddress(address) {
  try {
    const read = new URL(address);
    return read.protocol === "https:" || read.protocol === "http:" ? read.href : "";
  } catch {
    return "";
  }
}

/** When a statement was so, in words. */
export function period(from, to) {
  if (from && to) return from === to ? from : `${from} to ${to}`;
  if (from) return `since ${from}`;
  if (to) return `until ${to}`;
  return "no dates given";
}

/** A number with its noun: 1 link, 2 links. */
export function count(number, one, several = `${one}s`) {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : several}`;
}

/** `covered_by_several` -> `covered by several`. */
export function words(text) {
  return String(text).replaceAll("_", " ");
}

/** The same with a capital first letter. */
export function sentenceCase(text) {
  const plain = words(text);
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** An SVG element; only ever given attributes that are written here. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
