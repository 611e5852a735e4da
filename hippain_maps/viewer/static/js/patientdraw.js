// The drawing step of patient mode: the chart, four large tools, and how strong it is.

import { fly } from "./camera.js";
import { chart, sideAt } from "./chart.js";
import { dialog, h, icon, swap } from "./dom.js";
import { positions } from "./geometry.js";
import { t, viewTitle } from "./i18n.js";
import { clearMarks, emit, endBatch, header, marks, on, setMarks, setProperty, state, undo, VIEWS } from "./state.js";

on("set-all-quality", (quality) => {
  setMarks(marks().map((m) => {
    const properties = { ...m.properties, quality };
    if (!quality.length) delete properties.quality;
    return { ...m, properties };
  }), "property");
});

let bar = null, chips = null;
for (const name of ["doc", "tool", "view"]) on(name, () => { if (state.patient && bar?.isConnected) { tools(); views(); } });

export function drawStep(main, go) {
  bar = h("div.p-tools", { role: "toolbar", "aria-label": t("tool.label") });
  chips = h("div.p-views", { role: "group", "aria-label": t("view.choose") });
  const warning = h("div.p-side-warning", { role: "status", hidden: true });
  main.append(
    h("div.p-top", {}, h("h1.p-draw-title", { tabindex: "-1", text: t("p.draw") }), warning, chips),
    h("div.p-stage", {}, bar, document.getElementById("canvas")),
    h("footer.p-bottom", {},
      h("div.p-strength", { role: "group", "aria-label": t("p.strength") }, h("span", { text: t("p.strength") }), h("div.p-numbers", {})),
      h("button.p-big.secondary", { type: "button", text: t("p.back"), onclick: () => go("side") }),
      h("button.p-big.primary", { type: "button", "data-key": "next", text: t("p.next"), onclick: () => next(go) })));
  tools();
  views();
  sidesWarning(main);
}

function tools() {
  const tool = (name) => h("button.p-tool", { type: "button", "data-key": `p-${name}`, "aria-pressed": String(state.tool === name), onclick: () => { state.tool = name; emit("tool"); } }, icon(name), h("span", { text: t(`p.${name}`) }));
  const act = (name, run, off) => h("button.p-tool", { type: "button", "data-key": `p-${name}`, disabled: off, onclick: run }, icon(name), h("span", { text: t(`p.${name}`) }));
  swap(bar, tool("brush"), tool("lasso"), tool("eraser"), act("undo", undo, !state.past.length), act("clear", clearMarks, !marks().length));
  const numbers = bar.closest(".p-main")?.querySelector(".p-numbers");
  if (numbers) swap(numbers, [...Array(11).keys()].map((i) => h("button.p-number", { type: "button", "data-key": `p-i-${i}`, "aria-pressed": String(state.next.intensity === i), vars: { "--strength": `${30 + i * 7}%` },
    onclick: () => { setProperty("intensity", state.next.intensity === i ? null : i); tools(); } }, String(i))));
}

function views() {
  swap(chips, [null, ...VIEWS].map((view) => h("button.chip", { type: "button", "data-key": `p-view-${view}`, "aria-pressed": String(state.view === view), onclick: () => fly(view) },
    view ? viewTitle(view) : t("view.all"), view && marks().some((m) => m.properties.view === view) && h("span.dot"))));
}

/** The sides that marks lie on, by where most of their points are. */
function drawnSides() {
  const sides = new Set();
  for (const mark of marks()) {
    const { view } = mark.properties;
    if (!chart.views.has(view) || mark.properties.intensity === 0) continue;
    const count = { left: 0, right: 0, middle: 0 };
    const points = positions(mark.geometry);
    for (const [x] of points) count[sideAt(view, x)]++;
    for (const one of ["left", "right"]) if (count[one] >= points.length * 0.4) sides.add(one);
  }
  return sides;
}

/** What does not fit between what was said and what was drawn, as a key of the words; or null. */
export function disagreement() {
  const said = header().about?.said_side, sides = drawnSides();
  if (!said || !sides.size) return null;
  if (said === "left" && sides.has("right")) return "left_right";
  if (said === "right" && sides.has("left")) return "right_left";
  if (said === "both" && sides.size === 1) return sides.has("left") ? "both_left" : "both_right";
  return null;
}

export function sidesWarning(place) {
  const node = place.querySelector(".p-side-warning");
  if (!node) return;
  const wrong = disagreement();
  // "Both" is only checked at the end: nobody draws both sides at once.
  const shown = wrong && !wrong.startsWith("both");
  node.hidden = !shown;
  node.previousElementSibling.classList.toggle("visually-hidden", Boolean(shown));
  if (shown) node.textContent = t(`p.warn_${wrong}`);
}

function next(go) {
  endBatch();
  if (!marks().length) {
    const box = dialog(t("p.nothing_drawn"), h("div.p-warning", {}, h("p", { text: t("p.nothing_drawn_means") }),
      h("button.p-big.primary", { type: "button", text: t("p.draw_now"), onclick: () => box.close() }),
      h("button.p-big.secondary", { type: "button", text: t("p.go_on"), onclick: () => { box.close(); go("feel"); } })), { closeLabel: t("act.close") });
    return;
  }
  const wrong = disagreement();
  if (!wrong) { go("feel"); return; }
  const box = dialog(t("p.check_side"), h("div.p-warning", {}, h("p", { text: t(`p.warn_${wrong}`) }),
    h("button.p-big.primary", { type: "button", text: t("p.look_again"), onclick: () => box.close() }),
    h("button.p-big.secondary", { type: "button", text: t("p.drawing_right"), onclick: () => { box.close(); go("feel"); } }),
    h("button.p-big.secondary", { type: "button", text: t("p.change_side"), onclick: () => { box.close(); go("side"); } })), { closeLabel: t("act.close") });
}
