// A shape and a colour for each kind, used by the picture and by every list, so that they always agree.

import { draw } from "./dom.js";

// Corners as x, y in -1..1, y down. Every shape differs without its colour; every outline has 3:1 on white and on its fill.
const regular = (corners, turn = 0) =>
  Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners + turn;
    return [Math.sin(angle), -Math.cos(angle)];
  }).flat();
const star = (tips, inner) =>
  Array.from({ length: 2 * tips }, (_, i) => {
    const reach = i % 2 ? inner : 1;
    return [reach * Math.sin((Math.PI * i) / tips), -reach * Math.cos((Math.PI * i) / tips)];
  }).flat();

export const KINDS = {
  organisation: { points: null, fill: "#cfe3f5", line: "#1f5c99" },
  network: { points: [0, -1, 1, 0, 0, 1, -1, 0], fill: "#fde3b3", line: "#8a5a00" },
  mechanism: { points: [-0.86, -0.86, 0.86, -0.86, 0.86, 0.86, -0.86, 0.86], fill: "#c5e8d9", line: "#116149" },
  instrument: { points: [-0.75, -1, 0.35, -1, 0.75, -0.6, 0.75, 1, -0.75, 1], fill: "#e6dcf5", line: "#5c3d99" },
  product: { points: [0, -1, 1, 0.85, -1, 0.85], fill: "#f7d4e3", line: "#9c2a63" },
  product_class: { points: [0, 1, 1, -0.85, -1, -0.85], fill: "#f7d4e3", line: "#9c2a63" },
  pathogen: { points: star(8, 0.6), fill: "#f9d0c9", line: "#a3301b" },
  value_chain: { points: [-1, -0.62, 0.45, -0.62, 1, 0, 0.45, 0.62, -1, 0.62, -0.5, 0], fill: "#eee6b8", line: "#6b5d00" },
  country: { points: regular(6, Math.PI / 6), fill: "#d3eef4", line: "#0f6274" },
  region: { points: regular(8, Math.PI / 8), fill: "#dfe5ea", line: "#44525e" },
  event: { points: star(5, 0.45), fill: "#ffe0cc", line: "#9a4200" },
  facility: { points: [-0.95, 0.9, -0.95, -0.25, -0.3, -0.8, -0.3, -0.25, 0.35, -0.8, 0.35, -0.25, 0.95, -0.8, 0.95, 0.9], fill: "#e3e8d0", line: "#4e5f1a" },
  source: { points: [-0.62, -1, 0.62, -1, 0.62, 1, -0.62, 1], fill: "#ffffff", line: "#555555" },
};
const OTHER = { points: regular(7), fill: "#ffffff", line: "#555555" };

let labels = {};

/** Take the labels of kinds from the vocabulary: name -> label. */
export function nameKinds(given) {
  labels = given;
}

/** How a kind is called: "country, area or territory". */
export function kindLabel(kind) {
  return labels[kind] || kind.replaceAll("_", " ");
}

/** How a kind is drawn. */
export function lookOf(kind) {
  return KINDS[kind] || OTHER;
}

/** A small picture of the kind's shape, for lists and the legend; the label beside it says what it is. */
export function kindMark(kind, size = 14) {
  const { points, fill, line } = lookOf(kind);
  const paint = { fill, stroke: line, "stroke-width": 0.22, "stroke-linejoin": "round" };
  const shape = points === null ? draw("circle", { r: 0.9, ...paint }) : draw("polygon", { points: points.join(" "), ...paint });
  return draw("svg", { viewBox: "-1.2 -1.2 2.4 2.4", width: size, height: size, class: "mark", "aria-hidden": "true", focusable: "false" }, shape);
}
