// Two visits on one chart (gone, new, remaining), and all visits on one (how often what hurt), with
// the numbers beside them. What is measured comes from the server.

import { ask } from "./api.js";
import { fly } from "./camera.js";
import { chart } from "./chart.js";
import { h, s, swap } from "./dom.js";
import { nameOf, percent, sideWord, t, viewTitle } from "./i18n.js";
import { dayWords } from "./openvisit.js";
import { sourceById } from "./sources.js";
import { state } from "./state.js";

let turn = 0;
const chosen = { before: null, after: null };

/** SVG patterns for gone and new pain: told apart without colour. */
export function startShapes() {
  const tile = (id, size, d) => s("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, s(`path.${id}`, { d }));
  document.querySelector("#chart defs")?.append(
    tile("hatch-gone", 2, "M-.2 .2l.4 -.4M0 2L2 0M1.8 2.2l.4 -.4"),
    tile("hatch-new", 1.3, "M-.2 .2l.4 -.4M0 1.3L1.3 0M1.1 1.5l.4 -.4M-.2 1.1l.4 .4M0 0L1.3 1.3M1.1 -.2l.4 .4"));
}

export function clearShapes() {
  turn++;
  for (const { layers } of chart.views.values()) layers.cursor.querySelector(".visit-shapes")?.remove();
}

function shapes(view, ...nodes) {
  chart.views.get(view)?.layers.cursor.append(s("g.visit-shapes", {}, nodes));
}

const fault = (node, error) => swap(node, h("p.error", { role: "alert", text: error.code === "no_server" ? t("error.no_server") : error.message || t("error.fault") }));
const number = (value, digits = 1) => value.toLocaleString(state.language, { maximumFractionDigits: digits, minimumFractionDigits: digits });
const signed = (value, digits = 1) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${number(Math.abs(value), digits)}`;
const name = (m) => nameOf(sourceById(m.source) || { name: m.name || m.source });

// --- Two visits ---

export async function showComparison(node, visits) {
  const ids = visits.map((v) => v.id);
  if (!ids.includes(chosen.before) || !ids.includes(chosen.after)) [chosen.after, chosen.before] = [ids[0], ids[1]];
  const choice = (which) => h("div.form-row", {}, h("label.field-name", { for: `cmp-${which}`, text: t(`compare.${which}`) }),
    h("select", { id: `cmp-${which}`, "data-key": `cmp-${which}`, onchange: (event) => { chosen[which] = Number(event.target.value); showComparison(node, visits); } },
      visits.map((v) => h("option", { value: v.id, selected: v.id === chosen[which], text: dated(v, visits) }))));
  swap(node, h("div.form-pair", {}, choice("before"), choice("after")), h("div", { id: "comparison", "aria-live": "polite" }));
  for (const which of ["before", "after"]) node.querySelector(`#cmp-${which}`).value = String(chosen[which]);
  clearShapes();
  const mine = turn, body = node.querySelector("#comparison");
  if (chosen.before === chosen.after) { swap(body, h("p.hint", { text: t("compare.same") })); return; }
  try {
    const found = await ask(`/store/comparison?before=${chosen.before}&after=${chosen.after}&lang=${state.language}`);
    if (mine !== turn) return;
    fly(null, false);
    paint(found);
    swap(body, facts(found));
  } catch (error) { if (mine === turn) fault(body, error); }
}

/** The date of a visit; visits of one day are told apart by their number. */
const dated = (v, visits) => dayWords(v.date) + (visits.filter((other) => other.date === v.date).length > 1 ? ` (${v.id})` : "");

function paint({ views }) {
  for (const [view, { gone, remaining, new: fresh, shift, from }] of Object.entries(views)) {
    const arrow = shift && Math.hypot(...shift) >= 1 && [`M${from[0]} ${from[1]}l${shift[0]} ${shift[1]}`, Math.atan2(shift[1], shift[0]), [from[0] + shift[0], from[1] + shift[1]]];
    const tip = arrow && [-2.6, 2.6].map((turned) => `M${arrow[2][0]} ${arrow[2][1]}l${1.7 * Math.cos(arrow[1] + turned)} ${1.7 * Math.sin(arrow[1] + turned)}`).join("");
    shapes(view,
      remaining && s("path.change-remaining", { d: remaining }),
      gone && s("path.change-gone", { d: gone }),
      fresh && s("path.change-new", { d: fresh }),
      arrow && [s("path.shift-halo", { d: arrow[0] + tip }), s("path.shift", { d: arrow[0] + tip })]);
  }
}

function facts(c) {
  const [was, is] = [c.before, c.after];
  const line = (key, before, after, by) => h("tr", {}, h("th", { scope: "row", text: t(key) }), h("td", { text: before }), h("td", { text: after }), h("td.by", { text: by }));
  const [i0, i1] = c.intensity;
  const far = Object.entries(c.shift_cm).map(([view, [x, y]]) => [view, Math.hypot(x, y)]).filter(([, d]) => d >= 0.5);
  return [
    h("ul.change-key", { "aria-label": t("compare.areas") }, ["gone", "remaining", "new"].map((kind) => h("li", {}, h(`span.change-swatch.${kind}`, { "aria-hidden": "true" }), h("span", { text: t(`compare.${kind}`) }), h("b", { text: `${number(c.areas_cm2[kind], 0)} cm²` })))),
    h("table.change-table", {}, h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col", text: t("compare.before") }), h("th", { scope: "col", text: t("compare.after") }), h("th.by", { scope: "col", text: t("compare.change") }))),
      h("tbody", {},
        line("compare.extent", `${number(was.extent_percent)} %`, `${number(is.extent_percent)} %`, signed(is.extent_percent - was.extent_percent)),
        line("compare.area", `${number(was.area_cm2, 0)} cm²`, `${number(is.area_cm2, 0)} cm²`, signed(is.area_cm2 - was.area_cm2, 0)),
        line("compare.intensity", i0 === null ? "–" : number(i0), i1 === null ? "–" : number(i1), i0 === null || i1 === null ? "" : signed(i1 - i0)))),
    c.jaccard !== null && h("p", {}, h("b", { text: t("compare.jaccard", { n: number(c.jaccard, 2) }) }), " ", t(c.within_redraw ? "compare.within" : "compare.beyond")),
    far.length > 0 && h("p", { text: t("compare.moved", { list: far.map(([view, d]) => `${viewTitle(view)} ${number(d)} cm`).join(", ") }) }),
    c.one_sided_views.length > 0 && h("p.hint", { text: t("compare.one_sided", { list: c.one_sided_views.map(viewTitle).join(", ") }) }),
    places(c.moved)];
}

function places(moved) {
  const told = moved.filter((m) => [m.before, m.after].some((p) => p && p.probability >= 0.01));
  if (!told.length) return h("p.hint", { text: t("compare.no_ranking") });
  const cell = (p) => (p ? `${p.rank}. · ${percent(p.probability)}` : "–");
  const list = (key, items) => items.length > 0 && h("section", {}, h("h3", { text: t(key) }), h("table.change-table", {},
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col", text: t("compare.before") }), h("th", { scope: "col", text: t("compare.after") }))),
    h("tbody", {}, items.map((m) => h("tr", {}, h("th", { scope: "row" }, `${name(m)} `, h("span.hint", { text: sideWord(m.side) })), h("td", { text: cell(m.before) }), h("td", { text: cell(m.after) }))))));
  return [
    list("results.candidates", told.filter((m) => m.kind === "muscle")),
    list("results.differential", told.filter((m) => m.kind !== "muscle")),
    h("p.hint", { text: t("compare.ranking_now") })];
}

// --- All visits ---

export async function showCourse(node, patient) {
  clearShapes();
  const mine = turn;
  swap(node, h("p.hint", { text: t("visits.loading") }));
  try {
    const found = await ask(`/store/course?patient=${encodeURIComponent(patient.code)}`);
    if (mine !== turn) return;
    fly(null, false);
    const most = Math.max(1, ...Object.values(found.composite).flat().map((l) => l.visits));
    for (const [view, levels] of Object.entries(found.composite)) shapes(view, levels.map((l) => s("path.level", { d: l.path, vars: { "--level": level(l.visits, most) } })));
    swap(node, course(found, most));
  } catch (error) { if (mine === turn) fault(node, error); }
}

const level = (n, most) => `${Math.round(30 + (most > 1 ? (n - 1) / (most - 1) : 1) * 62)}%`;

function course({ moments, left_out: left, composite }, most) {
  const counts = [...new Set(Object.values(composite).flat().map((l) => l.visits))].sort((a, b) => a - b);
  return [
    h("section", {}, h("h3", { text: t("course.composite") }), h("p.hint", { text: t("course.composite_means", { n: moments.length }) }),
      h("ul.level-key", {}, counts.map((n) => h("li", {}, h("span.level-swatch", { "aria-hidden": "true", vars: { "--level": level(n, most) } }), t(n === 1 ? "course.at_least_one" : "course.at_least", { n }))))),
    h("section", {}, h("h3", { text: t("course.trend") }),
      plot(moments, (m) => m.extent_percent, "extent", t("course.extent"), (v) => `${number(v)} %`),
      moments.some((m) => m.intensity !== null) && plot(moments, (m) => m.intensity, "strength", t("course.intensity"), (v) => number(v), 10)),
    h("details.citations", {}, h("summary", { text: t("course.table") }),
      h("table.change-table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col", text: t("visit.date") }), h("th", { scope: "col", text: t("course.extent") }), h("th", { scope: "col", text: t("course.intensity") }), h("th", { scope: "col", text: t("course.first") }))),
        h("tbody", {}, moments.map((m) => h("tr", {}, h("th", { scope: "row", text: dayWords(m.date) }), h("td", { text: `${number(m.extent_percent)} %` }), h("td", { text: m.intensity === null ? "–" : number(m.intensity) }),
          h("td", { text: m.first ? `${nameOf(sourceById(m.first.source) || { name: m.first.source })}, ${sideWord(m.first.side)}` : "–" })))))),
    left > 0 && h("p.hint", { text: t("course.left_out", { n: left }) }),
    h("p.hint", { text: t("course.redraw") })];
}

/** A line over the dates: the first and the last value are written, the rest can be read off. */
function plot(moments, value, kind, title, say, top = null) {
  const [wide, high, left, right, up, down] = [360, 132, 40, 54, 14, 22];
  const points = moments.map((m, i) => ({ v: value(m), day: Date.parse(m.date), i, date: m.date })).filter((p) => p.v !== null);
  const days = points.map((p) => p.day), [d0, d1] = [Math.min(...days), Math.max(...days)];
  const most = top ?? nice(Math.max(0.1, ...points.map((p) => p.v)));
  // Several visits of one day stand beside each other.
  const x = (p) => left + (d1 > d0 ? (p.day - d0) / (d1 - d0) : points.length > 1 ? points.indexOf(p) / (points.length - 1) : 0.5) * (wide - left - right);
  const y = (v) => up + (1 - v / most) * (high - up - down);
  const path = points.map((p, i) => `${i ? "L" : "M"}${x(p).toFixed(1)} ${y(p.v).toFixed(1)}`).join("");
  const last = points.at(-1), text = (cls, px, py, words, anchor = "start") => s(`text.${cls}`, { x: px, y: py, "text-anchor": anchor }, words);
  const said = `${title}: ${points.map((p) => `${dayWords(p.date)} ${say(p.v)}`).join("; ")}`;
  return h("figure.trend", {}, h("figcaption", { text: title }), s(`svg.trend-plot.${kind}`, { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": said },
    [0, most / 2, most].map((v) => [s("line.trend-grid", { x1: left, x2: wide - right, y1: y(v), y2: y(v) }), text("trend-tick", left - 6, y(v) + 4, say(v).replace(" %", ""), "end")]),
    s("path.trend-line", { d: path }), points.map((p) => s("circle.trend-dot", { cx: x(p), cy: y(p.v), r: 3.6 }, s("title", {}, `${dayWords(p.date)}: ${say(p.v)}`))),
    text("trend-last", x(last) + 9, y(last.v) + 4.5, say(last.v)),
    text("trend-tick", left, high - 5, dayWords(points[0].date, "short")),
    d1 > d0 && text("trend-tick", wide - right, high - 5, dayWords(last.date, "short"), "end")));
}

/** A round number at or above a value. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((m) => m * power).find((m) => m >= value);
}
