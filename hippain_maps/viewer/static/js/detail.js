// Everything about one source, in the panel beside the chart, with its pattern on the chart.

import { download, once } from "./api.js";
import { packOf } from "./chart.js";
import { h, icon, swap, toast } from "./dom.js";
import { nameOf, percent, sideWord, t } from "./i18n.js";
import { overlayKey, overlays, showOverlays } from "./overlay.js";
import { emit, on, state } from "./state.js";
import { palpationRows, yesNo } from "./results.js";
import { sourceById } from "./sources.js";

let place, current = null, before = null, turn = 0;

export function startDetail(node) {
  place = node;
  for (const name of ["ranking", "ranking-more"]) on(name, () => { if (current) refresh(); });
  on("language", () => { if (current) openDetail(current.id, current.side, current.candidate, current.points); });
  on("doc", ({ why }) => { if (current && ["palpation", "answer", "undo"].includes(why)) refresh(); });
}
export const detailOpen = () => Boolean(current);

/** Open a source; `candidate` brings the reasons of the ranking along. */
export async function openDetail(id, side = "left", candidate = null, points = null) {
  const mine = ++turn;
  if (!current) before = document.activeElement;
  current = { id, side, candidate, points };
  document.body.classList.add("detail-open");
  const shown = overlays();
  const chosen = points || candidate?.trigger_points || [];
  const key = `${id}:${side}`;
  if (state.mode === "atlas" || ![shown.first, shown.second].some((o) => overlayKey(o) === key)) {
    if (shown.first?.pinned && state.mode === "draw") showOverlays(shown.first, { source: id, side, points: chosen });
    else showOverlays({ source: id, side, points: chosen });
  }
  place.hidden = false;
  place.setAttribute("aria-busy", "true");
  try {
    const source = await once(`/sources/${encodeURIComponent(id)}?lang=${state.language}`);
    if (mine !== turn) return;
    current.source = source;
    draw(true);
  } catch (error) {
    toast(error.message || t("error.fault"));
    closeDetail();
  }
}

export function closeDetail() {
  if (!current) return;
  current = null;
  turn++;
  document.body.classList.remove("detail-open");
  place.hidden = true;
  place.replaceChildren();
  if (before?.isConnected) before.focus({ preventScroll: true });
  emit("detail-closed");
}

function refresh() {
  if (!current.source) return;
  const { id, side } = current;
  if (current.candidate) {
    current.candidate = [...(state.ranking?.candidates || []), ...(state.ranking?.differential || [])].find((c) => c.source === id && c.side === side) || current.candidate;
  }
  draw(false);
}

function draw(fresh) {
  const { source, side, candidate, points } = current;
  const atlas = state.mode === "atlas";
  place.removeAttribute("aria-busy");
  swap(place,
    h("header.detail-head", {},
      h("button.back", { type: "button", "data-key": "detail-back", onclick: closeDetail }, icon("back"), t("detail.back")),
      h("h2", { id: "detail-title", tabindex: "-1" }, nameOf(source)),
      h("p.kind", {}, t(`kind.${source.kind}`), source.name !== nameOf(source) && ` · ${source.name}`, packOf(source.id) && ` · ${t("results.pack", { name: packOf(source.id).name })}`),
      h("div.segments.side-choice", { role: "group", "aria-label": t("detail.side") }, ["left", "right"].map((one) =>
        h("button.segment", { type: "button", "data-key": `side-${one}`, "aria-pressed": String(one === side), text: sideWord(one),
          onclick: () => { const c = (state.ranking?.candidates || []).find((x) => x.source === source.id && x.side === one); openDetail(source.id, one, atlas ? null : c, points); } })))),
    state.language !== "en" && h("p.hint", { text: t("detail.english_only") }),
    h("p.summary", { lang: "en", text: source.summary }),
    candidate && reasons(candidate),
    pointList(source, side, points),
    candidate && candidate.points?.length > 0 && palpationRows(candidate),
    clues(source),
    statements(source),
    source.frequencies && frequencies(source.frequencies),
    source.core?.length > 0 && section("detail.core", h("p", { text: words(source.core) })),
    source.relations?.length > 0 && section("detail.relations", source.relations.map((r) => h("p.relation", {}, h("b", { text: nameOf(sourceById(r.other) || r) }), h("br"), r.says))),
    source.limits?.length > 0 && section("detail.limits", list(source.limits)),
    confidence(source),
    downloads(source, side));
  if (fresh) { place.scrollTop = 0; document.getElementById("detail-title").focus({ preventScroll: true }); }
}

const words = (value) => (Array.isArray(value) ? value.map((v) => v.name || v.region || v).join(", ") : Object.values(value || {}).flat().join(", "));
const section = (key, ...children) => h("section.block", {}, h("h3", { text: t(key) }), children);
const list = (items) => h("ul", {}, items.map((item) => h("li", { text: item })));
const sure = (e) => e?.confidence && h(`span.sure.${e.confidence.replace(/\s/g, "_")}`, { text: t(`confidence.${e.confidence}`) });
const keys = (e) => (e?.citations?.length ? h("span.cites", { text: ` ${e.citations.join(", ")}` }) : null);

function reasons(c) {
  const r = c.reasons || {};
  const rows = (items) => h("ul.reasons", {}, items.map((a) => h("li", {}, h("span", { text: a.name || a }), a.drawn !== undefined && h("b", { text: percent(a.drawn) }))));
  const part = (key, items) => items?.length > 0 && [h("h4", { text: t(key) }), rows(items)];
  return h("section.block.reasons-block", {}, h("h3", { text: t("detail.why") }),
    h("p", {}, t("detail.numbers", { share: percent(c.probability), explained: percent(c.explained), essential: c.essential_drawn === null ? "–" : percent(c.essential_drawn) })),
    part("results.speaks", r.explained), part("results.missing", r.missing), part("results.unexplained", r.unexplained), part("results.unseen", r.unseen));
}

function pointList(source, side, points) {
  const muscle = source.kind === "muscle";
  const several = muscle && source.trigger_points.length > 1;
  return h("section.block", {}, h("h3", { text: t(muscle ? "detail.trigger_points" : "detail.territory") }),
    several && h("p.hint", { text: t("detail.show_one") }),
    source.trigger_points.map((p) => h("article.point", {},
      muscle && h("h4", {}, several
        ? h("button.point-toggle", { type: "button", "data-key": `point-${p.id}`, "aria-pressed": String(Boolean(points?.includes(p.id) && points.length === 1)), onclick: () => {
          const only = points?.length === 1 && points[0] === p.id ? null : [p.id];
          openDetail(source.id, side, current.candidate, only);
          showOverlays({ source: source.id, side, points: only || [] });
        } }, h("span.x-mark", { text: "✕", "aria-hidden": "true" }), p.name) : [h("span.x-mark", { text: "✕", "aria-hidden": "true" }), p.name], sure(p.spot)),
      p.find && h("p", {}, h("b", { text: t("detail.find") }), " ", p.find, keys(p.spot)),
      (p.cautions || []).map((c) => h("p.caution", {}, h("b", { text: t("detail.caution") }), " ", c)),
      ["essential", "spillover", "rare"].map((z) => (p.zones?.[z]?.length || Object.keys(p.zones?.[z] || {}).length) ? h("p.zone", {}, h(`span.key.${z}`, { "aria-hidden": "true" }), h("b", { text: t(`zone.${z}`) }), " ", words(p.zones[z])) : null),
      p.note && h("p.hint", { text: p.note }))));
}

function clues(source) {
  if (!source.clues?.length) return null;
  const part = (favours) => {
    const items = source.clues.filter((c) => c.favours === favours);
    return items.length > 0 && [h("h4", { text: t(favours ? "detail.for" : "detail.against") }), h("ul.clue-list", {}, items.map((c) => h("li", {},
      h("div", {}, h("span.topic", { text: t(`topic.${c.topic}`) }), " ", c.says || c.text, " ", sure(c),
        c.ratio_yes && h("span.hint", { text: ` ${t("detail.ratio", { yes: c.ratio_yes, no: c.ratio_no ?? "–" })}` })),
      state.mode === "draw" && !c.seen && yesNo(c.id))))];
  };
  return section("detail.clues", part(true), part(false));
}

function statements(source) {
  return ["quality", "mimics", "coexists_with", "causes"].map((name) => {
    const s = source[name];
    const items = Array.isArray(s) ? s : s?.items;
    return items?.length > 0 && h("section.block", {}, h("h3", {}, t(`detail.${name}`), " ", sure(s)), list(items));
  });
}

function frequencies(f) {
  return section("detail.frequencies", h("p.hint", { text: f.population }),
    h("ul.reasons", {}, f.groups.map((g) => h("li", {}, h("span", { text: g.name || g.group.replaceAll("_", " ") }), h("b", { text: percent(g.share) })))));
}

function confidence(source) {
  const reviewed = source.reviewed_by?.length ? t("detail.reviewed", { names: source.reviewed_by.join(", ") }) : t("detail.unreviewed");
  return section("detail.sources", h("p", {}, t("detail.pattern_is"), " ", h("b", { text: t(`confidence.${source.confidence?.confidence || source.confidence}`) }), ". ", reviewed),
    h("details.citations", {}, h("summary", { text: t("detail.citations", { n: source.citations?.length || 0 }) }), h("dl", {}, (source.citations || []).map((c) => [
      h("dt", { text: c.key }), h("dd", {}, c.what, c.address && h("span.address", { text: ` ${c.address}` }))]))));
}

function downloads(source, side) {
  const get = async (format) => {
    try { await download(`/sources/${encodeURIComponent(source.id)}/figure?side=${side}&format=${format}&theme=print&labels=${state.language}`, `${source.id}_${side}.${format}`); }
    catch (error) { toast(error.message || t("error.fault")); }
  };
  return section("detail.figure", h("div.row", {}, ["png", "svg", "pdf"].map((f) => h("button.button", { type: "button", onclick: () => get(f) }, icon("download"), f.toUpperCase()))));
}
