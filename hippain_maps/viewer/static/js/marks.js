// Shows the marks: filled in the colour of the drawing, darker where stronger, with one outline
// around all of a view, a texture for the quality, and a dashed line around the selected one.

import { chart } from "./chart.js";
import { s } from "./dom.js";
import { isOutline, pathOf } from "./geometry.js";
import { ID, marks, on, state } from "./state.js";

const shown = new Map(); // id of a mark -> {mark, nodes}

export function startMarks() {
  on("doc", showAll);
  on("marks-moving", showAll);
  on("select", showSelection);
}

const widthOf = (mark) => mark.properties.width_cm || 2;
const EDGE = 0.42;

function nodesOf(mark) {
  const { geometry, properties } = mark;
  const d = pathOf(geometry), outline = isOutline(geometry.type);
  const width = outline ? 0 : widthOf(mark);
  const strength = properties.intensity ?? 5;
  const kind = outline ? "outline" : "line";
  const fill = s(`path.mark.${kind}`, { d, vars: { "--strength": `${30 + strength * 7}%` } });
  if (!outline) fill.setAttribute("stroke-width", width);
  if (properties.intensity === 0) fill.classList.add("none");
  // Two strokes in a mask, a wide one and a narrower one cut out of it, leave the outline.
  const wide = s(`path.edge-out.${kind}`, { d, "stroke-width": width + EDGE * (outline ? 2 : 1) });
  const narrow = s(`path.edge-in.${kind}`, { d, "stroke-width": outline ? EDGE : Math.max(width - EDGE, 0.01) });
  const textures = (properties.quality || []).filter((q) => q !== "aching").map((q) => {
    const node = s(`path.texture.${kind}`, { d });
    node.setAttribute(outline ? "fill" : "stroke", `url(#texture-${q})`);
    if (!outline) node.setAttribute("stroke-width", Math.max(width - EDGE, 0.1));
    return node;
  });
  return { fill, wide, narrow, textures, view: properties.view };
}

function showAll() {
  const alive = new Set();
  const changed = new Set();
  for (const mark of marks()) {
    const id = mark[ID];
    alive.add(id);
    const old = shown.get(id);
    if (old?.mark === mark) continue;
    if (old) { drop(old); changed.add(old.nodes.view); }
    if (!chart.views.has(mark.properties.view)) continue;
    const nodes = nodesOf(mark);
    shown.set(id, { mark, nodes });
    const { layers } = chart.views.get(nodes.view);
    layers.marks.append(nodes.fill);
    layers.texture.append(...nodes.textures);
    changed.add(nodes.view);
  }
  for (const [id, old] of shown) if (!alive.has(id)) { drop(old); shown.delete(id); changed.add(old.nodes.view); }
  for (const view of changed) edges(view);
  showSelection();
}

function drop({ nodes }) {
  nodes.fill.remove();
  for (const node of nodes.textures) node.remove();
}

/** One outline around everything drawn on a view. */
function edges(view) {
  const { layers, cell } = chart.views.get(view);
  const own = [...shown.values()].filter(({ nodes }) => nodes.view === view).map(({ nodes }) => nodes);
  if (!own.length) { layers.edges.replaceChildren(); return; }
  const [x0, y0, x1, y1] = [-60, -30, 60, 200];
  const box = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
  const mask = s("mask", { id: `edge-${view}`, maskUnits: "userSpaceOnUse", ...box },
    own.map((n) => n.wide), own.map((n) => n.narrow));
  layers.edges.replaceChildren(mask, s("rect.edge", { ...box, mask: `url(#edge-${view})` }));
}

function showSelection() {
  for (const { layers } of chart.views.values()) layers.cursor.querySelector(".selected")?.remove();
  const one = shown.get(state.selected);
  if (!one) return;
  const { mark, nodes } = one;
  const outline = isOutline(mark.geometry.type);
  const ring = s(`g.selected.${outline ? "outline" : "line"}`, {},
    s("path.halo", { d: pathOf(mark.geometry), "stroke-width": outline ? 1.1 : 0.8 }),
    s("path.dash", { d: pathOf(mark.geometry), "stroke-width": outline ? 0.5 : 0.4 }));
  chart.views.get(nodes.view).layers.cursor.append(ring);
}

/** SVG patterns for the qualities, in chart cm; colours come from the style sheet. */
export function textures() {
  const tile = (id, size, d, extra = {}) => s("pattern", { id: `texture-${id}`, width: size, height: size, patternUnits: "userSpaceOnUse", ...extra }, s("path.texture-line", { d }));
  return [
    tile("burning", 1.4, "M.7 .7h.01", { class: "dotty" }),
    tile("stabbing", 1.8, "M.4 .4l1 1M1.4 .4l-1 1"),
    tile("electric", 1.2, "M-.3 .3l.6 -.6M0 1.2l1.2 -1.2M.9 1.5l.6 -.6"),
    tile("tingling", 1.8, "M1.3 .9a.4 .4 0 1 1 -.8 0a.4 .4 0 1 1 .8 0"),
    tile("numb", 1.2, "M0 .6h1.2"),
    tile("cramping", 1.8, "M.9 .4v1M.4 .9h1"),
    tile("other", 1.2, "M.6 0v1.2"),
  ];
}
