// How the picture is painted, in the terms of cytoscape.

export const FONT = 12;
export const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const INK = "#16222c";
const STRONG = "#0b3f70";

export const STYLE = [
  {
    selector: "node",
    style: {
      shape: "data(shape)",
      "shape-polygon-points": "data(points)",
      width: "data(size)",
      height: "data(size)",
      "background-color": "data(paint)",
      "border-color": "data(line)",
      "border-width": 2.5,
      "font-family": FAMILY,
      "font-size": FONT,
      color: INK,
      "text-outline-color": "#ffffff",
      "text-outline-width": 2,
      "text-events": "no",
      "text-wrap": "wrap",
    },
  },
  { selector: 'node[side = "right"]', style: { "text-halign": "right", "text-valign": "center", "text-margin-x": 4 } },
  { selector: 'node[side = "left"]', style: { "text-halign": "left", "text-valign": "center", "text-margin-x": -4 } },
  { selector: 'node[side = "below"]', style: { "text-halign": "center", "text-valign": "bottom", "text-margin-y": 4 } },
  { selector: 'node[side = "above"]', style: { "text-halign": "center", "text-valign": "top", "text-margin-y": -4 } },
  { selector: "node[shown]", style: { label: "data(shown)" } },
  { selector: "node.centre", style: { "border-width": 4, "font-weight": "bold" } },
  {
    selector: "edge",
    style: {
      width: 1.6,
      "line-color": "#65737f",
      "line-style": "data(pattern)",
      "curve-style": "bezier",
      "control-point-step-size": 22,
      "target-arrow-shape": "data(arrow)",
      "target-arrow-color": "#65737f",
      "arrow-scale": 0.9,
      "loop-direction": "0deg",
    },
  },
  { selector: "edge.aside", style: { width: 0.9, "line-color": "#8b98a3", "target-arrow-color": "#8b98a3", "arrow-scale": 0.7 } },
  { selector: "node.far", style: { opacity: 0.5 } },
  { selector: "edge.far", style: { opacity: 0.28 } },
  { selector: "edge.marked", style: { width: 4, "line-color": STRONG, "target-arrow-color": STRONG, "z-index": 10 } },
  {
    selector: "edge.marked.named",
    style: {
      label: "data(told)",
      "font-family": FAMILY,
      "font-size": FONT,
      color: INK,
      "text-background-color": "#ffffff",
      "text-background-opacity": 0.92,
      "text-background-padding": 2,
      "text-rotation": "autorotate",
    },
  },
  { selector: "node.marked", style: { "border-width": 4.5, "font-weight": "bold", "z-index": 11 } },
];
