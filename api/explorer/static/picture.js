// The drawing of entities and links, by cytoscape on a 2D canvas. Places come with the data; nothing here is left to chance.

import { fill, make } from "./dom.js";
import { kindLabel, kindMark, lookOf } from "./kinds.js";
import { placeLabels } from "./labels.js";
import { STYLE } from "./looks.js";

const LARGEST = 1.25;

/**
 * Draw into `place`. `nodes`: `{id, name, kind, x, y, rank}`, a lower rank keeps its label longer; `links`: `{id, from, to, label,
 * arrow, weak}`. `centre` is an id or "". `labels` is "sides" (rings) or "below" (lanes). `high`: pixels, or null for what the style
 * sheet says. `said` describes the picture. Calls `onNode(id)` and `onLink(id)`. Gives `{mark(nodes, links), fit()}`, or null where it cannot be drawn.
 */
export async function picture(place, { nodes, links, centre = "", labels = "sides", high = null, said, onNode, onLink }) {
  const canvas = make("div", { class: "canvas", role: "img", "aria-label": said });
  const hint = make("p", { class: "hint", "aria-hidden": "true" });
  const frame = make("div", { class: "picture" }, canvas, hint);
  if (high) frame.style.height = `${high}px`;
  fill(place, frame, legend(nodes, links));
  let cytoscape;
  try {
    cytoscape = (await import("./vendor/cytoscape/cytoscape.esm.min.mjs")).default;
  } catch {
    fill(frame, make("p", { class: "waiting" }, "The picture cannot be drawn here: its library is missing. The table holds the same."));
    return null;
  }
  const cy = cytoscape({
    container: canvas,
    elements: { nodes: nodes.map((node) => nodeElement(node, centre, labels)), edges: links.map((link) => edgeElement(link, centre)) },
    layout: { name: "preset" },
    style: STYLE,
    minZoom: 0.02,
    maxZoom: 3,
    autoungrabify: true,
    boxSelectionEnabled: false,
    // The wheel scrolls the page; the buttons, or the wheel with Ctrl, zoom.
    userZoomingEnabled: false,
    userPanningEnabled: !window.matchMedia("(pointer: coarse)").matches,
  });
  const settle = () => placeLabels(cy);
  const fit = () => {
    fitTo(cy, labels);
    settle();
  };
  const zoom = (factor) => {
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 } });
    settle();
  };
  frame.append(
    make(
      "div",
      { class: "tools", role: "group", "aria-label": "Picture" },
      make("button", { type: "button", "aria-label": "Zoom in", click: () => zoom(1.3) }, "+"),
      make("button", { type: "button", "aria-label": "Zoom out", click: () => zoom(1 / 1.3) }, "−"),
      make("button", { type: "button", click: fit }, "Fit"),
    ),
  );
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    },
    { passive: false },
  );
  listen(cy, hint, onNode, onLink);
  const watch = new ResizeObserver(() => {
    if (!canvas.isConnected) {
      watch.disconnect();
      cy.destroy();
      return;
    }
    cy.resize();
    fit();
  });
  watch.observe(canvas);
  fit();
  return { fit, mark: (some, ways) => mark(cy, some, ways) };
}

function nodeElement({ id, name, kind, x, y, rank = 1 }, centre, labels) {
  const { points, fill: paint, line } = lookOf(kind);
  const steep = Math.abs(x) < Math.abs(y) / 5;
  const side = labels === "below" || id === centre ? "below" : steep ? (y < 0 ? "above" : "below") : x < 0 ? "left" : "right";
  const shape = points === null ? "ellipse" : "polygon";
  // A polygon needs points even where the shape is an ellipse.
  return {
    data: { id: `n:${id}`, of: id, kind, name, shown: "", x, y, shape, points: points || [0, -1, 1, 1, -1, 1], paint, line, side, rank, size: id === centre ? 34 : 22 },
    position: { x, y },
    classes: id === centre ? "centre" : "",
  };
}

function edgeElement({ id, from, to, label, arrow, weak }, centre) {
  return {
    classes: centre && from !== centre && to !== centre ? "aside" : "",
    data: { id: `e:${id}`, of: id, source: `n:${from}`, target: `n:${to}`, label, told: "", arrow: arrow ? "triangle" : "none", pattern: weak ? "dashed" : "solid" },
  };
}

/**
 * The whole picture in view, with room for the labels at its sides; rings are drawn out to use the height of the frame. It is the
 * same for the same size of the frame.
 */
function fitTo(cy, labels) {
  const width = cy.width();
  const height = cy.height();
  if (!width || !height || !cy.nodes().nonempty()) return;
  const spread = (name) => {
    const values = cy.nodes().map((node) => node.data(name));
    return [Math.min(...values), Math.max(...values)];
  };
  const [left, right] = spread("x");
  const [top, bottom] = spread("y");
  const [aside, above] = labels === "below" ? [Math.min(95, width / 4), 58] : [Math.min(185, width / 3.6), 58];
  const across = (width - 2 * aside) / Math.max(right - left, 1);
  const down = (height - 2 * above) / Math.max(bottom - top, 1);
  // Lanes are only an order, so they take what width and height there is; rings stay rings, drawn out a little.
  const level = labels === "below" ? 1 : Math.min(across, down, LARGEST);
  const [wider, higher] = labels === "below" ? [Math.min(across, 1.6), Math.min(down, 1)] : [1, Math.min(Math.max(down / level, 1), 1.5)];
  cy.batch(() => cy.nodes().forEach((node) => node.position({ x: node.data("x") * wider, y: node.data("y") * higher })));
  cy.zoom(level);
  cy.pan({ x: width / 2 - (level * wider * (left + right)) / 2, y: height / 2 - (level * higher * (top + bottom)) / 2 });
}

function listen(cy, hint, onNode, onLink) {
  cy.on("tap", "node", (event) => onNode?.(event.target.data("of")));
  cy.on("tap", "edge", (event) => onLink?.(event.target.data("of")));
  cy.on("mouseover", "node, edge", (event) => {
    const what = event.target;
    cy.container().classList.add("pointing");
    hint.textContent = what.isNode() ? what.data("name") : `${what.source().data("name")} → ${what.data("label")} → ${what.target().data("name")}`;
    const near = what.isNode() ? what.closedNeighborhood() : what.union(what.connectedNodes());
    if (!cy.elements(".marked").nonempty()) cy.elements().difference(near).addClass("far");
  });
  cy.on("mouseout", "node, edge", () => {
    cy.container().classList.remove("pointing");
    hint.textContent = "";
    if (!cy.elements(".marked").nonempty()) cy.elements().removeClass("far");
  });
}

/** Bring out some entities and links (ids) and let the rest step back; empty lists bring everything back. */
function mark(cy, nodes, links) {
  const wanted = new Set([...nodes.map((id) => `n:${id}`), ...links.map((id) => `e:${id}`)]);
  cy.batch(() => {
    cy.elements().removeClass("marked named far");
    if (wanted.size) {
      const chosen = cy.elements().filter((element) => wanted.has(element.id()));
      chosen.addClass("marked");
      chosen.edges().addClass("named");
      cy.elements().difference(chosen).addClass("far");
    }
  });
  placeLabels(cy);
}

function legend(nodes, links) {
  const kinds = [...new Set(nodes.map((node) => node.kind))].sort();
  const size = (kind) => nodes.filter((node) => node.kind === kind).length;
  return make("ul", { class: "legend", "aria-label": "Shapes in the picture" }, kinds.map((kind) => make("li", {}, kindMark(kind, 16), `${kindLabel(kind)} (${size(kind)})`)), links.some((link) => link.weak) ? make("li", {}, "dashed: low confidence") : null);
}
