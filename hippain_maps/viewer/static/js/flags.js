// Red flags come before every ranking: raised ones as cards, then the questions not yet asked, one
// at a time or all at once. What was not asked is never shown as a no.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { answer, emit, on, state } from "./state.js";

let showAll = false, showNo = false, acknowledged = new Set(), later = new Set();

export function startFlags() {
  on("doc", ({ why }) => { if (why === "new" || why === "load" || why === "restore") { showAll = false; showNo = false; acknowledged.clear(); later.clear(); } });
}

const raised = () => (state.ranking?.red_flags || []).filter((f) => f.raised);
const alarms = () => raised().filter((f) => f.urgency === "ambulance");
/** Whether an emergency stands before the ranking and has not been acknowledged. */
export const isFolded = () => alarms().some((f) => !acknowledged.has(f.id));

export function flagBlock() {
  const flags = state.ranking?.red_flags || [];
  const open = flags.filter((f) => f.answer === "not_asked" && !f.raised && f.urgency !== "routine");
  const routine = flags.filter((f) => f.answer === "not_asked" && !f.raised && f.urgency === "routine");
  const no = flags.filter((f) => f.answer === "no");
  for (const id of [...later]) if (!open.some((f) => f.id === id)) later.delete(id);
  return h("section.flags", { "aria-label": t("flags.title") },
    raised().map(card),
    isFolded() && acknowledge(),
    open.length > 0 && questions(open),
    !open.length && flags.length > 0 && h("p.flags-done", {}, h("span.tick", { text: "✓", "aria-hidden": "true" }), t("flags.all_asked")),
    routine.length > 0 && showAll && h("div.flag-routine", {}, h("h2", { text: t("flags.also_ask") }), routine.map(question)),
    no.length > 0 && answered(no));
}

function card(flag) {
  const routine = flag.urgency === "routine";
  return h(`div.flag-card.${flag.urgency}`, { role: routine ? "note" : "alert" },
    h("h2", {}, h("span.flag-mark", { text: routine ? "i" : "!", "aria-hidden": "true" }), t(`urgency.heading.${flag.urgency}`)),
    h("p.flag-name", { text: flag.name }),
    h("p.flag-action", { text: flag.action }),
    h("p.flag-why", {}, flag.answer === "yes" ? t("flags.answered_yes") : t("flags.pointed_to"), flag.called_by ? ` ${flag.called_by}` : ""),
    flag.answer === "yes"
      ? h("button.link", { type: "button", "data-key": `undo-${flag.id}`, text: t("flags.take_back"), onclick: () => answer(flag.id, "not_asked") })
      : h("div", {}, h("p.flag-ask", { text: flag.question }), yesNo(flag)));
}

function acknowledge() {
  return h("div.acknowledge", {},
    h("p", { text: t("flags.before_ranking") }),
    h("button.primary.danger", { type: "button", "data-key": "acknowledge", text: t("flags.acknowledge"),
      onclick: () => { for (const f of alarms()) acknowledged.add(f.id); emit("refresh"); } }));
}

function questions(open) {
  const order = [...open.filter((f) => !later.has(f.id)), ...open.filter((f) => later.has(f.id))];
  const shown = showAll ? open : order.slice(0, 1);
  return h("div.flag-questions", {},
    h("div.flag-head", {},
      h("h2", { text: t(open.length === 1 ? "flags.to_ask_one" : "flags.to_ask", { n: open.length }) }),
      open.length > 1 && h("button.link", { type: "button", "data-key": "flags-all", "aria-expanded": String(showAll),
        text: t(showAll ? "flags.one_by_one" : "flags.show_all"), onclick: () => { showAll = !showAll; emit("refresh"); } })),
    shown.map((f) => question(f, !showAll && open.length > 1)),
    (showAll || open.length === 1) && h("p.hint", { text: t("flags.not_asked_note") }));
}

function question(flag, withLater = false) {
  return h(`div.flag-question.${flag.urgency}`, {},
    h("p.flag-ask", { id: `ask-${flag.id}`, text: flag.question }),
    h("p.flag-why", {}, h("span.urgency", { text: t(`urgency.if_yes.${flag.urgency}`) }), flag.called_by && ` · ${flag.called_by}`),
    yesNo(flag, withLater && h("button.quiet", { type: "button", "data-key": "later", text: t("flags.later"),
      onclick: () => { later.delete(flag.id); later.add(flag.id); emit("refresh"); } })));
}

function yesNo(flag, more) {
  const button = (value) => h(`button.answer.${value}`, { type: "button", "data-key": `flag-${value}`, "aria-describedby": `ask-${flag.id}`,
    text: t(`answer.${value}`), onclick: () => answer(flag.id, value) });
  return h("div.answers", {}, button("yes"), button("no"), more);
}

function answered(no) {
  return h("div.flag-no", {},
    h("button.link", { type: "button", "data-key": "flags-no", "aria-expanded": String(showNo),
      text: t("flags.answered_no", { n: no.length }), onclick: () => { showNo = !showNo; emit("refresh"); } }),
    showNo && h("ul", {}, no.map((f) => h("li", {}, h("span", { text: f.name }),
      f.contradicted && h("em", { text: t("flags.contradicted") }),
      h("button.link", { type: "button", text: t("flags.take_back"), onclick: () => answer(f.id, "not_asked") })))));
}
