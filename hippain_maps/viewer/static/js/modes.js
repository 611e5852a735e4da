// The head of the page: draw, atlas, quiz; language; and on a phone, chart or panel.

import { h, swap } from "./dom.js";
import { LANGUAGES, speak, t } from "./i18n.js";
import { closeDetail, detailOpen } from "./detail.js";
import { hideOverlays } from "./overlay.js";
import { emit, on, state } from "./state.js";

const $ = (id) => document.getElementById(id);
let pane = "chart";

export function startModes() {
  for (const name of ["language", "mode"]) on(name, show);
  on("ranking", showPanes);
  on("detail-closed", showPanes);
  show();
}

export function setMode(mode) {
  if (state.mode === mode) return;
  state.mode = mode;
  if (detailOpen()) closeDetail();
  hideOverlays();
  document.body.dataset.mode = mode;
  emit("mode");
  emit("refresh");
}

/** On a narrow screen: show the chart, or the panel. */
export function showPane(which) {
  pane = which;
  document.body.dataset.pane = which;
  showPanes();
}

function show() {
  document.body.dataset.mode = state.mode;
  document.body.dataset.pane = pane;
  $("results").hidden = state.mode !== "draw";
  $("atlas").hidden = state.mode !== "atlas" && state.mode !== "quiz";
  $("visits").hidden = state.mode !== "visits";
  swap($("modes"), ["draw", "visits", "atlas", "quiz"].map((mode) =>
    h("button.mode", { type: "button", "data-key": `mode-${mode}`, "aria-current": state.mode === mode ? "page" : null, text: t(`mode.${mode}`), onclick: () => setMode(mode) })));
  showPanes();
}

function showPanes() {
  const flags = (state.ranking?.red_flags || []).some((f) => f.raised && f.urgency !== "routine");
  swap($("panes"), ["chart", "panel"].map((which) =>
    h("button.pane", { type: "button", "data-key": `pane-${which}`, "aria-current": pane === which ? "true" : null, onclick: () => showPane(which) },
      t(which === "chart" ? "panes.chart" : state.pressing ? "press.title" : state.mode === "draw" ? "panes.results" : `mode.${state.mode}`), which === "panel" && flags && state.mode === "draw" && h("span.flag-mark", { text: "!" }))));
}

export function languageMenu() {
  return h("label.language", {}, h("span.visually-hidden", { text: t("language") }),
    h("select", { "data-key": "language", onchange: (event) => speak(event.target.value) },
      Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, selected: state.language === code, lang: code, text: name }))));
}
