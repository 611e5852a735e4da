// Patient mode: one thing on the screen at a time, large, in plain words, without any muscle name.
// The server locks everything else until the therapist's code is given.

import { ask } from "./api.js";
import { fly, refit } from "./camera.js";
import { closeDetail } from "./detail.js";
import { dialog, h, swap, toast } from "./dom.js";
import { LANGUAGES, speak, t } from "./i18n.js";
import { openVisit } from "./openvisit.js";
import { hideOverlays } from "./overlay.js";
import { drawStep, sidesWarning } from "./patientdraw.js";
import { answer, answers, emit, emptyDoc, header, load, marks, on, setAbout, state } from "./state.js";
import { keepNow, restore } from "./work.js";
import { rankSoon } from "./ranking.js";
import { fetchSources } from "./sources.js";

const STEPS = ["side", "draw", "feel", "ask", "done"];
let paired = false, closed = false;
let place, step = "side", at = 0, questions = [], therapistLanguage = "en";

export function startPatient(node) {
  place = node;
  on("language", () => { if (state.patient) show(); });
  on("closed", () => { if (paired) { closed = true; go("done"); } });
  on("doc", () => { if (state.patient && step === "draw") sidesWarning(place); });
}

/** Ask the therapist for a language and a code, then lock and hand over. */
export function askForPatient() {
  let language = state.language;
  const error = h("p.error", { role: "alert", hidden: true });
  const code = h("input.code", { id: "new-code", type: "text", inputmode: "numeric", autocomplete: "off", minlength: "4", maxlength: "12", required: true, "aria-describedby": "code-hint" });
  const languages = h("div.segments.large", { role: "group", "aria-label": t("language") });
  const pick = () => swap(languages, Object.entries(LANGUAGES).map(([c, name]) => h("button.segment", { type: "button", lang: c, "data-key": `lang-${c}`, "aria-pressed": String(c === language), text: name, onclick: () => { language = c; pick(); } })));
  pick();
  const form = h("form.patient-form", {
    onsubmit: async (event) => {
      event.preventDefault();
      const value = code.value.trim();
      if (value.length < 4 || value.length > 12) { error.textContent = t("patient.code_length"); error.hidden = false; code.focus(); return; }
      try {
        document.documentElement.requestFullscreen?.().catch(() => {});
        await keepNow();
        await ask("/patient", { method: "POST", body: { code: value, lang: language } });
        box.close();
        await enter(language, true);
      } catch (problem) {
        document.exitFullscreen?.().catch(() => {});
        error.textContent = problem.message || t("error.fault");
        error.hidden = false;
      }
    },
  },
  h("p", { text: t("patient.explain") }),
  openVisit()?.drawing?.features.length > 0 && h("p.note", { text: t("patient.visit_replaced", { patient: openVisit().patient }) }),
  h("div.form-row", {}, h("span.field-name", { text: t("patient.language") }), languages),
  h("div.form-row", {}, h("label.field-name", { for: "new-code", text: t("patient.set_code") }), code, h("p.hint", { id: "code-hint", text: t("patient.code_hint") })),
  error,
  h("button.button.primary.big", { type: "submit", text: t("patient.hand_over") }));
  const box = dialog(t("patient.title"), form, { closeLabel: t("act.close") });
  code.focus();
}

/** Go on where the patient was before a reload. */
export async function resumePatient(language, onSecondDevice = false) {
  const own = navigator.language?.slice(0, 2);
  therapistLanguage = LANGUAGES[own] ? own : "en";
  paired = onSecondDevice;
  await enter(language, false);
  const kept = await restore().catch(() => null);
  if (kept?.drawing?.features?.length) go("draw");
}

async function enter(language, fresh) {
  closeDetail();
  hideOverlays();
  therapistLanguage = fresh ? state.language : therapistLanguage;
  state.patient = true;
  Object.assign(state, { mode: "draw", tool: "brush", size: 5, ranking: null });
  document.body.dataset.mode = "draw";
  document.body.classList.add("patient-mode");
  document.getElementById("summary").textContent = "";
  place.hidden = false;
  emit("patient");
  if (fresh) await restore().catch(() => load(emptyDoc(), { why: "restore" }));
  await speak(language);
  questions = (await ask(`/questions?patient=1&lang=${language}`).catch(() => ({ red_flags: [] }))).red_flags;
  at = 0;
  fly(null, false);
  go("side");
}

export function go(name) {
  step = name;
  if (name === "draw") fly(null, false);
  show();
  place.querySelector("h1, h2")?.focus({ preventScroll: true });
}

function show() {
  giveBackCanvas();
  const main = h("main.p-main", { class: `p-${step}` });
  place.replaceChildren(
    h("header.p-head", {},
      h("ol.p-steps", { "aria-label": t("p.progress", { n: STEPS.indexOf(step) + 1, of: STEPS.length }) }, STEPS.map((s, i) => h("li", { class: i <= STEPS.indexOf(step) ? "past" : "", "aria-current": s === step ? "step" : null }))),
      step !== "done" && !paired && h("button.quiet.p-leave", { type: "button", onclick: askCode }, t("p.therapist"))),
    main);
  ({ side, draw: () => drawStep(main, go), feel, ask: question, done })[step](main);
}

/** The chart is one and the same; patient mode borrows it. */
function giveBackCanvas() {
  const canvas = document.getElementById("canvas"), stage = document.getElementById("stage");
  if (canvas.parentNode !== stage) stage.insertBefore(canvas, document.getElementById("markbar"));
}

const title = (key, values) => h("h1", { tabindex: "-1", text: t(key, values) });
const big = (words, run, props = {}) => h("button.p-big", { type: "button", text: words, onclick: run, ...props });
const foot = (...buttons) => h("footer.p-foot", {}, buttons);

function side(main) {
  const said = header().about?.said_side;
  main.append(title("p.which_side"), h("p.p-hint", { text: t("p.side_hint") }),
    h("div.p-choices.sides", {}, ["right", "left", "both", "middle"].map((value) => big(t(`p.side_${value}`), () => { setAbout({ said_side: value, by: "patient" }); go("draw"); }, { "data-key": `side-${value}`, "aria-pressed": String(said === value) }))));
}

function feel(main) {
  const now = new Set(marks().flatMap((m) => m.properties.quality || []));
  const set = (q) => {
    now.has(q) ? now.delete(q) : now.add(q);
    const quality = ["aching", "burning", "stabbing", "electric", "tingling", "numb", "cramping", "other"].filter((x) => now.has(x));
    emit("set-all-quality", quality);
    draw();
  };
  const choices = h("div.p-choices.feelings");
  const draw = () => swap(choices, ["aching", "burning", "stabbing", "electric", "tingling", "numb", "cramping", "other"].map((q) => big(t(`p.feel_${q}`), () => set(q), { "data-key": `feel-${q}`, "aria-pressed": String(now.has(q)) })));
  draw();
  main.append(title("p.feel"), h("p.p-hint", { text: t("p.feel_hint") }), choices,
    foot(big(t("p.back"), () => go("draw"), { class: "secondary" }), big(t("p.next"), () => { at = 0; go(questions.length ? "ask" : "done"); }, { class: "primary", "data-key": "next" })));
}

function question(main) {
  const q = questions[at], now = answers()[q.id];
  const onward = () => { if (at + 1 < questions.length) { at++; go("ask"); } else go("done"); };
  const give = (value) => {
    answer(q.id, value);
    if (value === "yes" && q.urgency === "ambulance") tellNow(onward); else onward();
  };
  main.append(h("p.p-count", { text: t("p.question_of", { n: at + 1, of: questions.length }) }), h("h1.p-ask", { tabindex: "-1", text: q.ask }),
    h("div.p-choices.yesno", {}, big(t("answer.yes"), () => give("yes"), { "data-key": "yes", "aria-pressed": String(now === "yes") }), big(t("answer.no"), () => give("no"), { "data-key": "no", "aria-pressed": String(now === "no") }), big(t("p.not_sure"), () => give("not_asked"), { class: "secondary", "data-key": "unsure" })),
    foot(big(t("p.back"), () => { if (at) { at--; go("ask"); } else go("feel"); }, { class: "secondary" })));
}

function tellNow(onward) {
  const box = dialog(t("p.tell_now"), h("div.p-warning", {}, h("p", { text: t("p.tell_now_means") }), h("button.p-big.primary", { type: "button", text: t("p.understood"), onclick: () => box.close() })), { closeLabel: t("act.close"), onclose: onward });
}

function done(main) {
  if (paired && !closed) keepNow().catch(() => {});
  main.append(...[h("div.p-thanks", {}, title("p.thanks"), h("p.p-hint", { text: t(paired && !closed ? "p.sent" : "p.hand_back") }), !paired && codeForm()),
    !closed && foot(big(t("p.change"), () => go("draw"), { class: "secondary" }))].filter(Boolean));
}

function askCode() {
  const box = dialog(t("p.therapist"), codeForm(() => box.close()), { closeLabel: t("act.close") });
}

/** Leaving: the code, which only the server knows. */
function codeForm(after) {
  const error = h("p.error", { role: "alert", hidden: true });
  const id = `leave-${Math.random().toString(36).slice(2)}`;
  const input = h("input.code", { id, type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "12" });
  return h("form.leave-form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await keepNow();
        await ask("/patient/leave", { method: "POST", body: { code: input.value.trim() } });
        after?.();
        await leave();
      } catch (problem) {
        error.textContent = problem.status === 403 ? t("patient.wrong_code") : problem.status === 429 ? t("patient.too_many") : problem.message || t("error.fault");
        error.hidden = false;
        input.value = "";
        input.focus();
      }
    },
  }, h("label.field-name", { for: id, text: t("patient.code") }), h("div.row", {}, input, h("button.button.primary", { type: "submit", text: t("patient.leave") })), error);
}

async function leave() {
  document.exitFullscreen?.().catch(() => {});
  giveBackCanvas();
  place.hidden = true;
  place.replaceChildren();
  document.body.classList.remove("patient-mode");
  state.patient = false;
  Object.assign(state, { tool: "brush", size: 3 });
  fetchSources().catch(() => {});
  await restore();
  await speak(therapistLanguage);
  refit();
  emit("patient");
  emit("mode");
  rankSoon();
  const said = header().about?.said_side;
  toast(said ? t("patient.received_side", { side: t(`p.side_${said}`) }) : t("patient.received"));
}

