// Open, save, download, begin anew. Files go through the server's check before they are shown.

import { ask, download, give } from "./api.js";
import { dialog, h, icon, swap, toast } from "./dom.js";
import { t } from "./i18n.js";
import { languageMenu } from "./modes.js";
import { reports } from "./openvisit.js";
import { hideOverlays } from "./overlay.js";
import { closeDetail } from "./detail.js";
import { askForPatient } from "./patient.js";
import { emit, emptyDoc, isEmpty, load, on, state, undo } from "./state.js";
import { forget } from "./work.js";

const $ = (id) => document.getElementById(id);
let kept = "yes";

export function startFiles() {
  on("language", show);
  on("kept", (how) => { kept = how; showKept(); });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files || [];
    if (file && !state.patient) open(file);
  });
  show();
}

function show() {
  swap($("bar-acts"),
    h("span.kept", { id: "kept", role: "status" }),
    languageMenu(),
    h("button.button", { type: "button", "data-key": "files", "aria-haspopup": "dialog", onclick: menu }, icon("file"), h("span.wide-only", { text: t("files.title") })),
    h("button.button.primary", { type: "button", "data-key": "patient", "aria-haspopup": "dialog", onclick: askForPatient }, icon("person"), h("span.wide-only", { text: t("patient.title") })));
  showKept();
}

function showKept() {
  const node = $("kept");
  if (!node) return;
  node.textContent = kept === "no" ? t("kept.no") : kept === "soon" ? "" : isEmpty() ? "" : t("kept.yes");
  node.classList.toggle("bad", kept === "no");
}

function menu() {
  const row = (name, key, run, off = false) => h("button.menu-row", { type: "button", disabled: off, onclick: () => { box.close(); run(); } }, icon(name), h("span", {}, h("b", { text: t(key) }), h("small", { text: t(`${key}_means`) })));
  const nothing = isEmpty(), unranked = !state.ranking || state.ranking.empty;
  const input = h("input.visually-hidden", { type: "file", id: "open-file", accept: ".geojson,.json,application/geo+json,application/json", tabindex: "-1", "aria-label": t("files.open"),
    onchange: () => { const [file] = input.files; box.close(); if (file) open(file); } });
  const box = dialog(t("files.title"), h("div.menu", {},
    input,
    h("button.menu-row", { type: "button", onclick: () => input.click() }, icon("file"), h("span", {}, h("b", { text: t("files.open") }), h("small", { text: t("files.open_means") }))),
    row("download", "files.save", save, nothing),
    row("download", "files.ranking", saveRanking, unranked),
    row("print", "report.title", reports, nothing),
    h("div.menu-formats", { role: "group", "aria-label": t("files.figure") }, h("span", {}, icon("download"), h("b", { text: t("files.figure") })),
      ["png", "svg", "pdf"].map((f) => h("button.button", { type: "button", disabled: unranked, onclick: () => { box.close(); figure(f); } }, f.toUpperCase()))),
    h("div.menu-formats.narrow-only", {}, h("span", { text: t("language") }), languageMenu()),
    row("file", "files.aside", showAside),
    row("clear", "files.new", begin, nothing),
    row("trash", "files.forget", forgetAll, nothing && !state.past.length)), { closeLabel: t("act.close") });
}

const stamp = () => new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "");

async function open(file) {
  if (file.size > 5_000_000) { toast(t("files.too_large")); return; }
  try {
    const answer = await ask("/check", { method: "POST", body: await file.text() });
    closeDetail();
    hideOverlays();
    const hadSome = !isEmpty();
    load(answer.drawing, { undoable: hadSome, why: "load" });
    const notes = answer.notes?.length ? ` ${answer.notes.join(" ")}` : "";
    toast(t("files.opened", { name: file.name }) + notes, hadSome ? { label: t("act.undo"), run: undo } : null);
  } catch (error) {
    toast(t("files.refused", { name: file.name, why: error.message || t("error.fault") }));
  }
}

function save() {
  give(new Blob([JSON.stringify(state.doc, null, 1)], { type: "application/geo+json" }), `drawing_${stamp()}.geojson`);
}

async function saveRanking() {
  try { await download(`/rank?lang=${state.language}`, `ranking_${stamp()}.json`, { method: "POST", body: state.doc }); }
  catch (error) { toast(error.message || t("error.fault")); }
}

async function figure(format) {
  try { await download(`/figure?format=${format}&theme=print`, `ranking_${stamp()}.${format}`, { method: "POST", body: state.doc }); }
  catch (error) { toast(error.message || t("error.fault")); }
}

/** The drawings that patient mode put aside. */
async function showAside() {
  let kept;
  try { kept = (await ask("/work/aside")).drawings || []; } catch (error) { toast(error.message || t("error.fault")); return; }
  const box = dialog(t("files.aside"), h("div.menu", {},
    kept.map(({ drawing, saved }) => h("button.menu-row", { type: "button", onclick: () => { box.close(); closeDetail(); hideOverlays(); load(drawing, { undoable: !isEmpty(), why: "load" }); } }, icon("file"),
      h("span", {}, h("b", { text: t("files.marks", { n: drawing?.features?.length || 0 }) }), h("small", { text: saved ? new Date(saved).toLocaleString(state.language) : "" })))),
    kept.length ? h("button.button", { type: "button", text: t("files.aside_forget"), onclick: async () => { box.close(); try { await ask("/work/aside", { method: "DELETE" }); toast(t("files.aside_forgotten")); } catch (error) { toast(error.message || t("error.fault")); } } }) : h("p.hint", { text: t("files.aside_none") })), { closeLabel: t("act.close") });
}

/** Begin with an empty drawing; undo brings the old one back until the page is closed. */
function begin() {
  closeDetail();
  hideOverlays();
  load(emptyDoc(), { undoable: true, why: "new" });
  toast(t("files.begun"), { label: t("act.undo"), run: undo });
}

/** Clear everything that the page and the server hold. */
async function forgetAll() {
  closeDetail();
  hideOverlays();
  emit("forget");
  load(emptyDoc(), { why: "restore" });
  state.ranking = null;
  try { await forget(); await ask("/work/aside", { method: "DELETE" }).catch(() => {}); toast(t("files.forgotten")); } catch (error) { toast(error.message || t("error.fault")); }
  load(emptyDoc(), { why: "restore" });
}
