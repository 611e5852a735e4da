// Keeps the unsaved drawing with the local server, never in the browser, and fetches it again.

import { ask } from "./api.js";
import { isDrawing } from "./pen.js";
import { emit, emptyDoc, load, on, state } from "./state.js";

let revision = 0, timer = 0, sending = null, again = false;

export function startWork() {
  on("doc", ({ why }) => { if (why !== "restore" && why !== "next" && !state.pressing) keepSoon(); });
  addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(true); } });
}

/** Put back what the server kept. */
export async function restore() {
  const kept = await ask("/work");
  revision = kept.revision || 0;
  load(kept.drawing || emptyDoc(), { why: "restore" });
  return kept;
}

function keepSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => keep(), 500);
  emit("kept", "soon");
}

/** Write at once what has not been written yet. */
export async function keepNow() {
  clearTimeout(timer);
  timer = 0;
  while (sending) await sending;
  await keep();
}

async function keep(leaving = false) {
  timer = 0;
  if (sending && !leaving) { again = true; return; }
  const put = ask("/work", { method: "PUT", body: { drawing: state.doc, revision }, keepalive: leaving });
  sending = put.then(
    (answer) => { revision = answer.revision; emit("kept", "yes"); },
    async (error) => {
      // Another window or device wrote in between: neither is overwritten unseen.
      if (error.status === 409) await meet();
      else if (error.status === 410) emit("closed");
      else emit("kept", "no");
    },
  ).finally(() => { sending = null; });
  await sending;
  if (again) { again = false; await keep(); }
}

/** Take note of a newer drawing that another window or the patient's device left with the server. */
async function meet() {
  const kept = await ask("/work").catch(() => null);
  if (!kept || kept.revision === revision) return;
  revision = kept.revision;
  if (!kept.drawing || JSON.stringify(kept.drawing) === JSON.stringify(state.doc)) return;
  emit("newer", kept.drawing);
}

/** Now and then look whether a drawing came in from elsewhere, as long as nothing waits here. */
export function watchWork() {
  setInterval(() => {
    if (!document.hidden && !state.patient && !state.pressing && !timer && !sending && !isDrawing()) meet();
  }, 4000);
}

/** Take note that the server changed what it keeps, as where a visit is opened or started. */
export async function caughtUp() {
  while (sending) await sending;
  revision = (await ask("/work")).revision || 0;
}

/** Forget what the server keeps. */
export async function forget() {
  clearTimeout(timer);
  timer = 0;
  while (sending) await sending;
  await ask("/work", { method: "DELETE" });
  revision = (await ask("/work")).revision || 0;
}
