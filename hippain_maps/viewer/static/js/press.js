// Press and draw: the therapist names the trigger point under the finger, the patient draws what
// pressing it sends and says whether that is the familiar pain. No pattern is shown meanwhile: it
// would be drawn after.

import { ask, once } from "./api.js";
import { fly } from "./camera.js";
import { chart } from "./chart.js";
import { closeDetail } from "./detail.js";
import { h, icon, s, swap, toast } from "./dom.js";
import { nameOf, sideWord, t } from "./i18n.js";
import { showPane } from "./modes.js";
import { hideOverlays } from "./overlay.js";
import { search, sourceById } from "./sources.js";
import { emit, emptyDoc, load, marks, on, setCompleted, setFinding, state, undo } from "./state.js";
import { finish } from "./openvisit.js";
import { pickTool } from "./tools.js";

let visit = null, step = null, spots = [], chosen = null, pressed = null, familiar = null, whole = true, before = null, query = "";

const place = () => document.getElementById("press");
const STANDING = ["anterior", "posterior", "left_lateral", "right_lateral"];
const NEAR = 7; // cm from the tapped place, within which trigger points are offered first

on("language", () => { if (step) show(); });
on("doc", () => { if (step === "draw") show(); });
on("stage-tap", ({ view, point }) => { if (step === "choose") { pressed = { view, x: point[0], y: point[1] }; spotMark(); show(); } });
on("patient", () => { if (state.patient && step) cancel(); });

export async function startPress(open) {
  if (step) return;
  visit = open;
  try {
    await finish();
    spots = (await once("/trigger-points")).spots;
  } catch (error) { toast(error.message || t("error.fault")); return; }
  closeDetail();
  hideOverlays();
  [chosen, pressed, familiar, whole, query] = [null, null, null, true, ""];
  before = { doc: state.doc, past: state.past, future: state.future };
  state.pressing = true;
  state.past = [];
  state.future = [];
  load(emptyDoc(), { why: "press" });
  document.body.classList.add("pressing");
  emit("mode");
  pickTool("select");
  go("choose");
  showPane("panel");
}

function go(name) {
  step = name;
  place().hidden = !step;
  document.getElementById("results").classList.toggle("away", Boolean(step));
  document.body.classList.toggle("press-choose", step === "choose");
  if (step) { show(); place().scrollTop = 0; place().querySelector("h2")?.focus({ preventScroll: true }); }
  else place().replaceChildren();
}

/** Put back what was on the page. */
function end() {
  clearSpot();
  document.body.classList.remove("pressing", "press-choose");
  go(null);
  const { doc, past, future } = before;
  before = null;
  load(doc, { why: "restore" });
  state.past.push(...past);
  state.future.push(...future);
  state.pressing = false;
  pickTool("brush");
  emit("doc", { why: "restore" });
  emit("mode");
}

function cancel() { end(); }

// --- Where was pressed ---

function clearSpot() { for (const { layers } of chart.views.values()) layers.cursor.querySelector(".pressed-spot")?.remove(); }

/** A cross where the finger is; of the trigger point, unless a place was tapped. */
function spotMark() {
  clearSpot();
  const at = pressed ? [pressed] : chosen ? chosen.marks.map(({ view, at: [x, y] }) => ({ view, x, y })) : [];
  for (const { view, x, y } of at) {
    const d = `M${x - 1.1} ${y - 1.1}L${x + 1.1} ${y + 1.1}M${x - 1.1} ${y + 1.1}L${x + 1.1} ${y - 1.1}`;
    chart.views.get(view)?.layers.cursor.append(s("g.pressed-spot", {}, s("circle.ring", { cx: x, cy: y, r: 2.1 }), s("path.cross-halo", { d }), s("path.cross", { d })));
  }
}

const keyOf = (p) => `${p.side}:${p.source}:${p.point}`;
const points = () => {
  const found = new Map();
  for (const spot of spots) {
    const one = found.get(keyOf(spot)) || { ...spot, marks: [], gap: Infinity };
    one.marks.push(spot);
    if (pressed && spot.view === pressed.view) one.gap = Math.min(one.gap, Math.hypot(spot.at[0] - pressed.x, spot.at[1] - pressed.y));
    found.set(keyOf(spot), one);
  }
  return [...found.values()];
};
const words = (p) => `${nameOf(sourceById(p.source) || { name: p.source })}, ${p.name}`;

/** What to offer: what lies near the tapped place, else what the ranking puts first, else a search. */
function offered() {
  const all = points();
  if (query.trim()) {
    const ids = new Map(search(query).map(({ source }, i) => [source.id, i]));
    return all.filter((p) => ids.has(p.source)).sort((a, b) => ids.get(a.source) - ids.get(b.source)).slice(0, 16);
  }
  if (pressed) return all.filter((p) => p.gap <= NEAR).sort((a, b) => a.gap - b.gap).slice(0, 10);
  const likely = (state.ranking?.candidates || []).flatMap((c, i) => (c.points || []).map((p) => [`${c.side}:${c.source}:${p.id}`, i]));
  const order = new Map(likely);
  return all.filter((p) => order.has(keyOf(p))).sort((a, b) => order.get(keyOf(a)) - order.get(keyOf(b))).slice(0, 10);
}

// --- The panel ---

function show() {
  if (step === "choose") choose(); else if (step === "draw") drawing();
}

function head(title) {
  return [
    h("button.back", { type: "button", "data-key": "press-cancel", onclick: cancel }, icon("close"), t("press.cancel")),
    h("h2", { tabindex: "-1", text: title })];
}

function choose() {
  const input = h("input", { type: "search", id: "press-search", "data-key": "press-search", value: query, placeholder: t("press.search"), autocomplete: "off", spellcheck: "false", oninput: (event) => { query = event.target.value; list(); } });
  swap(place(), head(t("press.which")), h("p.hint", { text: t("press.which_means") }),
    h("label.search", {}, icon("search"), h("span.visually-hidden", { text: t("press.search") }), input),
    h("div", { id: "press-list" }));
  list();
}

function list() {
  const found = offered();
  swap(document.getElementById("press-list"),
    h("h3", { text: t(query.trim() ? "press.found" : pressed ? "press.near" : "press.likely") }),
    found.length ? h("ul.source-list", {}, found.map((p) => h("li", {},
      h("button.source-row", { type: "button", "data-key": `spot-${keyOf(p)}`, onclick: () => { chosen = p; begin(); } },
        h("span", {}, h("b", { text: nameOf(sourceById(p.source) || { name: p.source }) }), h("small", { text: p.name })), h("span.zone-word", { text: sideWord(p.side) })))))
      : h("p.hint", { text: t("press.none") }));
}

function begin() {
  spotMark();
  pickTool("brush");
  fly(null, false);
  go("draw");
  showPane("chart");
}

function drawing() {
  const yes = (value) => h("button.answer", { type: "button", "data-key": `familiar-${value}`, "aria-pressed": String(familiar === value), text: t(`press.familiar_${value ? "yes" : "no"}`), onclick: () => { familiar = value; show(); } });
  const drawn = marks().length > 0;
  swap(place(), head(`${words(chosen)} (${sideWord(chosen.side)})`),
    h("ol.press-steps", {},
      h("li", { class: drawn ? "done" : "" }, h("p", { text: t("press.let_draw") }), h("p.hint", { text: t(drawn ? "press.drawn" : "press.nothing_yet", { n: marks().length }) }),
        drawn && h("button.link", { type: "button", "data-key": "press-undo", text: t("act.undo"), onclick: undo })),
      h("li", { class: familiar !== null ? "done" : "" }, h("p", { id: "press-ask", text: t("press.familiar") }), h("div.answers", { role: "group", "aria-labelledby": "press-ask" }, yes(true), yes(false))),
      h("li", { class: whole ? "done" : "" }, h("label.check", {}, h("input", { type: "checkbox", "data-key": "press-whole", checked: whole, onchange: (event) => { whole = event.target.checked; show(); } }), t("press.whole")), h("p.hint", { text: t("press.whole_means") }))),
    h("button.button.primary.big", { type: "button", "data-key": "press-save", disabled: familiar === null, onclick: store }, t(drawn ? "press.save" : "press.save_nothing")),
    h("button.link", { type: "button", "data-key": "press-other", text: t("press.other"), onclick: () => { pressed = null; chosen = null; clearSpot(); pickTool("select"); go("choose"); } }));
}

async function store() {
  if (whole) for (const view of STANDING) setCompleted(view, true);
  const about = pressed ? { pressed: { view: pressed.view, at: [Math.round(pressed.x * 10) / 10, Math.round(pressed.y * 10) / 10] } } : {};
  const drawing = { ...state.doc, hippain: { ...state.doc.hippain, ...(pressed ? { about } : {}) } };
  const { source, point, side } = chosen;
  try {
    const kept = await ask(`/store/visits/${visit.id}/pressed`, { method: "POST", body: { source, point, side, familiar, drawing } });
    visit.pressed = [...(visit.pressed || []), kept];
    end();
    // What was pressed is a finding too.
    setFinding(`${side}:${source}:${point}`, familiar ? "familiar" : "found");
    toast(t("press.kept"));
  } catch (error) { toast(error.message || t("error.fault")); }
}
