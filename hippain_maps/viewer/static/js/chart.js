// The body charts: one SVG world that holds all views, where each view has a cell.
// World units are chart cm, y down; inside a cell the chart's own cm with y up.

import { s } from "./dom.js";
import { state, VIEWS } from "./state.js";

export const chart = { views: new Map(), areas: {}, plainAreas: {}, qualities: [], depths: [], frame: "", atlas: "", packs: [] };
export const STANDING = VIEWS.slice(0, 4);
const TOP = 137; // Where the standing figures end, as long as the whole body is not asked for.
const MAPPED = 127.8; // Just under the upper end of the mapped body.
const GAP = 3;

const scratch = document.createElement("canvas").getContext("2d");

/** The pack of one's own that a source comes from, or undefined for a shipped one. */
export const packOf = (source) => chart.packs.findLast((pack) => [...pack.adds, ...pack.overrides].includes(source));

/** Take the chart as the server sends it. */
export function takeChart(data) {
  chart.areas = data.areas;
  chart.plainAreas = data.plain_areas;
  chart.qualities = data.qualities;
  chart.depths = data.depths;
  chart.frame = data.frame;
  chart.atlas = data.atlas;
  chart.packs = data.packs || [];
  for (const view of data.views) {
    const regions = view.regions.map((region) => ({ ...region, shape: null, box: boxOf(region.path) }));
    chart.views.set(view.view, { ...view, regions, byId: new Map(regions.map((r) => [r.id, r])), layers: null, cell: null });
  }
}

function boxOf(path) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  const values = path.match(/-?[\d.]+/g).map(Number);
  for (let i = 0; i + 1 < values.length; i += 2) {
    x0 = Math.min(x0, values[i]); x1 = Math.max(x1, values[i]);
    y0 = Math.min(y0, values[i + 1]); y1 = Math.max(y1, values[i + 1]);
  }
  return [x0, y0, x1, y1];
}

/** The region at a chart point, for naming it. */
export function regionAt(view, x, y) {
  for (const region of chart.views.get(view).regions) {
    const [x0, y0, x1, y1] = region.box;
    if (x < x0 || x > x1 || y < y0 || y > y1) continue;
    region.shape ??= new Path2D(region.path);
    if (scratch.isPointInPath(region.shape, x, y)) return region;
  }
  return null;
}

/** The side of the patient that a chart point lies on; "middle" within a finger of the midline. */
export function sideAt(view, x) {
  const { shows, left_edge: edge } = chart.views.get(view);
  if (shows !== "both") return shows;
  if (Math.abs(x) < 0.7) return "middle";
  const other = edge === "left" ? "right" : "left";
  return x < 0 ? edge : other;
}

/** Which part of a view its cell shows. */
function cellBox(view, whole) {
  const { bounds: [x0, y0, x1, y1], shows } = chart.views.get(view);
  if (!STANDING.includes(view)) return [x0 - 2, y0 - 2, x1 + 2, y1 + 1];
  if (whole) return [x0 - 2, -3, x1 + 2, y1 + 2];
  return shows === "both" ? [-25, -3, 25, TOP] : [x0 - 2, -3, x1 + 2, TOP];
}

/** Candidate arrangements: rows and columns of views. */
const ARRANGEMENTS = [
  // One row, the small views in a column at its end.
  [[["anterior"], ["posterior"], ["left_lateral"], ["right_lateral"], ["plantar", "dorsal", "perineal"]]],
  // One row, the small views in a row below.
  [[["anterior"], ["posterior"], ["left_lateral"], ["right_lateral"]], [["plantar"], ["dorsal"], ["perineal"]]],
  // Two rows, for upright screens.
  [[["anterior"], ["posterior"]], [["left_lateral"], ["right_lateral"], ["plantar", "dorsal", "perineal"]]],
];

/** Place every view's cell so that all of them are as large as the stage allows. */
export function layOut(width, height, whole = false) {
  let best = null;
  for (const arrangement of ARRANGEMENTS) {
    let made, scale = 4;
    // The names above the figures are as high on any screen, so their room in cm depends on the scale.
    for (let pass = 0; pass < 3; pass++) {
      made = arrange(arrangement, whole, 1 / scale);
      scale = Math.min(width / made.width, height / made.height);
    }
    if (!best || scale > best.scale * 1.04) best = { ...made, scale };
  }
  for (const [view, cell] of best.cells) chart.views.get(view).cell = cell;
  return { width: best.width, height: best.height };
}

function arrange(rows, whole, room) {
  const cells = new Map();
  let y = 0, wide = 0;
  const placed = [];
  for (const row of rows) {
    let x = 0, high = 0;
    const inRow = [];
    for (const column of row) {
      let top = y, columnWide = 0;
      const inColumn = [];
      for (const view of column) {
        let [x0, y0, x1, y1] = cellBox(view, whole);
        // Never narrower than its name.
        const lack = Math.max(0, (STANDING.includes(view) ? 78 : 96) * room - (x1 - x0)) / 2;
        [x0, x1] = [x0 - lack, x1 + lack];
        const [w, h] = [x1 - x0, y1 - y0];
        const title = (STANDING.includes(view) ? 46 : 54) * room;
        inColumn.push([view, { box: [x0, y0, x1, y1], x, y: top, w, h: h + title, title }]);
        top += h + title + GAP;
        columnWide = Math.max(columnWide, w);
      }
      for (const [view, cell] of inColumn) cell.x = x + (columnWide - cell.w) / 2;
      inRow.push({ cells: inColumn, high: top - GAP - y });
      x += columnWide + GAP;
      high = Math.max(high, top - GAP - y);
    }
    // Columns that are lower than their row stand on its floor.
    for (const column of inRow) for (const [view, cell] of column.cells) {
      cell.y += high - column.high;
      cells.set(view, cell);
    }
    placed.push({ inRow, wide: x - GAP });
    wide = Math.max(wide, x - GAP);
    y += high + GAP;
  }
  for (const { inRow, wide: w } of placed) {
    for (const column of inRow) for (const [, cell] of column.cells) cell.x += (wide - w) / 2;
  }
  return { cells, width: wide, height: y - GAP };
}

/** World position of a chart point, and back. */
export const toWorld = (view, x, y) => {
  const { cell } = chart.views.get(view);
  return [cell.x + x - cell.box[0], cell.y + cell.title + cell.box[3] - y];
};
export const toChart = (view, wx, wy) => {
  const { cell } = chart.views.get(view);
  return [wx - cell.x + cell.box[0], cell.box[3] - (wy - cell.y - cell.title)];
};

/** The view whose cell holds a world point, or the nearest within a little. */
export function viewAt(wx, wy, slack = 2) {
  let best = null, near = slack;
  for (const [view, { cell }] of chart.views) {
    if (state.view && state.view !== view) continue;
    const dx = Math.max(cell.x - wx, 0, wx - cell.x - cell.w);
    const dy = Math.max(cell.y + cell.title * 0.4 - wy, 0, wy - cell.y - cell.h);
    const d = Math.hypot(dx, dy);
    if (d <= near) { near = d; best = view; }
  }
  return best;
}

/** Draw every view into the world; the layers that marks and patterns fill are kept. */
export function drawCharts(root) {
  const defs = s("defs", {},
    s("clipPath", { id: "clip-mapped" }, s("rect", { x: -60, y: -20, width: 120, height: MAPPED + 20 })),
    s("linearGradient", { id: "fade-up", x1: 0, y1: MAPPED + 1, x2: 0, y2: TOP, gradientUnits: "userSpaceOnUse" },
      s("stop.fade-stop", { offset: 0, "stop-opacity": 0 }), s("stop.fade-stop", { offset: 1, "stop-opacity": 1 })));
  root.replaceChildren(defs);
  for (const [view, data] of chart.views) {
    const layers = {
      pattern: s("g.layer-pattern"), marks: s("g.layer-marks"), texture: s("g.layer-texture"),
      edges: s("g.layer-edges"), dots: s("g.layer-dots"), cursor: s("g.layer-cursor"), live: s("g.layer-live"),
    };
    const standing = STANDING.includes(view);
    const [x0, , x1] = data.bounds;
    const clip = s("clipPath", { id: `clip-${view}` }, s("rect"));
    const inner = s("g", { "data-view": view },
      s("path.context", { d: data.outline }),
      s("path.skin", { d: data.charted }),
      layers.pattern,
      data.hints.map((d) => s("path.hint", { d })),
      layers.marks, layers.texture, layers.edges, layers.dots,
      standing ? [s("path.contour", { d: data.charted, "clip-path": "url(#clip-mapped)" }), s("rect.fade", { x: x0 - 3, y: MAPPED + 1, width: x1 - x0 + 6, height: 40, fill: "url(#fade-up)" })]
        : s("path.contour", { d: data.charted }),
      layers.cursor, layers.live);
    defs.append(clip);
    root.append(s("g.view", { "data-view": view }, s("g", { "clip-path": `url(#clip-${view})` }, inner)));
    Object.assign(data, { layers, inner, clip: clip.firstChild });
  }
}

/** Move the drawn views to their cells. */
export function placeCharts(whole) {
  for (const { inner, clip, cell } of chart.views.values()) {
    inner.querySelector(".fade")?.toggleAttribute("hidden", whole);
    const [x0, y0, x1, y1] = cell.box;
    inner.setAttribute("transform", `translate(${cell.x - x0} ${cell.y + cell.title + y1}) scale(1 -1)`);
    for (const [k, v] of Object.entries({ x: cell.x, y: cell.y, width: x1 - x0, height: y1 - y0 + cell.title })) clip.setAttribute(k, v);
  }
}
