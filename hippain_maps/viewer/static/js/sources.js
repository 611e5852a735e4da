// The sources of the atlas, fetched once; names, search.

import { once } from "./api.js";
import { emit } from "./state.js";

let list = [], sets = [];
const byId = new Map();

export async function fetchSources() {
  const data = await once("/sources");
  list = data.sources;
  sets = data.sets || [];
  for (const source of list) byId.set(source.id, source);
  emit("refresh");
}
export const sourceById = (id) => byId.get(id) || null;
export const sources = () => list;
export const teachingSets = () => sets;

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const keys = new Map();
function keysOf(source) {
  if (!keys.has(source.id)) {
    keys.set(source.id, [source.name, ...Object.values(source.names || {}), ...source.synonyms].map((name) => [fold(name), name]));
  }
  return keys.get(source.id);
}

/** Sources whose name in any language or synonym holds every word; the matching synonym comes along. */
export function search(text) {
  const words = fold(text).split(" ").filter(Boolean);
  if (!words.length) return list.map((source) => ({ source, via: null }));
  const found = [];
  for (const source of list) {
    const hit = keysOf(source).filter(([key]) => words.every((word) => key.includes(word)));
    if (hit.length) {
      const best = hit.sort((a, b) => a[0].indexOf(words[0]) - b[0].indexOf(words[0]) || a[0].length - b[0].length)[0];
      found.push({ source, via: best[1] === source.name ? null : best[1], at: best[0].indexOf(words[0]) });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}
