// Says what is laid over the drawing, and takes it away again.

import { h, iconButton, swap } from "./dom.js";
import { nameOf, sideWord, t } from "./i18n.js";
import { overlays, showOverlays } from "./overlay.js";
import { on, state } from "./state.js";
import { sourceById } from "./sources.js";

let place;

export function startLegend(node) {
  place = node;
  for (const name of ["overlay", "language", "refresh", "mode"]) on(name, show);
}

function show() {
  const { first, second } = overlays();
  place.hidden = !first && !second || state.mode === "quiz";
  if (place.hidden) return;
  const entry = (o, which) => o && h(`div.legend-entry.${which}`, {},
    h("span.swatch", { "aria-hidden": "true" }),
    h("span", {}, nameOf(sourceById(o.source) || { name: o.source }), " ", h("b", { text: sideWord(o.side) })),
    iconButton("close", t("legend.hide"), () => (which === "first" ? showOverlays(second ? { ...second } : null) : showOverlays(first)), { "data-key": `hide-${which}` }));
  swap(place, entry(first, "first"), entry(second, "second"),
    h("div.legend-key", { "aria-hidden": "true" },
      h("span", {}, h("i.k-solid"), t("zone.essential")), h("span", {}, h("i.k-dots"), t("zone.spillover")), [first, second].some((o) => o && sourceById(o.source)?.core) && h("span", {}, h("i.k-core"), t("zone.core")), h("span", {}, h("i.k-x", { text: "✕" }), t("legend.point"))));
}
