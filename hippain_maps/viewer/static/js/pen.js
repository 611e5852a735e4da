// Mouse, finger and pen on the charts. One finger or the pen draws, two fingers move and zoom.
// Once a pen has been used, fingers only move the chart: a resting hand leaves no marks.

import { panBy, scaleNow, screenToWorld, zoomAt } from "./camera.js";
import { chart, regionAt, toChart, viewAt } from "./chart.js";
import { s } from "./dom.js";
import { erase, livePath, thin, touches } from "./geometry.js";
import { addMark, emit, ID, marks, select, setMarks, showMarks, state } from "./state.js";

const pointers = new Map();
let svg, act = null, frame = 0, penSeen = 0, spaceDown = false, live = null, ring = null;

export function startPen(node) {
  svg = node;
  svg.addEventListener("pointerdown", down);
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", up);
  svg.addEventListener("pointercancel", cancel);
  svg.addEventListener("lostpointercapture", (event) => { if (pointers.has(event.pointerId)) cancel(event); });
  svg.addEventListener("pointerleave", () => { if (!act) { hideRing(); emit("pointed", null); } });
  svg.addEventListener("wheel", wheel, { passive: false });
  svg.addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("keydown", (event) => { if (event.code === "Space" && event.target === svg) { spaceDown = true; event.preventDefault(); } });
  addEventListener("keyup", (event) => { if (event.code === "Space") spaceDown = false; });
  addEventListener("blur", () => { spaceDown = false; });
}

const place = (event) => {
  const box = svg.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
const worldOf = (event) => screenToWorld(...place(event));

function clampTo(view, [x, y]) {
  const [x0, y0, x1, y1] = chart.views.get(view).cell.box;
  return [Math.max(x0, Math.min(x1, x)), Math.max(y0, Math.min(y1, y))];
}
const chartOf = (view, event) => clampTo(view, toChart(view, ...worldOf(event)));

function wheel(event) {
  event.preventDefault();
  const [px, py] = place(event);
  const unit = event.deltaMode === 1 ? 16 : 1;
  if (event.ctrlKey || event.deltaMode === 1 || Math.abs(event.deltaX) < 1) zoomAt(px, py, Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)));
  else panBy(-event.deltaX, -event.deltaY);
}

function down(event) {
  if (event.pointerType === "mouse" && event.button > 1) return;
  try { svg.setPointerCapture(event.pointerId); } catch { /* already gone */ }
  pointers.set(event.pointerId, place(event));
  if (event.pointerType === "pen") penSeen = performance.now();
  if (pointers.size === 2 && event.pointerType === "touch") { beginPinch(); return; }
  if (pointers.size > 1 || act) return;
  const view = viewAt(...worldOf(event));
  const palm = event.pointerType === "touch" && penSeen && state.mode === "draw";
  const panning = event.button === 1 || spaceDown || palm || !view;
  if (panning) { act = { kind: "pan", id: event.pointerId, last: place(event) }; return; }
  const point = chartOf(view, event);
  if (state.mode !== "draw" || state.tool === "select") {
    act = { kind: "tap", id: event.pointerId, view, point, start: place(event), last: place(event), moved: false };
    return;
  }
  begin(event, view, point);
}

function begin(event, view, point) {
  const kind = event.pointerType === "pen" && (event.buttons & 32) ? "eraser" : state.tool;
  act = { kind, id: event.pointerId, view, points: [point], began: performance.now() };
  const { live: layer } = chart.views.get(view).layers;
  if (kind === "eraser") {
    act.before = marks();
    act.done = 0;
  } else {
    live = s(`path.live.${kind}`);
    if (kind !== "lasso") live.setAttribute("stroke-width", state.size);
    layer.append(live);
  }
  emit("stroke-begin");
  paint();
}

function move(event) {
  const known = pointers.get(event.pointerId);
  if (!known) {
    if (event.pointerType !== "touch") hover(event);
    return;
  }
  const now = place(event);
  if (act?.kind === "pinch") { pinch(event.pointerId, now); return; }
  pointers.set(event.pointerId, now);
  if (!act || act.id !== event.pointerId) return;
  if (act.kind === "pan" || act.kind === "tap") {
    const [dx, dy] = [now[0] - act.last[0], now[1] - act.last[1]];
    if (act.kind === "tap" && !act.moved) {
      if (Math.hypot(now[0] - act.start[0], now[1] - act.start[1]) < 8) return;
      act.moved = true;
    }
    panBy(dx, dy);
    act.last = now;
    return;
  }
  const batch = event.getCoalescedEvents?.() || [];
  for (const one of batch.length ? batch : [event]) {
    const point = chartOf(act.view, one);
    const last = act.points.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) * scaleNow() >= 1) act.points.push(point);
  }
  hover(event);
  frame ||= requestAnimationFrame(paint);
}

/** Show what has been drawn so far; once a frame at most. */
function paint() {
  frame = 0;
  if (!act?.points) return;
  if (act.kind === "eraser") {
    const path = act.points.slice(Math.max(0, act.done - 1));
    act.done = act.points.length;
    const left = erase(marks(), act.view, path, state.size / 2);
    if (left !== marks()) showMarks(left);
  } else if (act.kind === "spot") live.setAttribute("d", livePath([act.points.at(-1)]));
  else live.setAttribute("d", livePath(act.points) + (act.kind === "lasso" ? "Z" : ""));
}

function up(event) {
  pointers.delete(event.pointerId);
  if (!act || (act.id !== event.pointerId && act.kind !== "pinch")) return;
  if (act.kind === "pinch") { if (pointers.size < 2) act = null; return; }
  const done = act;
  if (done.points) {
    cancelAnimationFrame(frame);
    paint();
  }
  act = null;
  if (done.kind === "tap" && !done.moved) tap(done);
  else if (done.points) finish(done);
  if (event.pointerType === "touch") { hideRing(); }
}

function finish({ kind, view, points, before }) {
  live?.remove();
  live = null;
  if (kind === "eraser") {
    const after = marks();
    if (after !== before) setMarks(after, "erase", { before });
    else emit("say", "say.nothing_erased");
  } else if (kind === "spot") {
    addMark(view, { type: "Point", coordinates: thin([points.at(-1)])[0] }, { width_cm: state.size });
  } else if (kind === "lasso") {
    const ringOf = thin(points, 0.05);
    const wide = Math.max(...points.map((p) => p[0])) - Math.min(...points.map((p) => p[0]));
    const high = Math.max(...points.map((p) => p[1])) - Math.min(...points.map((p) => p[1]));
    if (ringOf.length < 3 || wide * high < 0.3) emit("say", "say.draw_around");
    else addMark(view, { type: "Polygon", coordinates: [[...ringOf, ringOf[0]]] });
  } else {
    const line = thin(points);
    if (line.length < 2) addMark(view, { type: "Point", coordinates: line[0] }, { width_cm: state.size });
    else addMark(view, { type: "LineString", coordinates: line }, { width_cm: state.size });
  }
  emit("stroke-end");
}

function tap({ view, point }) {
  if (state.mode !== "draw") { emit("region-tapped", { view, region: regionAt(view, ...point), point }); return; }
  if (state.pressing) emit("stage-tap", { view, point });
  const slack = 10 / scaleNow();
  const hit = [...marks()].reverse().find((m) => m.properties.view === view && touches(m, point, slack));
  select(hit ? hit[ID] : null);
  const region = regionAt(view, ...point);
  emit("pointed", { view, region });
}

function cancel(event) {
  pointers.delete(event.pointerId);
  if (act?.kind === "pinch") { if (pointers.size < 2) act = null; return; }
  if (act?.id === event.pointerId) abandon();
}

/** Drop what was begun, as if it had never been. */
function abandon() {
  cancelAnimationFrame(frame);
  frame = 0;
  live?.remove();
  live = null;
  if (act?.before && marks() !== act.before) showMarks(act.before);
  act = null;
  emit("stroke-end");
}

// --- Two fingers ---

function beginPinch() {
  // A second finger right after the first means zoom, not a stroke; a longer stroke is kept.
  if (act?.points) {
    const drawn = act.points.length > 12 && performance.now() - act.began > 350;
    if (drawn && act.kind !== "eraser") { const kept = act; act = null; finish(kept); } else abandon();
  }
  const [[a, pa], [b, pb]] = [...pointers];
  act = { kind: "pinch", a, b, gap: Math.hypot(pa[0] - pb[0], pa[1] - pb[1]), mid: [(pa[0] + pb[0]) / 2, (pa[1] + pb[1]) / 2] };
  hideRing();
}

function pinch(id, now) {
  pointers.set(id, now);
  const pa = pointers.get(act.a), pb = pointers.get(act.b);
  if (!pa || !pb) return;
  const gap = Math.hypot(pa[0] - pb[0], pa[1] - pb[1]), mid = [(pa[0] + pb[0]) / 2, (pa[1] + pb[1]) / 2];
  panBy(mid[0] - act.mid[0], mid[1] - act.mid[1]);
  if (act.gap > 10) zoomAt(mid[0], mid[1], gap / act.gap);
  act.gap = gap;
  act.mid = mid;
}

// --- What is under the pointer ---

let pointedAt = "";
function hover(event) {
  const [wx, wy] = worldOf(event);
  const view = act?.view || viewAt(wx, wy);
  if (!view) { hideRing(); if (pointedAt) { pointedAt = ""; emit("pointed", null); } return; }
  const point = toChart(view, wx, wy);
  const region = regionAt(view, ...point);
  const key = `${view} ${region?.id}`;
  if (key !== pointedAt) { pointedAt = key; emit("pointed", { view, region }); }
  if (state.mode !== "draw" || state.tool === "select" || state.tool === "lasso") { hideRing(); return; }
  ring ??= s("circle.brush-ring");
  ring.setAttribute("r", state.size / 2);
  ring.setAttribute("cx", point[0]);
  ring.setAttribute("cy", point[1]);
  ring.classList.toggle("erasing", state.tool === "eraser");
  const { live: layer } = chart.views.get(view).layers;
  if (ring.parentNode !== layer) layer.append(ring);
}
function hideRing() { ring?.remove(); }

/** Whether something is being drawn at the moment. */
export const isDrawing = () => Boolean(act?.points);
