// The tools beside the charts, the views below them, and the line that says where one points.

import { fly, isWhole, setWhole, zoomBy } from "./camera.js";
import { sideAt } from "./chart.js";
import { h, icon, iconButton, swap, toast } from "./dom.js";
import { mirrorMark, positions } from "./geometry.js";
import { areaName, sideWord, t, viewTitle } from "./i18n.js";
import { openRegionList } from "./regionlist.js";
import { clearMarks, completed, emit, endBatch, ID, markOf, marks, on, redo, select, setCompleted, setMarks, state, undo, VIEWS } from "./state.js";

const TOOLS = ["brush", "lasso", "spot", "eraser", "select"];
export const SIZES = [1, 2, 3, 5, 8];
let rail, strip, status;

export function startTools(railNode, stripNode, statusNode) {
  [rail, strip, status] = [railNode, stripNode, statusNode];
  for (const name of ["language", "tool", "select", "mode"]) on(name, show);
  on("doc", show);
  on("view", showViews);
  on("pointed", point);
  on("say", (key) => toast(t(key)));
  on("toggle-completed", (view) => toggleCompleted(view));
  on("completed-touched", (view) => toast(t("view.still_complete", { view: viewTitle(view) }), { label: t("view.not_complete"), run: () => setCompleted(view, false) }));
  rail.addEventListener("keydown", rove);
  strip.addEventListener("keydown", rove);
  for (const name of ["mode", "language"]) on(name, () => point(null));
  show();
}

/** Arrow keys move within a toolbar; Tab leaves it. */
export function rove(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step && event.key !== "Home" && event.key !== "End") return;
  if (event.target.tagName === "INPUT" || event.target.tagName === "SELECT") return;
  const all = [...event.currentTarget.querySelectorAll("button:not([disabled]):not([hidden])")].filter((b) => b.offsetParent);
  const at = all.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : (at + step + all.length) % all.length;
  for (const b of all) b.tabIndex = b === all[to] ? 0 : -1;
  all[to].focus();
}

export function pickTool(name) {
  if (state.tool === name) return;
  state.tool = name;
  if (name !== "select") select(null);
  endBatch();
  emit("tool");
}
export function pickSize(size) { state.size = size; emit("tool"); }

function toolButton(name) {
  return h("button.tool", { type: "button", "data-key": `tool-${name}`, "aria-pressed": String(state.tool === name), tabindex: state.tool === name ? "0" : "-1",
    "aria-label": t(`tool.${name}`), title: t(`tool.${name}_means`), onclick: () => pickTool(name) }, icon(name), h("span.tool-name", { text: t(`tool.${name}`) }));
}

function act(name, run, off) {
  const label = t(`act.${name}`), short = t(`act.${name}_short`);
  // What is read aloud must hold what is seen, or people who speak to their tablet cannot press it.
  const spoken = label.toLowerCase().includes(short.toLowerCase()) ? label : null;
  return h("button.tool.act", { type: "button", "data-key": `act-${name}`, disabled: off, tabindex: "-1", "aria-label": spoken, title: label, onclick: run }, icon(name), h("span.tool-name", { text: short }));
}

function show() {
  document.getElementById("stage").dataset.tool = state.tool;
  swap(rail,
    h("div.tool-group", {}, TOOLS.map(toolButton)),
    h("div.tool-group.sizes", { role: "group", "aria-label": t("tool.size") }, SIZES.map((size) =>
      h("button.size", { type: "button", "data-key": `size-${size}`, disabled: ["lasso", "select"].includes(state.tool), "aria-pressed": String(state.size === size), tabindex: "-1",
        "aria-label": t("tool.size_cm", { n: size }), title: t("tool.size_cm", { n: size }), onclick: () => pickSize(size) },
      h("span.size-dot", { vars: { "--size": `${6 + size * 2.6}px` } })))),
    h("div.tool-group", {},
      act("undo", undo, !state.past.length), act("redo", redo, !state.future.length),
      act("clear", () => { clearMarks(); toast(t("say.cleared"), { label: t("act.undo"), run: undo }); }, !marks().length && !completed().length),
      act("across", copyAcross, !marks().length),
      act("list", openRegionList, false)));
  showViews();
}

/** The marks that "copy to the other side" is about: the selected one, or all. */
function copyAcross() {
  const chosen = state.selected ? [markOf(state.selected)] : marks();
  const copies = chosen.map((m) => { const { [ID]: _, ...plain } = mirrorMark(m); return plain; });
  const known = new Set(marks().map((m) => JSON.stringify([m.geometry, m.properties.view])));
  const fresh = copies.filter((m) => !known.has(JSON.stringify([m.geometry, m.properties.view])));
  if (!fresh.length) { toast(t("say.nothing_to_copy")); return; }
  setMarks([...marks(), ...fresh], "copy");
  toast(t(fresh.length === 1 ? "say.copied_one" : "say.copied", { n: fresh.length }), { label: t("act.undo"), run: undo });
}

export function toggleCompleted(view) {
  setCompleted(view, !completed().includes(view));
}

function showViews() {
  const chip = (view) => {
    const drawn = view && marks().some((m) => m.properties.view === view), done = view && completed().includes(view);
    return h("button.chip", { type: "button", "data-key": `chip-${view}`, "aria-pressed": String(state.view === view), tabindex: state.view === view ? "0" : "-1", onclick: () => fly(view) },
      view ? viewTitle(view) : t("view.all"), drawn && h("span.dot", { title: t("view.drawn") }, h("span.visually-hidden", { text: t("view.drawn") })), done && h("span.tick", { text: "✓", title: t("view.complete") }));
  };
  swap(strip,
    h("div.chips", { role: "group", "aria-label": t("view.choose") }, [null, ...VIEWS].map(chip)),
    h("div.view-acts", {},
      iconButton("minus", t("act.zoom_out"), () => zoomBy(1 / 1.4), { "data-key": "zoom-out", tabindex: "-1" }),
      iconButton("plus", t("act.zoom_in"), () => zoomBy(1.4), { "data-key": "zoom-in", tabindex: "-1" }),
      h("button.chip.whole", { type: "button", "data-key": "whole", "aria-pressed": String(isWhole()), tabindex: "-1", onclick: () => { setWhole(!isWhole()); showViews(); } }, t("view.whole"))));
}

/** Say what is under the pointer: view, side, area, region. */
function point(where) {
  if (!where) { status.textContent = state.mode === "draw" ? t("status.rest") : ""; return; }
  status.textContent = describe(where.view, where.region);
}
export function describe(view, region) {
  if (!region) return `${viewTitle(view)} · ${t("status.outside")}`;
  if (state.patient) return placeWords(region);
  return `${viewTitle(view)} · ${placeWords(region)} · ${region.name}`;
}
/** A region in plain words: its area, and the side. */
export function placeWords(region) {
  const side = region.id.split(":")[0];
  return `${areaName(region.area)}, ${sideWord(side)}`;
}

/** A mark in words, for lists. */
export function markWords(mark) {
  const kind = { Polygon: "outline", MultiPolygon: "outline", Point: "spot", MultiPoint: "spot" }[mark.geometry.type] || "stroke";
  const points = positions(mark.geometry), middle = points[Math.floor(points.length / 2)];
  return `${t(`kind_of_mark.${kind}`)}, ${viewTitle(mark.properties.view)}, ${sideWord(sideAt(mark.properties.view, middle[0]))}`;
}
