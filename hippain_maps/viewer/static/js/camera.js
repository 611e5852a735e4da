// What part of the world the stage shows: fit, fly, zoom, pan, and the labels that go with it.

import { chart, layOut, placeCharts, STANDING, toWorld } from "./chart.js";
import { h, iconButton, stillness } from "./dom.js";
import { positions } from "./geometry.js";
import { letters, sideWord, t, viewTitle } from "./i18n.js";
import { completed, emit, on, marks, state } from "./state.js";

const camera = { x: 0, y: 0, k: 4 }; // world point at the stage's corner, pixels per cm
let svg, labels, world = { width: 1, height: 1 }, size = { w: 1, h: 1 }, whole = false, flight = 0;
const tags = new Map();

export const scaleNow = () => camera.k;
export const screenToWorld = (px, py) => [camera.x + px / camera.k, camera.y + py / camera.k];
export const isWhole = () => whole;

export function startCamera(svgNode, labelNode) {
  svg = svgNode;
  labels = labelNode;
  makeLabels();
  const fit = ({ width, height }) => {
    if (width < 10 || height < 10) return;
    size = { w: width, h: height };
    refit();
  };
  // At once: the observer speaks after the next layout, and a quick hand may be quicker.
  fit(svg.getBoundingClientRect());
  new ResizeObserver(([entry]) => fit(entry.contentRect)).observe(svg);
  on("doc", sayStates);
  on("language", makeLabels);
  on("patient", () => { if (size.w > 10) placeLabels(); });
}

/** Lay out anew for the stage's size, and show what was shown. */
export function refit() {
  if (size.w < 10) return;
  world = layOut(size.w - 16, size.h - 12, whole);
  placeCharts(whole);
  fly(state.view, false);
}

export function setWhole(yes) {
  whole = yes;
  refit();
}

function target(view) {
  if (!view) {
    const k = Math.min((size.w - 16) / world.width, (size.h - 12) / world.height);
    return { k, x: (world.width - size.w / k) / 2, y: (world.height - size.h / k) / 2 };
  }
  const { cell } = chart.views.get(view);
  const fits = Math.min((size.w - 24) / cell.w, (size.h - 24) / cell.h);
  // A standing figure that fits is hardly larger than among the others: show hip to knee instead,
  // or where it is drawn, and let the rest be moved into sight.
  const k = STANDING.includes(view) ? Math.min((size.w - 24) / cell.w, Math.max(fits * 1.75, target(null).k * 1.6)) : fits;
  return { k, x: cell.x + cell.w / 2 - size.w / k / 2, y: middleOf(view, size.h / k) - size.h / k / 2 };
}

/** Show one view large, or all. */
export function fly(view, smooth = true) {
  state.view = view;
  if (size.w < 10) return; // Not laid out yet: it will be when the stage has a size.
  const to = target(view);
  cancelAnimationFrame(flight);
  if (!smooth || stillness()) { Object.assign(camera, to); show(); emit("view"); return; }
  const from = { ...camera }, start = performance.now();
  const tick = (now) => {
    const p = Math.min(1, (now - start) / 260), e = 1 - (1 - p) ** 3;
    for (const key of ["x", "y", "k"]) camera[key] = from[key] + (to[key] - from[key]) * e;
    show();
    if (p < 1) flight = requestAnimationFrame(tick);
  };
  flight = requestAnimationFrame(tick);
  emit("view");
}

/** The height that stands in the middle of the stage when a view is large. */
function middleOf(view, high) {
  const { cell } = chart.views.get(view);
  if (high >= cell.h) return cell.y + cell.h / 2;
  const heights = marks().filter((m) => m.properties.view === view).flatMap((m) => positions(m.geometry).map(([x, y]) => toWorld(view, x, y)[1]));
  const wanted = heights.length ? (Math.min(...heights) + Math.max(...heights)) / 2 : toWorld(view, 0, 86)[1];
  return Math.max(cell.y + high / 2, Math.min(cell.y + cell.h - high / 2, wanted));
}

const limits = () => [target(null).k * 0.8, 60];
/** Zoom about a stage point. */
export function zoomAt(px, py, factor) {
  cancelAnimationFrame(flight);
  const [wx, wy] = screenToWorld(px, py);
  const [low, high] = limits();
  camera.k = Math.max(low, Math.min(high, camera.k * factor));
  camera.x = wx - px / camera.k;
  camera.y = wy - py / camera.k;
  keepNear();
  show();
}

export function zoomBy(factor) { zoomAt(size.w / 2, size.h / 2, factor); }

export function panBy(dx, dy) {
  cancelAnimationFrame(flight);
  camera.x -= dx / camera.k;
  camera.y -= dy / camera.k;
  keepNear();
  show();
}

/** The middle of the stage never leaves the world. */
function keepNear() {
  const [mx, my] = [size.w / 2 / camera.k, size.h / 2 / camera.k];
  camera.x = Math.max(-mx, Math.min(world.width - mx, camera.x));
  camera.y = Math.max(-my, Math.min(world.height - my, camera.y));
}

function show() {
  for (const [view, { inner }] of chart.views) inner.toggleAttribute("hidden", Boolean(state.view) && state.view !== view);
  svg.setAttribute("viewBox", `${camera.x} ${camera.y} ${size.w / camera.k} ${size.h / camera.k}`);
  svg.style.setProperty("--k", camera.k);
  placeLabels();
}

// --- Names of the views and the side letters: plain HTML, the same size at any zoom ---

function makeLabels() {
  tags.clear();
  labels.replaceChildren();
  for (const view of chart.views.keys()) {
    const name = h("button.view-name", { type: "button", "data-key": `view-${view}`,
      onclick: () => fly(state.view === view ? null : view) }, h("span", { text: viewTitle(view) }));
    const done = h("button.view-done", { type: "button", onclick: () => emit("toggle-completed", view) });
    const data = chart.views.get(view), l = letters(view);
    const left = data.left_edge && h("b.side-letter", { "data-view": view, text: l[data.left_edge], "aria-hidden": "true" });
    const right = data.left_edge && h("b.side-letter.end", { "data-view": view, text: l[data.left_edge === "left" ? "right" : "left"], "aria-hidden": "true" });
    const own = !data.left_edge && h("b.side-letter", { "data-view": view, text: l[data.shows], "aria-hidden": "true" });
    const head = h("div.view-tag", { "data-view": view }, name, done);
    labels.append(head, ...[left, right, own].filter(Boolean));
    tags.set(view, { head, name, done, left, right, own });
  }
  sayStates();
  if (size.w > 1) placeLabels();
}

function sayStates() {
  for (const [view, { done, head }] of tags) {
    const drawn = marks().some((m) => m.properties.view === view);
    const complete = completed().includes(view);
    head.classList.toggle("complete", complete);
    head.classList.toggle("drawn", drawn);
    done.setAttribute("aria-pressed", complete);
    const words = t(drawn ? "view.all_drawn" : "view.no_pain");
    done.replaceChildren(h("span.tick", { text: complete ? "✓" : "" }), h("span.words", { text: words }));
    done.setAttribute("aria-label", `${viewTitle(view)}: ${words}`);
    done.title = words;
  }
}

const halves = new Map();
/** Half the width of a view's name on the screen, measured once for each size it has. */
function halfOf(view, small) {
  const key = `${view} ${small} ${state.language}`;
  if (!halves.has(key)) halves.set(key, Math.max(small ? 52 : 64, tags.get(view).name.offsetWidth / 2 + 2));
  return halves.get(key);
}

function placeLabels() {
  const put = (node, x, y) => { node.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`; };
  for (const [view, { head, left, right, own }] of tags) {
    const { cell } = chart.views.get(view);
    const x0 = (cell.x - camera.x) * camera.k, x1 = x0 + cell.w * camera.k;
    const y0 = (cell.y - camera.y) * camera.k, y1 = y0 + cell.h * camera.k;
    const seen = (!state.view || state.view === view) && x1 > 30 && x0 < size.w - 30 && y1 > 60 && y0 < size.h - 60;
    for (const node of [head, left, right, own]) if (node) node.hidden = !seen;
    if (!seen) continue;
    const small = cell.w * camera.k < 150;
    head.classList.toggle("small", small);
    const top = Math.max(4, y0 + 1), a = Math.max(6, x0), b = Math.min(size.w - 6, x1);
    const middle = (a + b) / 2;
    const half = halfOf(view, small);
    put(head, Math.max(half, Math.min(size.w - half, middle)), top);
    // The letters stand beside the figure's shoulders, where they cover nothing of it.
    const beside = top + (STANDING.includes(view) && !small ? (state.patient ? 30 : 8) : 22);
    const { left_edge: edge, shows } = chart.views.get(view);
    const say = (node, side) => { node.textContent = state.patient && cell.w * camera.k > 104 ? sideWord(side) : letters(view)[side]; };
    const gap = small ? 15 : 44;
    if (left) {
      say(left, edge);
      say(right, edge === "left" ? "right" : "left");
      put(left, Math.min(a + 2, middle - gap - 28), beside);
      put(right, Math.max(b - 2, middle + gap + 28), beside);
    }
    if (own) { say(own, shows); put(own, view === "left_lateral" ? a + 2 : b - 2, beside); own.classList.toggle("end", view !== "left_lateral"); }
  }
}
