// Small helpers for building the page. No framework: elements, classes, listeners.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: h("button.primary", {onclick, "aria-label": "…"}, children…). */
export function h(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  fill(node, props, children);
  return node;
}

/** Make an SVG element. */
export function s(what, props, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElementNS(SVG, tag);
  if (classes.length) node.setAttribute("class", classes.join(" "));
  fill(node, props, children);
  return node;
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
    else if (name === "vars") for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  add(node, children);
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child.nodeType ? child : document.createTextNode(String(child)));
  }
}

const icons = new Map();
/** Fetch all icons once; a reference to the file from each button would fetch it again and again. */
export async function fetchIcons() {
  const answer = await fetch("/static/icons/sprite.svg", { credentials: "same-origin" });
  const sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  for (const symbol of sprite.querySelectorAll("symbol")) icons.set(symbol.id, symbol);
}

/** An icon of the sprite. */
export function icon(name) {
  const symbol = icons.get(name);
  const node = s("svg.icon", { "aria-hidden": "true", focusable: "false", viewBox: "0 0 24 24" });
  if (symbol) for (const part of symbol.children) node.append(document.importNode(part, true));
  return node;
}

/** An icon button with a name for everyone. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** Replace what a container holds, and keep focus on the control with the same data-key. */
export function swap(container, ...children) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : null;
  const kept = [];
  add({ append: (c) => kept.push(c) }, children);
  container.replaceChildren(...kept);
  if (key) {
    const again = container.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (again) again.focus({ preventScroll: true });
  }
}

/** Open a modal dialog and return it; it removes itself when closed. */
export function dialog(title, body, { wide = false, closeLabel = "Close", onclose } = {}) {
  const id = `d${Math.random().toString(36).slice(2)}`;
  const box = h("dialog.sheet", { "aria-labelledby": id, class: wide ? "wide" : "" },
    h("header.sheet-head", {},
      h("h2", { id, text: title }),
      iconButton("close", closeLabel, () => box.close())),
    h("div.sheet-body", {}, body));
  box.addEventListener("close", () => { box.remove(); onclose?.(); });
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
  return box;
}

let toastTimer = 0;
/** Say something short, for eyes and for screen readers, with one thing to do about it. */
export function toast(text, action = null) {
  const place = document.getElementById("toast");
  place.replaceChildren(h("span", { text }),
    ...(action ? [h("button", { type: "button", text: action.label, onclick: () => { place.hidden = true; action.run(); } })] : []));
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, action ? 9000 : 5000);
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
/** Whether the person asked for little motion. */
export const stillness = () => reduced.matches;
