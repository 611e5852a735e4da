// Patients out of the store and into it, as one zip. An import is looked at first: a patient that
// is there already is left out or gets another code, and is never overwritten.

import { ApiError, download } from "./api.js";
import { dialog, h, icon, swap, toast } from "./dom.js";
import { t } from "./i18n.js";
import { dayWords } from "./openvisit.js";
import { emit, state } from "./state.js";

const MOST = 100_000_000;

/** Download patients as a zip, all of them if none is named; the person is told what it is. */
export function exportOf(codes) {
  const box = dialog(t(codes.length ? "visits.export" : "visits.export_all"), h("div.p-warning", {},
    h("p", { text: t("visits.export_means") }), h("p.note", { text: t("visits.export_warning") }),
    h("button.button.primary.big", { type: "button", "data-key": "export-now", onclick: async () => {
      box.close();
      const name = `visits_${codes[0]?.replace(/[^\w-]+/g, "_") || "all"}_${new Date().toISOString().slice(0, 10)}.zip`;
      try { await download(`/store/export?${codes.map((code) => `patient=${encodeURIComponent(code)}`).join("&")}`, name); }
      catch (error) { toast(error.message || t("error.fault")); }
    } }, icon("download"), t("visits.export_now"))), { closeLabel: t("act.close") });
}

async function send(file, query) {
  let answer;
  try {
    answer = await fetch(`/api/v1/store/import?${query}`, { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/zip" }, body: file });
  } catch { throw new ApiError(0, { code: "no_server" }); }
  const data = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, data?.error);
  return data;
}

export function importArchive() {
  const input = h("input", { type: "file", id: "import-file", "data-key": "import-file", accept: ".zip,application/zip", "aria-label": t("visits.import_file"), onchange: () => look(input.files[0]) });
  const body = h("div.p-warning", {}, h("p", { text: t("visits.import_means") }), h("label.file-field", {}, h("span.button", {}, icon("file"), t("visits.import_file")), input), h("div", { id: "import-offer", role: "status" }));
  const box = dialog(t("visits.import"), body, { closeLabel: t("act.close") });

  const offer = () => document.getElementById("import-offer");
  const fault = (error) => swap(offer(), h("p.error", { role: "alert", text: error.code === "no_server" ? t("error.no_server") : error.message || t("error.fault") }));

  async function look(file) {
    if (!file) return;
    if (file.size > MOST) { fault({ message: t("visits.import_large") }); return; }
    swap(offer(), h("p.hint", { text: t("visits.loading") }));
    try { choose(file, (await send(file, "look=true")).patients); } catch (error) { fault(error); }
  }

  function choose(file, patients) {
    const codes = new Map();
    const go = h("button.button.primary.big", { type: "button", "data-key": "import-now", onclick: () => add(file, patients, codes) });
    const say = () => { const n = patients.filter((p) => !p.known || codes.get(p.code)?.trim()).length; go.textContent = t(n === 1 ? "visits.import_now_one" : "visits.import_now", { n }); go.disabled = !n; };
    swap(offer(),
      h("h3", { text: t("visits.import_holds") }),
      h("ul.offer-list", {}, patients.map((p) => {
        const id = `as-${Math.random().toString(36).slice(2)}`;
        return h("li", {}, h("div", {}, h("b", { text: p.code }), " ", h("span.hint", { text: [t(p.visits === 1 ? "visits.one" : "visits.count", { n: p.visits }), p.first && (p.first === p.last ? dayWords(p.first) : `${dayWords(p.first)} – ${dayWords(p.last)}`)].filter(Boolean).join(" · ") })),
          p.known ? h("div.form-row", {}, h("p.conflict", { text: t("visits.import_known") }),
            h("label.field-name", { for: id, text: t("visits.import_as") }),
            h("input", { type: "text", id, "data-key": `import-as-${p.code}`, maxlength: "40", autocomplete: "off", placeholder: t("visits.import_left_out"), oninput: (event) => { codes.set(p.code, event.target.value); say(); } }))
            : h("span.badge.new", { text: t("visits.import_new") }));
      })), go);
    say();
  }

  async function add(file, patients, codes) {
    const pairs = patients.filter((p) => codes.get(p.code)?.trim()).flatMap((p) => [`old=${encodeURIComponent(p.code)}`, `new=${encodeURIComponent(codes.get(p.code).trim())}`]);
    try {
      const done = await send(file, ["skip_known=true", ...pairs].join("&"));
      box.close();
      toast(t(done.skipped.length ? "visits.imported_some" : "visits.imported", { n: done.added, left: done.skipped.join(", ") }));
      if (!state.patient) emit("store-changed");
    } catch (error) {
      const old = offer().querySelector(".error");
      const words = error.message || t("error.fault");
      if (old) old.textContent = words; else offer().append(h("p.error", { role: "alert", text: words }));
    }
  }
}
