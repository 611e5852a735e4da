// A quiz for students: which muscle makes this pattern, and which pattern is this muscle's.

import { h, swap } from "./dom.js";
import { nameOf, sideWord, t, viewTitle } from "./i18n.js";
import { fetchPattern, hideOverlays, miniature, showOverlays } from "./overlay.js";
import { sources, teachingSets } from "./sources.js";
import { openDetail } from "./detail.js";
import { state } from "./state.js";

const game = { kind: "name", set: "muscles", now: null, right: 0, asked: 0, turn: 0 };
let place;

export function quiz(node) {
  place = node;
  if (!game.now) next(); else show();
}

const pool = () => {
  const set = teachingSets().find((x) => x.id === game.set);
  const muscles = sources().filter((x) => x.kind === "muscle");
  return set && set.sources.length >= 4 ? sources().filter((x) => set.sources.includes(x.id)) : muscles;
};

function shuffled(list) {
  const a = [...list];
  for (let i = a.length - 1; i > 0; i--) { const j = Math.floor(Math.random() * (i + 1)); [a[i], a[j]] = [a[j], a[i]]; }
  return a;
}

async function next() {
  const turn = ++game.turn, from = pool();
  if (from.length < 4) return;
  const others = from.filter((x) => x.id !== game.now?.answer.id);
  const answer = shuffled(others)[0];
  const side = Math.random() < 0.5 ? "left" : "right";
  const options = shuffled([answer, ...shuffled(from.filter((x) => x !== answer)).slice(0, 3)]);
  // One trigger point at a time, where there are several: that is what one meets.
  const pointOf = (x) => (x.trigger_points.length ? [shuffled(x.trigger_points)[0].id] : []);
  game.now = { answer, side, options, points: pointOf(answer), chosen: null, patterns: null };
  if (game.kind === "name") {
    showOverlays({ source: answer.id, side, points: game.now.points });
    show();
    return;
  }
  hideOverlays();
  const patterns = await Promise.all(options.map((x) => fetchPattern({ source: x.id, side, points: x === answer ? game.now.points : pointOf(x) })));
  if (turn !== game.turn) return;
  game.now.patterns = patterns;
  show();
}

function choose(option) {
  const { now } = game;
  if (now.chosen) return;
  now.chosen = option;
  game.asked++;
  if (option === now.answer) game.right++;
  show();
  place.querySelector(".quiz-next")?.focus({ preventScroll: false });
}

function show() {
  if (state.mode !== "quiz") return;
  const { now } = game;
  if (!now) return;
  const point = now.answer.trigger_points.find((p) => p.id === now.points[0]);
  swap(place,
    h("h2", { text: t("quiz.title") }),
    h("div.segments", { role: "group", "aria-label": t("quiz.kind") }, ["name", "pattern"].map((k) => h("button.segment", { type: "button", "data-key": `quiz-${k}`, "aria-pressed": String(game.kind === k), text: t(`quiz.${k}`), onclick: () => { game.kind = k; game.now = null; next(); } }))),
    teachingSets().length > 0 && h("label.quiz-set", {}, h("span", { text: t("quiz.set") }), h("select", { "data-key": "quiz-set", onchange: (e) => { game.set = e.target.value; game.now = null; next(); } },
      h("option", { value: "muscles", selected: game.set === "muscles", text: t("quiz.all_muscles") }),
      teachingSets().filter((x) => x.sources.length >= 4).map((x) => h("option", { value: x.id, selected: game.set === x.id, text: x.title })))),
    h("p.quiz-question", { text: game.kind === "name" ? t("quiz.which_source") : t("quiz.which_pattern", { name: nameOf(now.answer), side: sideWord(now.side) }) }),
    game.kind === "name" ? names(now) : pictures(now),
    h("div", { role: "status" }, now.chosen && h("p.quiz-verdict", { class: now.chosen === now.answer ? "right" : "wrong" },
      h("b", { text: t(now.chosen === now.answer ? "quiz.right" : "quiz.wrong") }), " ", `${nameOf(now.answer)}${point ? `, ${point.name}` : ""}`)),
    now.chosen && h("div.row", {},
      h("button.button.primary.quiz-next", { type: "button", "data-key": "quiz-next", text: t("quiz.next"), onclick: next }),
      h("button.button", { type: "button", text: t("quiz.read"), onclick: () => openDetail(now.answer.id, now.side, null, now.points) })),
    h("p.hint", { text: t("quiz.score", { right: game.right, asked: game.asked }) }));
}

const verdict = (now, x) => (!now.chosen ? "" : x === now.answer ? "right" : x === now.chosen ? "wrong" : "rest");

function names(now) {
  return h("div.quiz-options", {}, now.options.map((x, i) => h("button.quiz-option", { type: "button", "data-key": `option-${i}`, class: verdict(now, x), disabled: Boolean(now.chosen), onclick: () => choose(x) }, h("b", { text: "ABCD"[i] }), nameOf(x))));
}

function pictures(now) {
  if (!now.patterns) return h("p.hint", { text: t("quiz.loading") });
  return h("div.quiz-pictures", {}, now.options.map((x, i) => {
    const pattern = now.patterns[i], view = pattern.matters[0] || Object.keys(pattern.views)[0];
    return h("button.quiz-picture", { type: "button", "data-key": `picture-${i}`, class: verdict(now, x), disabled: Boolean(now.chosen), onclick: () => choose(x) },
      miniature(pattern, view), h("span", {}, h("b", { text: "ABCD"[i] }), ` ${now.chosen ? nameOf(x) : viewTitle(view)}`));
  }));
}
