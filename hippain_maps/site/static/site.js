"use strict";
// Searching, and walking over the chart with the keyboard. Everything else works without scripts.

const up = document.documentElement.dataset.up ?? "";

// --- Search -----------------------------------------------------------------------------------------

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

const index = (globalThis.hippainIndex ?? []).map(([name, kind, path, more]) => ({
  name, kind, path, said: fold(name), others: more ? more.split(" | ") : [],
}));
for (const entry of index) entry.folded = entry.others.map(fold);

/** How well one text answers the words that were typed; 0 for not at all. */
function fit(text, words) {
  if (text === words.join(" ")) return 100;
  let total = 0;
  for (const word of words) {
    if (text.startsWith(word)) total += 12;
    else if (` ${text}`.includes(` ${word}`)) total += 8;
    else if (word.length > 2 && text.includes(word)) total += 3;
    else return 0;
  }
  return total / words.length + 2 / text.length;
}

/** Whether two words differ by one letter, or by two that changed places. */
function oneOff(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let endA = a.length - 1;
  let endB = b.length - 1;
  while (endA >= start && endB >= start && a[endA] === b[endB]) { endA--; endB--; }
  const restA = a.slice(start, endA + 1);
  const restB = b.slice(start, endB + 1);
  return (restA.length <= 1 && restB.length <= 1) || (restA.length === 2 && restA === [...restB].reverse().join(""));
}

const places = { Muscle: 3, "Group of regions": 1, Region: 0, Clue: -1, "Red flag": 0 };

function find(typed) {
  const words = fold(typed).split(" ").filter(Boolean);
  if (!words.length) return [];
  const score = (match) => {
    const found = [];
    for (const entry of index) {
      let best = match(entry.said, words) * 1.5;
      let by = "";
      entry.folded.forEach((text, place) => {
        const value = match(text, words);
        if (value > best) { best = value; by = entry.others[place]; }
      });
      if (best > 0) found.push({ entry, by, value: best + (places[entry.kind] ?? 2) });
    }
    return found.sort((a, b) => b.value - a.value || a.entry.name.length - b.entry.name.length).slice(0, 12);
  };
  const found = score(fit);
  if (found.length) return found;
  // A slip of the pen: one letter too many, too few or wrong in a word.
  const near = (text, typedWords) => {
    const parts = text.split(" ");
    return typedWords.every((word) => parts.some((part) => part.startsWith(word) || (word.length > 3 && (oneOff(word, part) || oneOff(word, part.slice(0, word.length)))))) ? 1 : 0;
  };
  return score(near);
}

for (const form of document.querySelectorAll("form.search")) {
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  const status = form.querySelector("[role=status]");
  form.hidden = false;
  let chosen = -1;

  const choose = (place) => {
    const options = [...list.querySelectorAll("[role=option]")];
    chosen = options.length ? (place + options.length) % options.length : -1;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen >= 0) {
      input.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const show = () => {
    const found = find(input.value);
    list.replaceChildren(...found.map(({ entry, by }, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = up + entry.path;
      link.tabIndex = -1;
      const name = document.createElement("span");
      name.textContent = entry.name;
      if (by && by.length < 60) {
        const also = document.createElement("em");
        also.textContent = by;
        name.append(also);
      }
      const kind = document.createElement("small");
      kind.textContent = entry.kind;
      link.append(name, kind);
      option.append(link);
      return option;
    }));
    const typed = input.value.trim() !== "";
    if (typed && !found.length) {
      const nothing = document.createElement("li");
      nothing.className = "nothing";
      nothing.textContent = "Nothing of that name.";
      list.append(nothing);
    }
    list.hidden = !typed;
    input.setAttribute("aria-expanded", String(typed));
    status.textContent = typed ? `${found.length} found` : "";
    choose(found.length ? 0 : -1);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => { if (input.value.trim()) show(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Escape") { input.value = ""; close(); } else return;
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("[aria-selected=true] a")?.click();
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  // Keeps the focus in the box while a result is clicked.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea")) return;
  event.preventDefault();
  document.querySelector("form.search input")?.focus();
});

// --- The chart ----------------------------------------------------------------------------------------

const pointed = document.querySelector(".pointed");

/** The region next to one in a direction, by the middles of their boxes. */
function neighbour(links, from, dx, dy) {
  const middle = (link) => {
    const box = link.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const link of links) {
    if (link === from) continue;
    const [ax, ay] = middle(link);
    const along = (ax - x) * dx + (ay - y) * dy;
    const aside = Math.abs((ax - x) * dy) + Math.abs((ay - y) * dx);
    if (along < 0.5 || aside > 2.5 * along) continue;
    const cost = along + 2 * aside;
    if (cost < least) { least = cost; best = link; }
  }
  return best;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const view of document.querySelectorAll(".view")) {
  const links = [...view.querySelectorAll(".regions a")];
  // One stop for Tab on each view; the arrow keys walk from region to region.
  let stop = links[0];
  links.forEach((link) => link.setAttribute("tabindex", link === stop ? "0" : "-1"));
  const tell = (link) => {
    for (const other of links) other.classList.toggle("near", other !== link && link !== null && other.dataset.area === link.dataset.area);
    if (pointed) pointed.textContent = link ? link.getAttribute("aria-label") : "\u00a0";
  };
  view.addEventListener("pointerover", (event) => { const link = event.target.closest(".regions a"); if (link) tell(link); });
  view.addEventListener("pointerleave", () => tell(null));
  view.addEventListener("focusin", (event) => { const link = event.target.closest(".regions a"); if (link) tell(link); });
  view.addEventListener("focusout", () => tell(null));
  view.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const link = event.target.closest(".regions a");
    if (!step || !link) return;
    event.preventDefault();
    const next = neighbour(links, link, ...step);
    if (!next) return;
    stop.setAttribute("tabindex", "-1");
    stop = next;
    stop.setAttribute("tabindex", "0");
    stop.focus();
  });
}
