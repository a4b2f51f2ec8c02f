// Labels of the picture: at one size on the screen, and only where they lie on nothing else.

import { FAMILY, FONT } from "./looks.js";

const LONGEST_LABEL = 30;
const LONGEST_LINE = 22;
const SHORTEST_LABEL = 8;
const ARROW = 12;

/**
 * Show as many labels as fit, at one size on the screen whatever the zoom: the centre always, then what is brought out, then those of
 * lower rank first, each only where it lies on no other label and on no other entity; that of a link where it is long enough. The taken
 * space is kept in a grid of cells, so it costs about one look a label.
 */
export function placeLabels(cy) {
  const zoom = cy.zoom();
  const taken = new Grid();
  const turn = (node) => (node.hasClass("centre") ? 0 : node.hasClass("marked") ? 1 : 2);
  const ordered = cy.nodes().sort((a, b) => turn(a) - turn(b) || a.data("rank") - b.data("rank") || (a.id() < b.id() ? -1 : 1));
  for (const node of ordered) {
    const { x, y } = node.renderedPosition();
    const half = (node.data("size") * zoom) / 2;
    taken.add({ x1: x - half, y1: y - half, x2: x + half, y2: y + half }, node.id());
  }
  cy.batch(() => {
    cy.nodes().style({ "font-size": FONT / zoom, "text-outline-width": 2 / zoom });
    for (const link of cy.edges(".named")) {
      link.style({ "font-size": FONT / zoom });
      link.data("told", roomOn(link, zoom) >= widthOf(link.data("label"), false) ? link.data("label") : "");
    }
    for (const node of ordered) {
      const bold = node.hasClass("centre") || node.hasClass("marked");
      const { text, box } = labelOf(node, zoom, cy.width(), bold);
      const fits = text && (node.hasClass("centre") || taken.isFree(box, node.id()));
      node.data("shown", fits ? text : "");
      if (fits) taken.add(box, node.id());
    }
  });
}

const pen = document.createElement("canvas").getContext("2d");

function widthOf(text, bold) {
  pen.font = `${bold ? "bold " : ""}${FONT}px ${FAMILY}`;
  return pen.measureText(text).width;
}

/** The length of a link on the screen, between the outlines of its ends and without its arrow. */
function roomOn(link, zoom) {
  const [one, other] = [link.source(), link.target()];
  const [from, to] = [one.renderedPosition(), other.renderedPosition()];
  return Math.hypot(from.x - to.x, from.y - to.y) - ((one.data("size") + other.data("size")) / 2) * zoom - ARROW;
}

/** The text of a label, cut to the room that its side of the frame has, and the box it takes on the screen. */
function labelOf(node, zoom, width, bold) {
  pen.font = `${bold ? "bold " : ""}${FONT}px ${FAMILY}`;
  const { x, y } = node.renderedPosition();
  const half = (node.data("size") * zoom) / 2 + 4 * zoom;
  const { name, side } = node.data();
  if (side === "above" || side === "below") {
    const text = inTwo(name);
    const lines = text.split("\n");
    const wide = Math.max(...lines.map((line) => pen.measureText(line).width)) + 6;
    const high = lines.length * (FONT + 3) + 2;
    const y1 = side === "below" ? y + half : y - half - high;
    return { text, box: { x1: x - wide / 2, x2: x + wide / 2, y1, y2: y1 + high } };
  }
  const room = Math.max((side === "left" ? x : width - x) - half - 6, 0);
  let text = cut(name, LONGEST_LABEL);
  while (text.length > SHORTEST_LABEL && pen.measureText(text).width > room) text = `${text.replace(/…$/, "").slice(0, -1).trimEnd()}…`;
  const wide = pen.measureText(text).width + 6;
  const x1 = side === "left" ? x - half - wide : x + half;
  return { text: wide - 6 > room ? "" : text, box: { x1, x2: x1 + wide, y1: y - FONT / 2 - 2, y2: y + FONT / 2 + 2 } };
}

/** Boxes on the screen, kept by the cells they touch, so that a look for what lies on a box sees only what is near. */
class Grid {
  static cell = 48;
  #held = new Map();

  #keys({ x1, y1, x2, y2 }) {
    const keys = [];
    for (let x = Math.floor(x1 / Grid.cell); x <= Math.floor(x2 / Grid.cell); x += 1) {
      for (let y = Math.floor(y1 / Grid.cell); y <= Math.floor(y2 / Grid.cell); y += 1) keys.push(`${x},${y}`);
    }
    return keys;
  }

  add(box, owner) {
    for (const key of this.#keys(box)) {
      if (!this.#held.has(key)) this.#held.set(key, []);
      this.#held.get(key).push({ ...box, owner });
    }
  }

  /** Whether no box of another owner lies on this one. */
  isFree(box, owner) {
    const meets = (other) => other.owner !== owner && box.x1 < other.x2 && other.x1 < box.x2 && box.y1 < other.y2 && other.y1 < box.y2;
    return !this.#keys(box).some((key) => this.#held.get(key)?.some(meets));
  }
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** A name on two lines where it is long, broken at a space. */
function inTwo(name) {
  if (name.length <= LONGEST_LINE) return name;
  const at = name.lastIndexOf(" ", LONGEST_LINE);
  return at > 0 ? `${name.slice(0, at)}\n${cut(name.slice(at + 1), LONGEST_LINE)}` : cut(name, LONGEST_LINE);
}
