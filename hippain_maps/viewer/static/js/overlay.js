// Lays referral patterns over the drawing: one, and a second in another colour and texture to
// compare. Solid zone, dots where fewer feel it, X for trigger points, tones with percent for
// published frequencies, hatching where it goes numb.

import { once } from "./api.js";
import { chart } from "./chart.js";
import { s } from "./dom.js";
import { ringsOf } from "./geometry.js";
import { emit } from "./state.js";
import { percent } from "./i18n.js";

const layers = { first: null, second: null }; // what is shown: {source, side, points}
let turn = 0;

export const overlays = () => layers;
export const overlayKey = (o) => (o ? `${o.source}:${o.side}` : "");

const address = ({ source, side, points }) => {
  const chosen = points?.length ? `&points=${points.map(encodeURIComponent).join(",")}` : "";
  return `/sources/${encodeURIComponent(source)}/pattern?side=${side}${chosen}`;
};
export const fetchPattern = (o) => once(address(o));

/** Show these patterns (each {source, side, points} or null), replacing what was shown. */
export async function showOverlays(first, second = null) {
  const mine = ++turn;
  layers.first = first;
  layers.second = second;
  emit("overlay");
  const [a, b] = await Promise.all([first && fetchPattern(first), second && fetchPattern(second)]);
  if (mine !== turn) return;
  for (const [view, { layers: { pattern, dots } }] of chart.views) {
    pattern.replaceChildren();
    dots.replaceChildren();
    for (const [found, which] of [[a, "first"], [b, "second"]]) {
      const shapes = found?.views[view];
      if (!shapes) continue;
      pattern.append(ground(shapes, which));
      dots.append(figures(shapes, which));
    }
  }
  document.getElementById("stage").classList.toggle("with-pattern", Boolean(first || second));
  emit("overlay-shown", { first: a, second: b });
}

export function hideOverlays() { return showOverlays(null, null); }

/** Solid parts. */
export function ground(shapes, which = "first") {
  const group = s(`g.pattern.${which}`);
  for (const { share, path } of [...(shapes.frequent || [])].sort((a, b) => a.share - b.share)) {
    group.append(s("path.frequent", { d: path, vars: { "--share": 0.15 + share * 0.7 } }));
  }
  if (shapes.essential) group.append(s("path.essential", { d: shapes.essential }));
  if (shapes.core) group.append(s("path.core-hatch", { d: shapes.core }), s("path.core-edge", { d: shapes.core }));
  return group;
}

/** Dots, percents and crosses, which stand above the drawing. */
export function figures(shapes, which = "first") {
  const group = s(`g.pattern.${which}`);
  const dots = (places, kind) => {
    if (!places?.length) return;
    const d = places.map(([x, y]) => `M${x} ${y}h0`).join("");
    group.append(s(`path.dots.${kind}`, { d, "stroke-width": shapes.dot_cm * (which === "second" ? 1.05 : 1.15) }));
  };
  dots(shapes.spillover, "spillover");
  dots(shapes.rare, "rare");
  for (const { share, path, at } of shapes.frequent || []) {
    const [x, y] = at || middleOf(path);
    group.append(s("text.percent", { x, y: -y, transform: "scale(1 -1)", text: percent(share) }));
  }
  for (const { x, y } of shapes.crosses || []) {
    const d = `M${x - 0.8} ${y - 0.8}L${x + 0.8} ${y + 0.8}M${x - 0.8} ${y + 0.8}L${x + 0.8} ${y - 0.8}`;
    group.append(s("path.cross-halo", { d }), s("path.cross", { d }));
  }
  return group;
}

/** Roughly the middle of the largest ring: where its percent is written. */
function middleOf(path) {
  let best = [0, 0], most = -1;
  for (const ring of ringsOf(path)) {
    const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if ((x1 - x0) * (y1 - y0) > most) { most = (x1 - x0) * (y1 - y0); best = [(x0 + x1) / 2, (y0 + y1) / 2]; }
  }
  return best;
}

/** A small picture of a pattern on its most telling view; for the quiz and lists. */
export function miniature(pattern, view) {
  const { bounds: [x0, , x1], outline, charted, hints } = chart.views.get(view);
  const standing = view.endsWith("lateral") || ["anterior", "posterior"].includes(view);
  const [, y0, , y1] = standing ? [0, -2, 0, 132] : [0, chart.views.get(view).bounds[1] - 1, 0, chart.views.get(view).bounds[3] + 1];
  const half = view === "anterior" || view === "posterior" ? [-22, 22] : [x0 - 1, x1 + 1];
  const shapes = pattern.views[view];
  return s("svg.miniature", { viewBox: `${half[0]} ${-y1} ${half[1] - half[0]} ${y1 - y0}`, "aria-hidden": "true" },
    s("g", { transform: "scale(1 -1)" },
      s("path.context", { d: outline }), s("path.skin", { d: charted }),
      shapes && ground(shapes), hints.map((d) => s("path.hint", { d })),
      shapes && figures(shapes), s("path.contour", { d: charted })));
}

/** SVG patterns that overlays and the drawing use. */
export function hatches() {
  const tile = (id, cls, d, size = 1.6) => s("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, s(`path.${cls}`, { d }));
  const rising = (n) => `M-.2 .2l.4 -.4M0 ${n}L${n} 0M${n - 0.2} ${n + 0.2}l.4 -.4`;
  const falling = (n) => `M-.2 ${n - 0.2}l.4 .4M0 0L${n} ${n}M${n - 0.2} -.2l.4 .4`;
  return [
    tile("hatch-drawn", "hatch-drawn", falling(1.6)),
    tile("hatch-second", "hatch-second", rising(1.3), 1.3),
    tile("hatch-core", "hatch-core", rising(1.5), 1.5),
    tile("hatch-core-second", "hatch-core-second", falling(1.5), 1.5),
  ];
}
