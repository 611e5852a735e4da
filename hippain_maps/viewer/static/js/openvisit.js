// The visit that is open: whose it is, saved while one draws, its note and date, and what happens
// when somebody else saved it. What cannot be saved stays on the page, and the page says so.

import { ask, download } from "./api.js";
import { closeDetail } from "./detail.js";
import { dialog, h, icon, swap, toast } from "./dom.js";
import { t } from "./i18n.js";
import { setMode } from "./modes.js";
import { hideOverlays } from "./overlay.js";
import { startPress } from "./press.js";
import { emit, emptyDoc, isEmpty, load, on, state } from "./state.js";
import { caughtUp, keepNow } from "./work.js";

let place, visit = null, lost = null, kept = "yes", why = "", timer = 0, sending = null, again = false, loading = false;

export const openVisit = () => visit;
export const dayWords = (iso, style = "medium") => new Date(`${iso}T12:00`).toLocaleDateString(state.language, { dateStyle: style });

export function startOpenVisit(node) {
  place = node;
  on("language", show);
  on("doc", ({ why: reason }) => {
    if (!visit || loading || state.patient || state.pressing) return;
    if (reason === "new") { closeVisit(false); return; }
    if (reason !== "restore" && reason !== "next") saveSoon();
  });
  on("forget", () => closeVisit(false));
  on("newer", () => { if (visit && !state.patient) fromElsewhere(); });
  on("patient", () => {
    // A patient sees nothing of the visit, not even that there is one.
    clearTimeout(timer);
    if (state.patient) { place.replaceChildren(); document.getElementById("toast").replaceChildren(); document.getElementById("toast").hidden = true; }
    else resumeVisit("patient").catch(() => {});
    show();
  });
  addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); save(); } });
}

/** Go on with the visit that was open before a reload, or before a patient drew. */
export async function resumeVisit(by = null) {
  let answer;
  try { answer = await ask("/store/open"); lost = null; } catch (error) {
    // The store is away, or damaged: whose drawing this is stays unknown, and that is said.
    if (error.status !== 503) throw error;
    lost = { error, by };
    show();
    return;
  }
  const { visit: found, seen } = answer;
  visit = found;
  kept = "yes";
  if (!found) { show(); return; }
  // Saved elsewhere since; or nothing is on the page, which takes the place of nothing.
  if (found.revision > seen || (isEmpty() && found.drawing.features.length)) take(found);
  else if (JSON.stringify(state.doc) !== JSON.stringify(found.drawing)) {
    // What is on the page is later: the page was closed before it was saved.
    if (by) found.drawn_by = by;
    await save(by ? { drawn_by: by } : {});
  }
  show();
  emit("visit");
}

/** Another window, or the patient's device, left a drawing; it belongs to this visit. */
async function fromElsewhere() {
  const { visit: found } = await ask("/store/open").catch(() => ({ visit }));
  if (!found) { visit = null; show(); emit("visit"); return; }
  visit = found;
  if (!isEmpty() && JSON.stringify(state.doc) !== JSON.stringify(found.drawing)) await save();
  show();
}

/** Show a visit on the page. Undo does not lead back into another visit. */
function take(found) {
  lost = null;
  closeDetail();
  hideOverlays();
  visit = found;
  kept = "yes";
  loading = true;
  try { load(found.drawing || emptyDoc(), { why: "load" }); } finally { loading = false; }
}

/** Open a visit of the store; its drawing takes the place of the one on the page. */
export async function reopen(number) {
  await finish();
  const { visit: found } = await ask("/store/open", { method: "PUT", body: { visit: number } });
  take(found);
  await caughtUp();
  await keepNow();
  show();
  emit("visit");
}

/** Start a visit; `start` is empty, last or drawing (the one on the page). */
export async function begin(patient, { start, drawn_by, date }) {
  await finish();
  const body = { patient, start, drawn_by, date };
  if (start === "drawing") body.drawing = state.doc;
  take(await ask("/store/visits", { method: "POST", body }));
  await caughtUp();
  await keepNow();
  show();
  emit("visit");
}

/** Close the visit; what is on the page stays there unless it is emptied. */
export async function closeVisit(empty = true) {
  if (!visit) return;
  if (empty) await finish();
  clearTimeout(timer);
  timer = 0;
  visit = null;
  show();
  try { await ask("/store/open", { method: "PUT", body: { visit: null } }); } catch { /* it is closed here */ }
  if (empty) { closeDetail(); hideOverlays(); load(emptyDoc(), { why: "load" }); await keepNow(); }
  emit("visit");
}

// --- Saving ---

function saveSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => save(), 700);
  kept = "soon";
  show();
}

/** Write at once what has not been written yet; throws nothing. */
export async function finish() {
  if (timer) { clearTimeout(timer); timer = 0; await save(); }
  while (sending) await sending;
}

/** Save the drawing on the page, and what else changed of the visit. */
export async function save(more = {}) {
  timer = 0;
  if (!visit || state.pressing || state.patient) return false;
  if (sending) { again = { ...again, ...more }; await sending; return kept === "yes"; }
  const mine = visit;
  const body = { revision: mine.revision, drawing: state.doc, ...more };
  sending = ask(`/store/visits/${mine.id}`, { method: "PUT", body }).then(
    (answer) => { Object.assign(mine, more, { revision: answer.revision, drawing: body.drawing }); if (mine === visit) { kept = "yes"; why = ""; } },
    (error) => {
      if (mine !== visit) return;
      why = error.code === "no_server" ? t("error.no_server") : error.message;
      kept = error.status === 409 ? "elsewhere" : error.status === 404 ? "gone" : "no";
      // The disk may come back.
      if (kept === "no") timer = setTimeout(() => save(more), 8000);
    },
  ).finally(() => { sending = null; });
  await sending;
  if (again) { const rest = again; again = false; if (kept === "yes") await save(rest === true ? {} : rest); }
  show();
  emit("visit-saved");
  return kept === "yes";
}

/** Take a change of date, hand or note. */
export const change = (values) => save(values);

// --- The strip under the head of the page ---

function show() {
  place.hidden = (!visit && !lost) || state.patient;
  document.body.classList.toggle("visit-open", !place.hidden);
  if (place.hidden) { place.replaceChildren(); return; }
  if (!visit) {
    place.classList.add("bad");
    swap(place, h("span.visit-kept", { role: "alert" }, h("b", { text: t("visit.lost") }), ` ${lost.error.message}`),
      h("div.visit-acts", {}, act("visit-retry", "visit.retry", () => resumeVisit(lost.by))));
    return;
  }
  const bad = ["no", "elsewhere", "gone"].includes(kept);
  place.classList.toggle("bad", bad);
  swap(place,
    h("button.visit-whose", { type: "button", "data-key": "visit-patient", title: t("visit.all_of"), onclick: () => { setMode("visits"); emit("show-patient", visit.patient); } },
      icon("person"), h("b", { text: visit.patient })),
    h("button.visit-when", { type: "button", "data-key": "visit-facts", "aria-haspopup": "dialog", onclick: facts },
      h("span", { text: dayWords(visit.date) }), h("span.visit-hand", { text: t(`visit.by_${visit.drawn_by}`) })),
    h("span.visit-kept", { role: bad ? "alert" : "status", text: bad ? "" : t(kept === "soon" ? "visit.saving" : "visit.saved") },
      bad && h("span", {}, h("b", { text: t(`visit.not_saved_${kept}`) }), kept === "no" ? ` ${why}` : "")),
    h("div.visit-acts", {},
      kept === "elsewhere" && [
        act("visit-theirs", "visit.take_theirs", async () => take((await ask(`/store/visits/${visit.id}`)))),
        act("visit-mine", "visit.save_mine", async () => { const { patient, drawn_by } = visit; visit = null; await begin(patient, { start: "drawing", drawn_by }); })],
      kept === "no" && act("visit-retry", "visit.retry", () => save()),
      kept === "gone" && act("visit-mine", "visit.save_mine", async () => { const { patient, drawn_by } = visit; visit = null; await begin(patient, { start: "drawing", drawn_by }); }),
      !bad && [
        h("button.button.small", { type: "button", "data-key": "visit-press", onclick: () => { setMode("draw"); startPress(visit); } }, icon("press"), h("span", { text: t("press.title") })),
        h("button.button.small", { type: "button", "data-key": "visit-note", "aria-haspopup": "dialog", onclick: facts }, icon("note"), h("span", { text: t("visit.note") })),
        h("button.button.small", { type: "button", "data-key": "visit-report", "aria-haspopup": "dialog", onclick: reports }, icon("print"), h("span", { text: t("report.title") }))],
      h("button.button.small", { type: "button", "data-key": "visit-close", onclick: () => closeVisit() }, icon("close"), h("span", { text: t("visit.close") }))));
}

function act(key, words, run) {
  return h("button.button.small", { type: "button", "data-key": key, text: t(words),
    onclick: async () => { try { await run(); show(); emit("visit"); } catch (error) { toast(error.message || t("error.fault")); } } });
}

/** Date, hand and note of the open visit. */
function facts() {
  const mine = visit;
  let hand = mine.drawn_by;
  const date = h("input", { type: "date", id: "visit-date", "data-key": "visit-date", value: mine.date, required: true, max: "9999-12-31" });
  const note = h("textarea.note-field", { id: "visit-note", "data-key": "visit-note-text", rows: "9", maxlength: "20000", value: mine.note, spellcheck: "true" });
  const hands = h("div.segments", { role: "group", "aria-label": t("visit.who_drew") });
  const pick = () => swap(hands, ["patient", "therapist"].map((who) => h("button.segment", { type: "button", "data-key": `hand-${who}`, "aria-pressed": String(hand === who), text: t(`visit.hand_${who}`), onclick: () => { hand = who; pick(); } })));
  pick();
  const error = h("p.error", { role: "alert", hidden: true });
  const form = h("form.visit-form", { onsubmit: async (event) => {
    event.preventDefault();
    await finish();
    if (await save({ note: note.value, date: date.value || mine.date, drawn_by: hand })) { box.close(); emit("visit"); return; }
    error.textContent = kept === "no" ? `${t("visit.not_saved_no")} ${why}` : t(`visit.not_saved_${kept}`);
    error.hidden = false;
  } },
  h("div.form-pair", {},
    h("div.form-row", {}, h("label.field-name", { for: "visit-date", text: t("visit.date") }), date),
    h("div.form-row", {}, h("span.field-name", { text: t("visit.who_drew") }), hands)),
  h("div.form-row", {}, h("label.field-name", { for: "visit-note", text: t("visit.treatment_note") }), note, h("p.hint", { text: t("visit.note_hint") })),
  error,
  h("button.button.primary.big", { type: "submit", "data-key": "visit-facts-save", text: t("visit.save") }));
  const box = dialog(`${mine.patient} · ${dayWords(mine.date)}`, form, { closeLabel: t("act.close") });
  note.focus();
}

/** The pages to print: for the file, and for the patient. */
export function reports() {
  const row = (key, extra) => h("div.report-row", { role: "group", "aria-label": t(key) },
    icon("print"), h("div", {}, h("b", { text: t(key) }), h("small", { text: t(`${key}_means`) })),
    h("button.button", { type: "button", "data-key": `${key}-colour`, text: t("report.colour"), onclick: () => get(extra) }),
    h("button.button", { type: "button", "data-key": `${key}-grey`, text: t("report.grey"), onclick: () => get(`${extra}&mono=true`) }));
  const get = async (extra) => {
    box.close();
    const name = extra.includes("for_patient") ? "for_you.pdf" : "report.pdf";
    const options = `lang=${state.language}${extra}`;
    toast(t("report.making"));
    try {
      if (visit) { await finish(); await download(`/store/report?visit=${visit.id}&${options}`, name); }
      else await download(`/report?${options}`, name, { method: "POST", body: state.doc });
    } catch (error) { toast(error.message || t("error.fault")); }
  };
  const box = dialog(t("report.title"), h("div.menu", {}, row("report.file", ""), row("report.patient", "&for_patient=true")), { closeLabel: t("act.close") });
}
