// Asks the server for the ranking after each change; the newest answer wins, the old one stays on
// the page until the new one is there. What takes longer (what to ask next, combinations) follows.

import { ask } from "./api.js";
import { emit, on, state } from "./state.js";

let running = null, waiting = false;

/** Tell those who wait for the results, screen readers among them, that new ones are coming. */
const busy = (yes) => document.getElementById("results").setAttribute("aria-busy", String(yes));

export function startRanking() {
  on("doc", ({ why }) => { if (why !== "about" && why !== "next") rankSoon(); });
  on("language", () => { if (state.ranking) rankSoon(); });
  on("patient", () => { running?.abort(); if (!state.patient) rankSoon(); });
}

/** Rank at the end of this task, so that several changes at once are one request. */
export function rankSoon() {
  if (state.patient || state.pressing || waiting) return;
  waiting = true;
  busy(true);
  queueMicrotask(() => { waiting = false; rankNow(); });
}

/** Give each candidate its reasons, which come apart from the ranking. */
function withReasons(ranking) {
  const told = (list) => list?.map((c) => ({ ...c, reasons: ranking.reasons[`${c.source}:${c.side}`] }));
  return { ...ranking, candidates: told(ranking.candidates), differential: told(ranking.differential) };
}

async function rankNow() {
  running?.abort();
  const mine = (running = new AbortController());
  const began = performance.now();
  const slow = setTimeout(() => emit("ranking-slow", true), 400);
  const request = (parts) => ask(`/rank?top=8&lang=${state.language}&parts=${parts}`, { method: "POST", body: state.doc, signal: mine.signal });
  try {
    const ranking = await request("ranking");
    if (mine.signal.aborted) return;
    // Until the second answer the page keeps what it showed of that part.
    const { ask_next = [], combination = null, reasons = {} } = ranking.empty ? {} : state.ranking || {};
    state.ranking = withReasons({ ask_next, combination, reasons, ...ranking });
    state.rankingError = null;
    emit("ranking", { took: performance.now() - began });
    performance.measure("rank", { start: began, end: performance.now() });
    if (ranking.empty || ranking.ask_next) return;
    // A hand that goes on drawing comes first: the slow part waits for a pause.
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (mine.signal.aborted) return;
    const more = await request("more");
    if (mine.signal.aborted) return;
    state.ranking = withReasons({ ...state.ranking, ...more });
    emit("refresh");
    emit("ranking-more");
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.status === 429) { setTimeout(() => { if (running === mine) rankSoon(); }, 600); return; }
    state.rankingError = error;
    emit("refresh");
  } finally {
    clearTimeout(slow);
    if (running === mine) {
      busy(false);
      emit("ranking-slow", false);
    }
  }
}
