// How strong, what kind, how deep: of the selected mark, or of those just drawn and the next.

import { chart } from "./chart.js";
import { h, icon, swap } from "./dom.js";
import { t } from "./i18n.js";
import { rove } from "./tools.js";
import { markOf, on, removeMarks, select, setProperty, state } from "./state.js";

let place, open = false;

export function startMarkBar(node) {
  place = node;
  for (const name of ["language", "select", "tool", "mode"]) on(name, show);
  on("doc", show);
  place.addEventListener("keydown", (event) => { if (event.target.closest(".intensities")) rove({ ...wrap(event), currentTarget: event.target.closest(".intensities") }); });
  show();
}
const wrap = (event) => ({ key: event.key, target: event.target, preventDefault: () => event.preventDefault() });

function values() {
  const mark = markOf(state.selected);
  if (!mark) return { ...state.next };
  const { intensity = null, quality = [], depth = null } = mark.properties;
  return { intensity, quality: quality || [], depth };
}

function show() {
  const now = values(), one = Boolean(state.selected), n = state.batch.length;
  const title = one ? t("mark.selected") : n > 1 ? t("mark.these", { n }) : n === 1 ? t("mark.this") : t("mark.next");
  const words = [now.intensity !== null && t("mark.pain_of", { n: now.intensity }), ...now.quality.map((q) => t(`quality.${q}`)), now.depth && t(`depth.${now.depth}`)].filter(Boolean).join(" · ");
  place.classList.toggle("open", open);
  swap(place,
    h("button.mark-summary", { type: "button", "data-key": "mark-toggle", "aria-expanded": String(open), onclick: () => { open = !open; show(); } },
      h("span.mark-title", { text: title }), h("span.mark-words", { text: words || t("mark.nothing_said") }), icon("chevron")),
    h("div.mark-fields", {},
      h("div.field", { role: "group", "aria-label": t("mark.intensity") }, h("span.field-name", { text: t("mark.intensity") }),
        h("div.intensities", {}, [...Array(11).keys()].map((i) => h("button.intensity", { type: "button", "data-key": `i-${i}`, "aria-pressed": String(now.intensity === i), tabindex: (now.intensity ?? 0) === i ? "0" : "-1",
          vars: { "--strength": `${30 + i * 7}%` }, title: i === 0 ? t("mark.zero") : null, onclick: () => setProperty("intensity", now.intensity === i ? null : i) }, String(i))))),
      h("div.field", { role: "group", "aria-label": t("mark.quality") }, h("span.field-name", { text: t("mark.quality") }),
        h("div.choices", {}, chart.qualities.map((q) => h("button.choice", { type: "button", "data-key": `q-${q}`, "aria-pressed": String(now.quality.includes(q)),
          onclick: () => setProperty("quality", now.quality.includes(q) ? now.quality.filter((x) => x !== q) : [...now.quality, q]) }, t(`quality.${q}`))))),
      h("div.field", { role: "group", "aria-label": t("mark.depth") }, h("span.field-name", { text: t("mark.depth") }),
        h("div.choices", {}, chart.depths.map((d) => h("button.choice", { type: "button", "data-key": `d-${d}`, "aria-pressed": String(now.depth === d),
          onclick: () => setProperty("depth", now.depth === d ? null : d) }, t(`depth.${d}`))),
        one && h("button.choice.danger", { type: "button", "data-key": "mark-delete", onclick: () => removeMarks([state.selected]) }, icon("trash"), t("mark.remove")),
        one && h("button.choice", { type: "button", "data-key": "mark-done", onclick: () => select(null) }, t("mark.done"))))));
}
