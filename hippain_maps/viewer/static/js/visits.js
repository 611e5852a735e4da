// Patients and their visits, in the panel: choose or add a patient (a code, never a name), start,
// reopen, compare and delete visits, see the course.

import { ask } from "./api.js";
import { dialog, h, icon, swap, toast } from "./dom.js";
import { t } from "./i18n.js";
import { setMode, showPane } from "./modes.js";
import { begin, closeVisit, dayWords, openVisit, reopen } from "./openvisit.js";
import { emit, isEmpty, on, state } from "./state.js";
import { exportOf, importArchive } from "./visitfiles.js";
import { clearShapes, showComparison, showCourse, startShapes } from "./visitviews.js";

let place, store = null, patients = [], more = false, problem = null;
let patient = null, visits = [], moreVisits = false, tab = "visits", query = "", hand = "patient", turn = 0;

export function startVisits(node) {
  place = node;
  startShapes();
  on("mode", () => { if (state.mode === "visits") { patient = null; enter(); } else clearShapes(); });
  on("language", () => { if (state.mode === "visits") show(); });
  on("show-patient", (code) => openPatient(code));
  on("visit", () => { if (state.mode === "visits" && patient) openPatient(patient.code, tab); });
  on("store-changed", () => { if (state.mode === "visits") (patient ? openPatient(patient.code, tab) : enter(false)); });
  on("patient", () => {
    // Nothing of other patients stays on the page while one draws.
    if (!state.patient) return;
    [store, patients, patient, visits, query] = [null, [], null, [], ""];
    clearShapes();
    place.replaceChildren();
  });
}

export const tell = (error) => toast(error.code === "no_server" ? t("error.no_server") : error.message || t("error.fault"));

async function enter(straight = true) {
  const mine = ++turn;
  problem = null;
  if (!store) swap(place, h("p.hint", { text: t("visits.loading") }));
  query = "";
  try {
    const [about, page] = await Promise.all([ask("/store"), ask("/store/patients")]);
    if (mine !== turn) return;
    [store, patients, more] = [about, page.patients, page.more];
  } catch (error) { if (mine !== turn) return; problem = error; }
  const now = openVisit()?.patient;
  if (!problem && straight && !patient && now) { openPatient(now); return; }
  if (!problem && patient) { openPatient(patient.code, tab); return; }
  show();
}

async function openPatient(code, which = "visits") {
  const mine = ++turn;
  problem = null;
  try {
    const [found, about] = await Promise.all([ask(`/store/visits?patient=${encodeURIComponent(code)}`), store ? store : ask("/store")]);
    if (mine !== turn) return;
    const fresh = patient?.code !== found.patient.code;
    [patient, visits, moreVisits, store] = [found.patient, found.visits, found.more, about];
    tab = fresh ? "visits" : which;
    if (visits.length < 2 && tab !== "visits") tab = "visits";
    if (tab !== "compare" && tab !== "course") clearShapes();
    show(fresh);
  } catch (error) {
    if (mine !== turn) return;
    patient = null;
    if (error.status === 404) { enter(false); return; }
    problem = error;
    show();
  }
}

function back() {
  patient = null;
  clearShapes();
  enter(false);
}

function show(fresh = false) {
  if (state.mode !== "visits" || state.patient) return;
  if (problem) { trouble(); return; }
  if (patient) onePatient(); else everybody();
  if (fresh) { place.scrollTop = 0; place.querySelector("h2")?.focus({ preventScroll: true }); }
}

function trouble() {
  swap(place, h("div.store-trouble", { role: "alert" },
    h("h2", { text: t("visits.no_store") }), h("p", { text: problem.code === "no_server" ? t("error.no_server") : problem.message }),
    h("p.hint", { text: t("visits.drawing_stays") }),
    h("button.button", { type: "button", "data-key": "store-again", text: t("visit.retry"), onclick: () => enter() })));
}

// --- Everybody ---

function everybody() {
  const input = h("input", { type: "search", id: "patient-search", "data-key": "patient-search", value: query, placeholder: t("visits.search"), autocomplete: "off", spellcheck: "false", oninput: (event) => { query = event.target.value; findSoon(); } });
  swap(place,
    h("div.panel-head", {}, h("h2", { tabindex: "-1", text: t("visits.patients") }),
      h("button.button.primary", { type: "button", "data-key": "add-patient", "aria-haspopup": "dialog", onclick: addPatient }, icon("plus"), t("visits.add"))),
    store.expired.length > 0 && expired(),
    (store.patients > 6 || query) && h("label.search", {}, icon("search"), h("span.visually-hidden", { text: t("visits.search") }), input),
    h("div", { id: "patient-list" }),
    h("section.block", {}, h("h3", { text: t("visits.store") }),
      h("div.row", {},
        h("button.button", { type: "button", "data-key": "export-all", disabled: !store.patients, onclick: () => exportOf([]) }, icon("download"), t("visits.export_all")),
        h("button.button", { type: "button", "data-key": "import", onclick: importArchive }, icon("file"), t("visits.import"))),
      h("div.note.lock-note", {}, icon("info"), h("div", {}, h("p", {}, h("b", { text: t("visits.not_encrypted") }), " ", t("visits.what_to_do")), h("p.path", { text: store.path }))),
      store.pressed > 0 && h("p.hint", { text: t("visits.pressed_here", { n: store.pressed }) })));
  list();
}

let finding = 0;
/** Codes are looked for in the store: not all of them are on the page. */
function findSoon() {
  const mine = ++finding;
  setTimeout(async () => {
    if (mine !== finding) return;
    try {
      const page = await ask(`/store/patients?find=${encodeURIComponent(query.trim())}`);
      if (mine !== finding || patient) return;
      [patients, more] = [page.patients, page.more];
      list();
    } catch (error) { tell(error); }
  }, 150);
}

function list() {
  const wanted = query.trim(), found = patients;
  swap(document.getElementById("patient-list"),
    found.length ? h("ul.source-list", {}, found.map((p) => h("li", {},
      h("button.source-row.patient-row", { type: "button", "data-key": `patient-${p.code}`, onclick: () => openPatient(p.code) },
        h("span", {}, h("b", { text: p.code }), h("small", { text: [t(p.visits === 1 ? "visits.one" : "visits.count", { n: p.visits }), p.last && t("visits.last", { day: dayWords(p.last) })].filter(Boolean).join(" · ") })),
        p.expired ? h("span.badge.late", { text: t("visits.expired") }) : openVisit()?.patient === p.code && h("span.badge", { text: t("visits.open_now") })))))
      : h("div.empty-results", {}, h("h3", { text: t(wanted ? "visits.none_found" : "visits.none_yet") }), !wanted && h("p", { text: t("visits.none_yet_means") })),
    more && h("button.button", { type: "button", "data-key": "more-patients", text: t("visits.more"), onclick: async () => {
      try {
        const page = await ask(`/store/patients?after=${encodeURIComponent(patients.at(-1).code)}&find=${encodeURIComponent(query.trim())}`);
        patients = [...patients, ...page.patients];
        more = page.more;
        list();
      } catch (error) { tell(error); }
    } }));
}

function expired() {
  return h("div.flag-card.urgent.expired", { role: "note" }, h("p.flag-name", { text: t("visits.expired_title", { n: store.expired.length }) }), h("p.expired-codes", { text: store.expired.slice(0, 8).join(", ") + (store.expired.length > 8 ? " …" : "") }),
    h("button.button", { type: "button", "data-key": "delete-expired", onclick: () => sure(t("visits.expired_title", { n: store.expired.length }), store.expired.join(", "), "/store/expired", back) }, icon("trash"), t("visits.delete_expired")));
}

/** The code: why no name, consent, and until when. */
function consentFields(now) {
  const consent = h("input", { type: "checkbox", id: "consent", "data-key": "consent", checked: now?.consent });
  const until = h("input", { type: "date", id: "keep-until", "data-key": "keep-until", value: now?.keep_until || "", max: "9999-12-31" });
  return {
    values: () => ({ consent: consent.checked, keep_until: until.value || null }),
    nodes: [
      h("div.form-row", {}, h("label.check", {}, consent, h("span", { text: t("visits.consent") })), h("p.hint", { text: t("visits.consent_means") })),
      h("div.form-row", {}, h("label.field-name", { for: "keep-until", text: t("visits.keep_until") }), until, h("p.hint", { text: t("visits.keep_until_means") }))],
  };
}

function addPatient() {
  const code = h("input", { type: "text", id: "patient-code", "data-key": "patient-code", maxlength: "40", required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-describedby": "code-why" });
  const { nodes, values } = consentFields();
  const error = h("p.error", { role: "alert", hidden: true });
  const box = dialog(t("visits.add"), h("form.visit-form", { onsubmit: async (event) => {
    event.preventDefault();
    try {
      const added = await ask("/store/patients", { method: "POST", body: { code: code.value.trim(), ...values() } });
      store = null;
      box.close();
      openPatient(added.code);
    } catch (fault) { error.textContent = fault.message || t("error.fault"); error.hidden = false; code.focus(); }
  } },
  h("div.form-row", {}, h("label.field-name", { for: "patient-code", text: t("visits.code") }), code, h("p.hint", { id: "code-why", text: t("visits.code_why") })),
  nodes, error, h("button.button.primary.big", { type: "submit", "data-key": "patient-add", text: t("visits.add") })), { closeLabel: t("act.close") });
  code.focus();
}

function editConsent() {
  const { nodes, values } = consentFields(patient);
  const error = h("p.error", { role: "alert", hidden: true });
  const box = dialog(patient.code, h("form.visit-form", { onsubmit: async (event) => {
    event.preventDefault();
    try {
      patient = await ask(`/store/patient?code=${encodeURIComponent(patient.code)}`, { method: "PUT", body: values() });
      box.close();
      show();
    } catch (fault) { error.textContent = fault.message || t("error.fault"); error.hidden = false; }
  } }, nodes, error, h("button.button.primary.big", { type: "submit", "data-key": "consent-save", text: t("visit.save") })), { closeLabel: t("act.close") });
}

// --- One patient ---

function onePatient() {
  const until = patient.keep_until ? t("visits.kept_until", { day: dayWords(patient.keep_until) }) : t("visits.kept_always");
  swap(place,
    h("header.detail-head", {},
      h("button.back", { type: "button", "data-key": "patients-back", onclick: back }, icon("back"), t("visits.patients")),
      h("h2", { tabindex: "-1", text: patient.code }),
      h("p.patient-facts", {}, h("span", { class: patient.expired ? "late" : "", text: `${t(patient.consent ? "visits.with_consent" : "visits.without_consent")} · ${until}` }), " ",
        h("button.link", { type: "button", "data-key": "consent-edit", "aria-haspopup": "dialog", text: t("list.edit"), onclick: editConsent }))),
    visits.length > 1 && h("div.segments", { role: "group", "aria-label": patient.code }, ["visits", "compare", "course"].map((name) =>
      h("button.segment", { type: "button", "data-key": `tab-${name}`, "aria-pressed": String(tab === name), text: t(`visits.tab_${name}`), onclick: () => { tab = name; if (name === "visits") clearShapes(); show(); } }))),
    h("div", { id: "patient-tab" }));
  const node = document.getElementById("patient-tab");
  if (tab === "compare" && visits.length > 1) showComparison(node, visits);
  else if (tab === "course" && visits.length > 1) showCourse(node, patient);
  else theVisits(node);
}

function theVisits(node) {
  const loose = !openVisit() && !isEmpty();
  const pick = h("div.segments", { role: "group", "aria-label": t("visit.who_draws") });
  const hands = () => swap(pick, ["patient", "therapist"].map((who) => h("button.segment", { type: "button", "data-key": `draws-${who}`, "aria-pressed": String(hand === who), text: t(`visit.hand_${who}`), onclick: () => { hand = who; hands(); } })));
  hands();
  const starter = (start, key, main = false) => h("button.button", { type: "button", class: main ? "primary" : "", "data-key": `start-${start}`, text: t(key), onclick: async () => {
    try { await begin(patient.code, { start, drawn_by: hand }); setMode("draw"); showPane("chart"); if (loose && start !== "drawing") toast(t("visits.put_aside")); } catch (error) { tell(error); }
  } });
  swap(node,
    h("section.start-visit", { "aria-label": t("visits.start") },
      h("h3", { text: t("visits.start") }),
      h("div.form-row", {}, h("span.field-name", { text: t("visit.who_draws") }), pick),
      h("div.start-buttons", {}, starter("empty", "visits.start_empty", !loose), visits.length > 0 && starter("last", "visits.start_last"), loose && starter("drawing", "visits.start_drawing", true))),
    visits.length > 0 && h("section", {}, h("h3", { text: t("visits.visits") }), h("ul.visit-list", {}, visits.map(row))),
    moreVisits && h("button.button", { type: "button", "data-key": "more-visits", text: t("visits.more"), onclick: async () => {
      const last = visits.at(-1);
      try {
        const page = await ask(`/store/visits?patient=${encodeURIComponent(patient.code)}&before=${last.date}:${last.id}`);
        [visits, moreVisits] = [[...visits, ...page.visits], page.more];
        show();
      } catch (error) { tell(error); }
    } }),
    h("section.block", {}, h("div.row", {},
      h("button.button", { type: "button", "data-key": "export-patient", onclick: () => exportOf([patient.code]) }, icon("download"), t("visits.export")),
      h("button.button.risky", { type: "button", "data-key": "delete-patient", onclick: () => sure(t("visits.delete_patient", { code: patient.code }), t(visits.length === 1 ? "visits.with_one" : "visits.with_visits", { n: patient.visits }), `/store/patient?code=${encodeURIComponent(patient.code)}`, back, openVisit()?.patient === patient.code) }, icon("trash"), t("visits.delete")))));
}

function row(visit) {
  const isOpen = openVisit()?.id === visit.id;
  return h("li.visit-row", { class: isOpen ? "open" : "" },
    h("button.visit-pick", { type: "button", "data-key": `visit-${visit.id}`, onclick: async () => {
      // Asked again at the click: the list may be older than what is open.
      try { if (openVisit()?.id !== visit.id) { const loose = !openVisit() && !isEmpty(); await reopen(visit.id); if (loose) toast(t("visits.put_aside")); } setMode("draw"); showPane("chart"); } catch (error) { tell(error); }
    } },
    h("b", { text: dayWords(visit.date) }), h("span.badge", { text: t(isOpen ? "visits.open_now" : `visit.hand_${visit.drawn_by}`) }),
    visit.note && h("small", { text: visit.note.split(/\s+/).join(" ").slice(0, 90) })),
    h("button.icon-button", { type: "button", "data-key": `delete-visit-${visit.id}`, "aria-label": t("visits.delete_visit", { day: dayWords(visit.date) }), title: t("visits.delete"),
      onclick: () => sure(t("visits.delete_visit", { day: dayWords(visit.date) }), t("visits.delete_visit_means"), `/store/visits/${visit.id}`, () => openPatient(patient.code), isOpen) }, icon("trash")));
}

/** Ask before what cannot be undone. */
function sure(title, what, address, after, closes = false) {
  const box = dialog(title, h("div.p-warning", {},
    what && h("p", { text: what }), h("p", { text: t("visits.for_good") }),
    h("div.sure-buttons", {},
      h("button.button", { type: "button", "data-key": "sure-no", text: t("visits.keep"), onclick: () => box.close() }),
      h("button.primary.danger", { type: "button", "data-key": "sure-yes", text: t("visits.delete_now"), onclick: async () => {
        try {
          if (closes) await closeVisit();
          await ask(address, { method: "DELETE" });
          toast(t("visits.deleted"));
        } catch (error) { tell(error); }
        box.close();
        store = null;
        emit("refresh");
        after();
      } }))), { closeLabel: t("act.close") });
  box.querySelector('[data-key="sure-no"]').focus();
}
