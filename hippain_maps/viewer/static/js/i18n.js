// Words of the page, by language. Texts of the atlas come from the server.

import { chart } from "./chart.js";
import { emit, state } from "./state.js";

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" };
let words = {}, english = {};

async function fetchWords(language) {
  const answer = await fetch(`/static/lang/${language}.json`, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`no words for ${language}`);
  return answer.json();
}

/** Change the language of the whole page. */
export async function speak(language) {
  if (!Object.keys(english).length) english = await fetchWords("en");
  words = language === "en" ? english : await fetchWords(language);
  state.language = language;
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.title !== undefined && node.hasAttribute("title")) node.title = t(node.dataset.tLabel);
  }
  emit("language");
}

/** The words for a key, with {names} filled in. */
export function t(key, values = {}) {
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const local = (map) => map?.[state.language] ?? map?.en ?? "";
export const viewTitle = (view) => local(chart.views.get(view)?.titles) || view;
export const letters = (view) => local(chart.views.get(view).letters);
/** What an area is called; by patients, where a patient draws. */
export const areaName = (id) => local((state.patient ? chart.plainAreas : chart.areas)[id]) || id;
export const sideWord = (side) => t(`side.${side}`);
export const sideLetter = (side) => letters("posterior")[side];
/** A share in per cent; nearly all is not all, and little is not none. */
export function percent(share) {
  const shown = share > 0 && share < 0.005 ? "< 1" : share >= 0.995 && share < 1 ? "> 99" : Math.round(share * 100);
  return `${shown}\u00a0%`.replace(" ", "\u00a0");
}
/** A source's name in the page's language. */
export const nameOf = (source) => source.names?.[state.language] || source.name;
