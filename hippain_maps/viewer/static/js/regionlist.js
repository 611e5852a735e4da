// The other way to draw: a list of named regions, marked with Enter or a tap; and the arrow keys
// on the chart itself. A marked region is an outline in the shape of the region, a mark like any.

import { chart, regionAt } from "./chart.js";
import { fly } from "./camera.js";
import { dialog, h, s, swap } from "./dom.js";
import { outlineOf, touches } from "./geometry.js";
import { areaName, letters, sideWord, t, viewTitle } from "./i18n.js";
import { describe, markWords } from "./tools.js";
import { addMark, completed, emit, ID, marks, on, removeMarks, select, setCompleted, state, VIEWS } from "./state.js";

const own = (region, view) => marks().find((m) => m.properties.view === view && m.properties.region === region.id);

/** Mark a region on a view, or take the mark back. */
export function toggleRegion(view, region) {
  const mark = own(region, view);
  if (mark) { removeMarks([mark[ID]]); return false; }
  const outline = outlineOf(region.path);
  if (!outline) return false;
  addMark(view, outline, { region: region.id });
  return true;
}

export function openRegionList() {
  let view = state.view || "posterior", side = "left";
  const body = h("div.region-list");
  const draw = () => {
    const { regions, shows } = chart.views.get(view);
    if (shows !== "both") side = shows;
    const here = regions.filter((r) => r.id.startsWith(`${side}:`));
    const groups = new Map();
    for (const r of here) groups.set(r.area, [...(groups.get(r.area) || []), r]);
    swap(body,
      h("p.hint", { text: t("list.means") }),
      h("div.segments.scroll", { role: "group", "aria-label": t("view.choose") }, VIEWS.map((v) => h("button.segment", { type: "button", "data-key": `v-${v}`, "aria-pressed": String(v === view), text: viewTitle(v), onclick: () => { view = v; draw(); } }))),
      shows === "both" && h("div.segments", { role: "group", "aria-label": t("detail.side") }, ["left", "right"].map((one) => h("button.segment", { type: "button", "data-key": `s-${one}`, "aria-pressed": String(one === side), text: `${letters(view)[one]} · ${sideWord(one)}`, onclick: () => { side = one; draw(); } }))),
      h("label.check", {}, h("input", { type: "checkbox", checked: completed().includes(view), onchange: (e) => setCompleted(view, e.target.checked) }), t(marks().some((m) => m.properties.view === view) ? "view.all_drawn" : "view.no_pain")),
      [...groups].map(([area, list]) => h("section", {}, h("h3", { text: areaName(area) }), h("div.region-buttons", {}, list.map((r) => {
        const on = Boolean(own(r, view));
        return h("button.choice", { type: "button", "data-key": r.id, "aria-pressed": String(on), onclick: () => { toggleRegion(view, r); draw(); }, text: r.name.replace(/ \((left|right)\)$/, "") });
      })))),
      marks().length > 0 && h("section", {}, h("h3", { text: t("list.marks") }), h("ul.mark-list", {}, marks().map((m) => h("li", {}, h("span", { text: markWords(m) }),
        h("button.link", { type: "button", text: t("list.edit"), onclick: () => { box.close(); state.tool = "select"; emit("tool"); select(m[ID]); fly(m.properties.view); } }),
        h("button.link", { type: "button", text: t("mark.remove"), onclick: () => { removeMarks([m[ID]]); draw(); } }))))));
  };
  const box = dialog(t("list.title"), body, { wide: true, closeLabel: t("act.close") });
  draw();
}

// --- Arrow keys on the chart ---

let cursor = null; // {view, region}

export function startCursor(svg) {
  svg.addEventListener("keydown", key);
  svg.addEventListener("blur", hide);
  svg.addEventListener("focus", () => { if (cursor && svg.matches(":focus-visible")) showCursor(); });
  on("view", () => { if (cursor && state.view && cursor.view !== state.view) cursor = null; });
}

function hide() {
  for (const { layers } of chart.views.values()) layers?.cursor.querySelector(".region-cursor")?.remove();
}

function showCursor() {
  hide();
  const { view, region } = cursor;
  chart.views.get(view).layers.cursor.append(s("path.region-cursor", { d: region.path }));
  emit("pointed", { view, region });
  const marked = own(region, view) || marks().some((m) => m.properties.view === view && touches(m, region.at));
  document.getElementById("where").textContent = `${describe(view, region)}${marked ? `, ${t("list.marked")}` : ""}`;
}

function key(event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  const turn = { PageDown: 1, PageUp: -1 }[event.key];
  if (!step && !turn && event.key !== "Enter") return;
  event.preventDefault();
  if (turn) {
    const at = VIEWS.indexOf(cursor?.view || state.view || "anterior");
    const view = VIEWS[(at + turn + VIEWS.length) % VIEWS.length];
    cursor = { view, region: first(view) };
    if (state.view) fly(view);
  } else if (!cursor) {
    const view = state.view || "posterior";
    cursor = { view, region: first(view) };
  } else if (step) cursor.region = neighbour(cursor, step) || cursor.region;
  else if (state.mode === "draw") toggleRegion(cursor.view, cursor.region);
  else emit("region-tapped", cursor);
  showCursor();
}

const first = (view) => {
  const { regions, bounds: [x0, y0, x1, y1] } = chart.views.get(view);
  const mid = view.length > 9 || ["anterior", "posterior"].includes(view) ? [-9, 92] : [(x0 + x1) / 2, (y0 + y1) / 2];
  return regionAt(view, ...mid) || regions[0];
};

/** The nearest region in a direction. */
function neighbour({ view, region }, [dx, dy]) {
  let best = null, least = Infinity;
  for (const other of chart.views.get(view).regions) {
    const x = other.at[0] - region.at[0], y = other.at[1] - region.at[1];
    const along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (other === region || along < 0.3) continue;
    const cost = along + aside * 2.2;
    if (cost < least) { least = cost; best = other; }
  }
  return best;
}
