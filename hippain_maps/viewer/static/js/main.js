// Starts the page: words, chart, what the server kept; then every part takes care of itself.

import { ask, once } from "./api.js";
import { fly, startCamera, zoomBy } from "./camera.js";
import { drawCharts, takeChart } from "./chart.js";
import { startAtlas } from "./atlas.js";
import { closeDetail, detailOpen, startDetail } from "./detail.js";
import { fetchIcons, h, toast } from "./dom.js";
import { startFiles } from "./files.js";
import { startFlags } from "./flags.js";
import { LANGUAGES, speak, t } from "./i18n.js";
import { startLegend } from "./legend.js";
import { startMarkBar } from "./markbar.js";
import { startMarks, textures } from "./marks.js";
import { startModes } from "./modes.js";
import { hatches } from "./overlay.js";
import { resumePatient, startPatient } from "./patient.js";
import { resumeVisit, startOpenVisit } from "./openvisit.js";
import { startPen } from "./pen.js";
import { rankSoon, startRanking } from "./ranking.js";
import { startCursor } from "./regionlist.js";
import { startResults } from "./results.js";
import { fetchSources } from "./sources.js";
import { emit, isEmpty, load, on, redo, removeMarks, select, state, undo, VIEWS } from "./state.js";
import { pickTool, startTools } from "./tools.js";
import { startVisits } from "./visits.js";
import { restore, startWork, watchWork } from "./work.js";

const $ = (id) => document.getElementById(id);

async function start() {
  const [chart, patient] = await Promise.all([once("/chart"), ask("/patient").catch(() => ({ locked: false })), fetchIcons()]);
  takeChart(chart);
  const wanted = patient.locked ? patient.lang : navigator.language?.slice(0, 2);
  await speak(LANGUAGES[wanted] ? wanted : "en");
  const svg = $("chart");
  drawCharts(svg);
  svg.querySelector("defs").append(...textures(), ...hatches());
  startMarks();
  startFlags();
  startResults($("results"));
  startDetail($("detail"));
  startTools($("rail"), $("views"), $("status"));
  startMarkBar($("markbar"));
  startLegend($("legend"));
  startAtlas($("atlas"));
  startPatient($("patient"));
  startOpenVisit($("visit"));
  startVisits($("visits"));
  startModes();
  startFiles();
  startCamera(svg, $("labels"));
  startPen(svg);
  startCursor(svg);
  startRanking();
  emit("pointed", null);
  keys();
  if (patient.locked) await resumePatient(patient.lang, Boolean(patient.paired));
  else {
    fetchSources().catch(tell);
    // What is put back is ranked; where nothing can be, the questions still come.
    await restore().catch((error) => { tell(error); rankSoon(); });
    await resumeVisit().catch(tell);
  }
  startWork();
  if (!patient.paired) watchWork();
  document.body.classList.remove("starting");
  performance.mark("usable");
}

function tell(error) {
  toast(error.code === "no_server" ? t("error.no_server") : error.message || t("error.fault"));
}

/** Keys that work anywhere but in a text field or dialog. */
function keys() {
  addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z") { event.preventDefault(); (event.shiftKey ? redo : undo)(); return; }
    if (command && key === "y") { event.preventDefault(); redo(); return; }
    if (command || event.altKey) return;
    if (event.key === "Escape") {
      if (detailOpen()) closeDetail();
      else if (state.selected) select(null);
      else if (state.view) fly(null);
    } else if ((event.key === "Delete" || event.key === "Backspace") && state.selected) removeMarks([state.selected]);
    else if (event.target.id === "chart") {
      const tool = { b: "brush", o: "lasso", p: "spot", e: "eraser", s: "select" }[key];
      if (tool && state.mode === "draw") pickTool(tool);
      else if (key === "+" || key === "=") zoomBy(1.3);
      else if (key === "-") zoomBy(1 / 1.3);
      else if (key === "0") fly(null);
      else if (/^[1-7]$/.test(key)) fly(VIEWS[Number(key) - 1]);
    }
  });
}

on("newer", (drawing) => {
  const hadSome = !isEmpty();
  load(drawing, { undoable: hadSome, why: "restore" }); // Taken, not changed: a device that still draws is not closed.
  toast(t("kept.newer"), hadSome ? { label: t("act.undo"), run: undo } : null);
});
on("language", () => { document.title = "hippain maps"; });
start().catch((error) => {
  document.body.classList.remove("starting");
  document.body.replaceChildren(h("p.starting-note", { role: "alert", text: error.status === 401 ? error.message : t("error.start") || String(error) }));
  throw error;
});
