// The atlas: every source by name or synonym, what refers to a tapped place, and the quiz beside it.

import { once } from "./api.js";
import { chart } from "./chart.js";
import { openDetail } from "./detail.js";
import { h, icon, s, swap, toast } from "./dom.js";
import { areaName, nameOf, percent, sideWord, t } from "./i18n.js";
import { on, state } from "./state.js";
import { quiz } from "./quiz.js";
import { search, sourceById, sources } from "./sources.js";
import { showPane } from "./modes.js";

let place, query = "", where = null, kind = "all";

export function startAtlas(node) {
  place = node;
  for (const name of ["mode", "language", "refresh"]) on(name, show);
  on("region-tapped", ({ view, region }) => {
    if (state.mode === "atlas" && region) refersHere(view, region);
  });
  on("mode", () => { if (state.mode !== "atlas") clearPlace(); });
}

export const kinds = () => ["muscle", ...new Set(sources().map((x) => x.kind).filter((k) => k !== "muscle"))];

function show() {
  if ((state.mode !== "atlas" && state.mode !== "quiz") || state.patient) return;
  if (state.mode === "quiz") { quiz(place); return; }
  if (where) { showPlace(); return; }
  const input = h("input", { type: "search", id: "search", "data-key": "search", value: query, placeholder: t("atlas.search"), autocomplete: "off", spellcheck: "false", oninput: (event) => { query = event.target.value; list(); } });
  swap(place,
    h("h2.visually-hidden", { text: t("mode.atlas") }),
    h("label.search", {}, icon("search"), h("span.visually-hidden", { text: t("atlas.search") }), input),
    h("div.segments", { role: "group", "aria-label": t("atlas.kinds") }, ["all", "muscle", "other"].map((k) =>
      h("button.segment", { type: "button", "data-key": `kind-${k}`, "aria-pressed": String(kind === k), text: t(`atlas.${k}`), onclick: () => { kind = k; show(); } }))),
    h("p.hint", { text: t("atlas.tap") }),
    h("div", { id: "atlas-list" }));
  list();
}

function list() {
  const found = search(query).filter(({ source }) => kind === "all" || (kind === "muscle") === (source.kind === "muscle"));
  const groups = new Map();
  for (const one of found) groups.set(one.source.kind, [...(groups.get(one.source.kind) || []), one]);
  swap(document.getElementById("atlas-list"),
    h("p.hint", { role: "status", text: t("atlas.count", { n: found.length }) }),
    [...groups].map(([group, items]) => h("section", {}, h("h3", { text: t(`kind.${group}`) }), h("ul.source-list", {}, items.map(({ source, via }) =>
      h("li", {}, h("button.source-row", { type: "button", "data-key": `source-${source.id}`, onclick: () => openDetail(source.id, "left") },
        h("span", {}, h("b", { text: nameOf(source) }), via && via !== nameOf(source) && h("small", { text: via })),
        h(`span.sure.${source.confidence.replace(/\s/g, "_")}`, { text: t(`confidence.${source.confidence}`) }))))))));
}

async function refersHere(view, region) {
  const id = region.id.split(":")[1];
  clearPlace();
  for (const data of chart.views.values()) {
    const same = data.byId.get(region.id);
    if (same) data.layers.cursor.append(s("path.place", { d: same.path }));
  }
  try {
    where = { region, data: await once(`/places/${encodeURIComponent(id)}`) };
    showPane("panel");
    showPlace();
  } catch (error) { toast(error.message || t("error.fault")); }
}

function clearPlace() {
  where = null;
  for (const { layers } of chart.views.values()) for (const old of layers.cursor.querySelectorAll(".place")) old.remove();
}

function showPlace() {
  const { region, data } = where;
  const side = region.id.split(":")[0], other = side === "left" ? "right" : "left";
  swap(place,
    h("button.back", { type: "button", "data-key": "place-back", onclick: () => { clearPlace(); show(); } }, icon("back"), t("atlas.all_sources")),
    h("h2", { text: t("atlas.refers", { place: `${areaName(region.area)}, ${sideWord(side)}` }) }),
    h("p.hint", { text: data.name }),
    h("ul.source-list", {}, data.referrals.map((r) => h("li", {},
      h("button.source-row", { type: "button", onclick: () => openDetail(r.source, r.crossed ? other : side) },
        h("span", {}, h("b", { text: nameOf(sourceById(r.source) || r) }), h("small", { text: [t(`kind.${r.kind}`), ...(r.trigger_points || [])].join(" · ") + (r.crossed ? ` · ${t("atlas.crossed")}` : "") })),
        h("span.zone-word", {}, h(`span.key.${r.zone}`, { "aria-hidden": "true" }), r.frequency ? percent(r.frequency) : t(`zone.${r.zone}`)))))),
    !data.referrals.length && h("p", { text: t("atlas.none") }));
}
