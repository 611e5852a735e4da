// The results panel: red flags, then the candidates with what speaks for them, and what to ask next.

import { flagBlock, isFolded } from "./flags.js";
import { h, icon, swap } from "./dom.js";
import { nameOf, percent, sideLetter, sideWord, t } from "./i18n.js";
import { overlayKey, overlays, showOverlays } from "./overlay.js";
import { openDetail } from "./detail.js";
import { answer, answers, emit, marks, on, palpation, setFinding, state } from "./state.js";
import { chart, packOf } from "./chart.js";
import { sourceById } from "./sources.js";

let place, tab = "candidates", open = null;

export function startResults(node) {
  place = node;
  on("ranking", () => { followOverlays(); show(); announce(); });
  on("refresh", show);
  on("language", show);
  on("overlay", show);
  on("ranking-slow", (slow) => place.classList.toggle("slow", slow));
  on("doc", ({ why }) => { if (["new", "load", "restore"].includes(why)) { open = null; } });
}

const keyOf = (c) => `${c.source}:${c.side}`;
const displayName = (c) => nameOf(sourceById(c.source) || c);
const all = () => [...(state.ranking?.candidates || []), ...(state.ranking?.differential || [])];
const isShown = (c) => [overlays().first, overlays().second].some((o) => overlayKey(o) === keyOf(c));
const overlayOf = (c) => ({ source: c.source, side: c.side, points: c.trigger_points });

/** Lay a candidate's pattern over the drawing, or take it away. A pinned one stays as the first. */
export function toggleCandidate(c) {
  const { first, second } = overlays();
  const key = keyOf(c);
  if (first?.pinned && overlayKey(first) !== key) {
    const off = overlayKey(second) === key;
    open = off ? null : key;
    showOverlays(first, off ? null : overlayOf(c));
  } else if (first?.pinned) {
    open = open === key ? null : key;
    emit("refresh");
  } else {
    const off = overlayKey(first) === key;
    open = off ? null : key;
    showOverlays(off ? null : overlayOf(c));
  }
}

function pin(c) {
  const { first } = overlays();
  if (first?.pinned && overlayKey(first) === keyOf(c)) showOverlays(overlays().second);
  else showOverlays({ ...overlayOf(c), pinned: true }, null);
}

/** After a new ranking the trigger points of a shown candidate may be others. */
function followOverlays() {
  if (state.mode !== "draw") return;
  const { first, second } = overlays();
  const now = (o) => {
    const c = o && all().find((one) => keyOf(one) === overlayKey(o));
    return c ? { ...overlayOf(c), pinned: o.pinned } : o;
  };
  const [a, b] = [now(first), now(second)];
  if (JSON.stringify([a, b]) !== JSON.stringify([first, second])) showOverlays(a, b);
}

function announce() {
  const r = state.ranking, live = document.getElementById("summary");
  if (!r || state.patient) return;
  const alarm = r.red_flags?.find((f) => f.raised && f.urgency !== "routine");
  const first = r.candidates?.[0];
  const words = [alarm && `${t(`urgency.heading.${alarm.urgency}`)}: ${alarm.name}.`,
    first && !isFolded() ? t("results.summary", { name: displayName(first), side: sideWord(first.side), fit: t(`fit.${first.fit}`) }) : ""];
  const text = words.filter(Boolean).join(" ");
  if (live.textContent !== text) live.textContent = text;
}

function show() {
  if (state.mode !== "draw" || state.patient || state.pressing) return;
  const r = state.ranking;
  place.classList.toggle("folded", isFolded());
  swap(place,
    state.rankingError && h("p.error", { role: "alert", text: state.rankingError.code === "no_server" ? t("error.no_server") : state.rankingError.message || t("error.fault") }),
    r && flagBlock(),
    !isFolded() && (r && !r.empty ? ranking(r) : !state.rankingError && empty(r)));
}

function empty(r) {
  const outside = r?.drawing?.outside_cm2 > 0.5;
  return h("div.empty-results", {},
    h("h2", { text: t(outside ? "results.outside_only" : "results.nothing_yet") }),
    h("p", { text: t(marks().length ? "results.nothing_ranked" : "results.how") }),
    (r?.drawing?.notes || []).map((note) => h("p.hint", { text: note })));
}

function ranking(r) {
  const lists = { candidates: r.candidates, differential: r.differential };
  return [
    notes(r),
    h("div.lists", { "data-tab": tab },
      h("div.tabs", { role: "tablist", "aria-label": t("results.lists") }, Object.keys(lists).map((name) =>
        h("button.tab", { type: "button", role: "tab", id: `tab-${name}`, "data-key": `tab-${name}`, "aria-controls": `list-${name}`, "aria-selected": String(tab === name),
          tabindex: tab === name ? "0" : "-1", onclick: () => { tab = name; show(); },
          onkeydown: (e) => { if (e.key.startsWith("Arrow")) { tab = name === "candidates" ? "differential" : "candidates"; show(); document.getElementById(`tab-${tab}`).focus(); } } },
        t(`results.${name}`)))),
      Object.entries(lists).map(([name, list]) => h("div.list", { id: `list-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, "data-list": name },
        h("h2.list-title", { text: t(`results.${name}`) }),
        list.length ? h("ol.cards", {}, list.slice(0, 8).map(cardOf)) : h("p.hint", { text: t(`results.none_${name}`) }),
        list.length > 0 && h("p.none-of-these", {}, t("results.none_of_these"), " ", h("b", { text: percent(r.none_of_these[name]) }))))),
    combination(r), askNext(r), effects(r), drawingFacts(r),
  ];
}

function notes(r) {
  const close = r.undecided?.length > 1
    && h("p.note.close", {}, h("b", { text: t("results.too_close") }), " ", r.undecided.map((u) => `${nameOf(sourceById(u.source) || { name: u.source })} (${sideWord(u.side)})`).join(", "));
  const also = (r.also_drawn || []).slice(0, 3);
  const { area_cm2: area, outside_cm2: outside } = r.drawing;
  return [
    outside > area / 2 && h("p.note.mostly-outside", {}, t("results.mostly_outside", { outside: Math.round(outside), area: Math.round(area) })),
    close,
    (r.place_alone_cannot_decide || []).map((p) => h("p.note", {}, h("b", { text: t("results.place_alone") }), " ", p.says)),
    also.length > 0 && !close && h("p.note.quiet-note", {}, t("results.also_drawn"), " ", also.map((u) => `${nameOf(sourceById(u.source) || { name: u.source })} (${sideWord(u.side)})`).join(", ")),
  ];
}

const sideBadge = (side) => h(`span.side-badge.${side}`, { title: sideWord(side) }, h("b", { text: sideLetter(side), "aria-hidden": "true" }), h("span", { text: sideWord(side) }));

function bar(label, value, kind) {
  if (value === null || value === undefined) return null;
  return h(`div.bar.${kind}`, {}, h("span.bar-name", { text: label }),
    h("span.bar-track", { "aria-hidden": "true" }, h("span.bar-fill", { vars: { "--value": `${Math.round(value * 100)}%` } })),
    h("span.bar-value", { text: percent(value) }));
}

function cardOf(c) {
  const key = keyOf(c), isOpen = open === key, shown = isShown(c);
  const { first, second } = overlays();
  const pinned = first?.pinned && overlayKey(first) === key;
  const which = overlayKey(second) === key ? "second" : "first";
  return h(`li.card.fit-${c.fit}`, { class: `${isOpen ? "open" : ""} ${shown ? `shown ${which}` : ""}` },
    h("button.card-head", { type: "button", "data-key": `card-${key}`, "aria-expanded": String(isOpen), "aria-pressed": String(shown), onclick: () => toggleCandidate(c) },
      h("span.rank", { text: c.rank, "aria-label": t("results.rank", { n: c.rank }) }),
      h("span.card-name", {}, displayName(c), pinned && h("span.pin-mark", { title: t("results.pinned") }, icon("pin"))),
      sideBadge(c.side),
      h(`span.fit.${c.fit}`, { text: t(`fit.${c.fit}`) })),
    h("div.card-bars", {}, bar(t("results.explains"), c.explained, "explains"), bar(t("results.essential"), c.essential_drawn, "essential")),
    isOpen && more(c, pinned));
}

function more(c, pinned) {
  const r = c.reasons || {};
  const words = (list, say) => (list || []).slice(0, 3).map(say).join("; ");
  const drawn = (a) => t("results.share_drawn", { name: a.name, share: percent(a.drawn) });
  const extra = (a) => t("results.area_drawn", { name: a.name, area: a.skin_cm2 < 1 ? "< 1" : Math.round(a.skin_cm2) });
  return h("div.card-more", {},
    h("p.share-line", {}, h("b", { text: percent(c.probability) }), " ", t("results.share_of_list"),
      h("span.hint", { text: ` ${t("results.share_means")}` })),
    c.points?.length > 0 && h("p", {}, h("b", { text: t("results.trigger_points") }), " ", c.points.map((p) => p.name).join("; ")),
    packOf(c.source) && h("p.hint", { text: t("results.pack", { name: packOf(c.source).name }) }),
    r.explained?.length > 0 && h("p", {}, h("b", { text: t("results.speaks") }), " ", words(r.explained, drawn)),
    r.missing?.length > 0 && h("p", {}, h("b", { text: t("results.missing") }), " ", words(r.missing, drawn)),
    r.unexplained?.length > 0 && h("p", {}, h("b", { text: t("results.unexplained") }), " ", words(r.unexplained, extra)),
    r.unseen?.length > 0 && h("p", {}, h("b", { text: t("results.unseen") }), " ", words(r.unseen, (name) => name)),
    c.kind === "muscle" && c.points?.length > 0 && palpationRows(c),
    h("div.card-actions", {},
      h("button.button", { type: "button", "data-key": `pin-${keyOf(c)}`, "aria-pressed": String(Boolean(pinned)), onclick: () => pin(c) }, icon("pin"), t(pinned ? "results.unpin" : "results.pin")),
      h("button.button.primary", { type: "button", "data-key": `detail-${keyOf(c)}`, onclick: () => openDetail(c.source, c.side, c) }, t("results.detail"))),
    pinned && !overlays().second && h("p.hint", { text: t("results.tap_to_compare") }));
}

/** Rows to note what palpation found, one for each trigger point. */
export function palpationRows(c) {
  return h("div.palpation", {}, h("h3", { text: t("palpation.title") }), c.points.map((p) => {
    const id = `${c.side}:${c.source}:${p.id}`, now = palpation()[id];
    return h("div.finding", { role: "group", "aria-label": p.name }, h("span.finding-name", { text: p.name }),
      h("div.segments", {}, ["familiar", "found", "not_found"].map((value) =>
        h("button.segment", { type: "button", "data-key": `find-${id}-${value}`, "aria-pressed": String(now === value), text: t(`palpation.${value}`), title: t(`palpation.${value}_means`),
          onclick: () => setFinding(id, now === value ? null : value) }))));
  }));
}

function combination(r) {
  const parts = r.combination?.sources || [];
  if (parts.length < 2) return null;
  return h("section.block", {}, h("h2", { text: t("results.combination") }),
    h("p", {}, t("results.together", { share: percent(r.combination.explained) })),
    h("ul.parts", {}, parts.map((p, i) => h("li", {},
      h("button.link", { type: "button", onclick: () => openDetail(p.source, p.side) }, nameOf(sourceById(p.source) || { name: p.source })), " ", `(${sideWord(p.side)})`, " ",
      t(i ? "results.adds" : "results.explains_verb"), " ", (p.adds || []).slice(0, 3).map((a) => a.name).join(", ") || t("results.nothing_own")))));
}

function askNext(r) {
  if (!r.ask_next?.length) return null;
  return h("section.block.ask-next", {}, h("h2", { text: t("ask.title") }), h("ul.questions", {}, r.ask_next.map((q) => {
    const names = (ids) => ids.slice(0, 4).map((id) => nameOf(sourceById(id) || { name: id })).join(", ") + (ids.length > 4 ? " …" : "");
    const examine = ["limited", "sign", "palpate"].includes(q.topic);
    return h("li.question", {},
      h("span.topic", { text: t(q.topic === "palpate" ? "ask.palpate" : examine ? "ask.examine" : "ask.ask") }),
      h("p.question-text", { text: q.text }),
      h("p.hint", {}, q.sources.length > 0 && t("ask.speaks_for", { names: names(q.sources) }), q.against?.length > 0 && ` ${t("ask.speaks_against", { names: names(q.against) })}`),
      q.clue ? yesNo(q.clue) : q.palpation ? findingButtons(q.palpation)
        : h("button.link", { type: "button", text: t("ask.where"), onclick: () => { const c = all().find((x) => x.source === q.sources[0] && q.text.includes(x.side)); openDetail(q.sources[0], c?.side || "left", c); } }));
  })));
}

function findingButtons(id) {
  return h("div.answers", {}, ["familiar", "found", "not_found"].map((value) =>
    h("button.answer", { type: "button", "data-key": `ask-${value}`, text: t(`palpation.${value}`), onclick: () => setFinding(id, value) })));
}

export function yesNo(id) {
  const now = answers()[id];
  return h("div.answers", {}, ["yes", "no"].map((value) => h(`button.answer.${value}`, { type: "button", "data-key": `clue-${id}-${value}`, "aria-pressed": String(now === value),
    text: t(`answer.${value}`), onclick: () => answer(id, now === value ? "not_asked" : value) })));
}

/** What the answers did, each with a way back. */
/** What an answer moved, those on the screen first, in their order. */
function listedFirst(moved, r) {
  const order = [...r.candidates, ...r.differential].map((c) => c.source);
  const place = (m) => (order.includes(m.source) ? order.indexOf(m.source) : order.length);
  return [...moved].sort((a, b) => place(a) - place(b));
}

function effects(r) {
  const findings = r.palpation || [];
  if (!r.clues?.length && !findings.length) return null;
  const by = (factor) => (factor >= 1.05 ? t("effects.up", { n: factor.toFixed(1) }) : factor <= 0.95 ? t("effects.down", { n: (1 / factor).toFixed(1) }) : t("effects.same"));
  return h("section.block", {}, h("h2", { text: t("effects.title") }), h("ul.effects", {},
    r.clues.map((c) => ({ ...c, moved: listedFirst(c.moved, r) })).map((c) => h("li", {}, h("div.effect-head", {}, h("b", { text: c.says }), " ", t(`answer.${c.answer}`),
      c.from === "drawing" ? h("span.hint", { text: ` (${t("effects.from_drawing")})` })
        : h("button.link", { type: "button", text: t("flags.take_back"), onclick: () => answer(c.id, "not_asked") })),
      c.moved.length > 0 && h("p.hint", { text: c.moved.slice(0, 5).map((m) => `${nameOf(sourceById(m.source) || { name: m.source })} ${by(m.factor)}`).join(", ") + (c.moved.length > 5 ? ` … (${c.moved.length})` : "") }))),
    findings.map((f) => {
      const [side, source, point] = f.id.split(":");
      const found = sourceById(source), name = found?.trigger_points.find((p) => p.id === point)?.name || point;
      return h("li", {}, h("div.effect-head", {}, h("b", { text: `${nameOf(found || { name: source })} (${sideWord(side)}), ${name}` }), " ", t(`palpation.${f.finding}`),
        h("button.link", { type: "button", text: t("flags.take_back"), onclick: () => setFinding(f.id, null) })),
        h("p.hint", { text: by(f.factor) }));
    })));
}

function drawingFacts({ drawing: d, relations }) {
  return [
    relations?.length > 0 && h("section.block", {}, h("h2", { text: t("results.relations") }), relations.slice(0, 3).map((r) => h("p.relation", {}, h("b", { text: r.between.map((id) => nameOf(sourceById(id) || { name: id })).join(" · ") }), h("br"), r.says))),
    h("p.facts.hint", {}, t("results.facts", { area: Math.round(d.area_cm2), share: d.extent_percent.toFixed(1) }),
      d.outside_cm2 > 0.5 && ` ${t("results.outside", { area: Math.round(d.outside_cm2) })}`, (d.notes || []).map((n) => ` ${n}.`)),
    h("p.facts.hint.provenance", {}, t("results.atlas", { version: chart.atlas }),
      chart.packs.length > 0 && ` ${t("results.packs", { names: chart.packs.map((p) => `${p.name} ${p.version}`).join(", ") })}`),
  ];
}
