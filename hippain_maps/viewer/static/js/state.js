// What the page knows. The drawing is the GeoJSON document itself, changed only by replacing parts,
// so that members this page does not know survive opening and saving.

export const FRAME = "hippain-175";
export const VIEWS = ["anterior", "posterior", "left_lateral", "right_lateral", "plantar", "dorsal", "perineal"];
export const ID = Symbol("id"); // Not written to JSON.

const hub = new EventTarget();
export const on = (name, run) => hub.addEventListener(name, (event) => run(event.detail));
export const emit = (name, detail) => hub.dispatchEvent(new CustomEvent(name, { detail }));

let counter = 0;
const LIMIT = 200;

export const emptyDoc = () => ({
  type: "FeatureCollection",
  hippain: { frame: FRAME, version: 1, views_completed: [] },
  features: [],
});

/** Everything the page shows; modules read it, and change it through the functions below. */
export const state = {
  doc: emptyDoc(),
  past: [],
  future: [],
  selected: null, // id of the mark that is edited
  batch: [], // ids of the marks drawn since a property was last set: they take it together
  next: { intensity: null, quality: [], depth: null }, // given to the next mark
  tool: "brush",
  size: 3,
  view: null, // the view that is large, or null for all
  mode: "draw", // draw, atlas, quiz
  ranking: null,
  language: "en",
  patient: false,
  pressing: false, // The page holds what a pressed point sends, not the drawing.
  eraserTouched: false,
};

const tag = (feature) => (feature[ID] ? feature : { ...feature, [ID]: ++counter });
export const header = () => state.doc.hippain || {};
export const marks = () => state.doc.features;
export const markOf = (id) => marks().find((f) => f[ID] === id) || null;
export const completed = () => header().views_completed || [];
export const answers = () => header().answers || {};
export const palpation = () => header().palpation || {};
export const isEmpty = () => !marks().length && !completed().length
  && !Object.keys(answers()).length && !Object.keys(palpation()).length;

function snapshot(whole) {
  return { features: marks(), completed: completed(), doc: whole ? state.doc : null };
}

function put(doc, why) {
  state.doc = doc;
  const alive = new Set(marks().map((f) => f[ID]));
  if (!alive.has(state.selected)) state.selected = null;
  state.batch = state.batch.filter((id) => alive.has(id));
  emit("doc", { why });
}

function remember(whole = false) {
  state.past.push(snapshot(whole));
  if (state.past.length > LIMIT) state.past.shift();
  state.future.length = 0;
}

/** Replace the marks; one step of undo. */
export function setMarks(features, why = "marks", { before } = {}) {
  if (before) {
    state.past.push({ features: before, completed: completed(), doc: null });
    state.future.length = 0;
  } else remember();
  put({ ...state.doc, features: features.map(tag) }, why);
}

/** Replace the marks for the moment, while the eraser moves; nothing to undo yet. */
export function showMarks(features) {
  state.doc = { ...state.doc, features: features.map(tag) };
  emit("marks-moving");
}

/** Add a mark with the properties that the next mark takes. */
export function addMark(view, geometry, extra = {}) {
  const properties = { view, ...extra };
  if (state.next.intensity !== null) properties.intensity = state.next.intensity;
  if (state.next.quality.length) properties.quality = [...state.next.quality];
  if (state.next.depth) properties.depth = state.next.depth;
  const mark = tag({ type: "Feature", geometry, properties });
  state.selected = null;
  state.batch = [...state.batch, mark[ID]];
  const done = completed();
  setMarks([...marks(), mark], "stroke");
  if (done.includes(view)) emit("completed-touched", view);
  return mark[ID];
}

export function removeMarks(ids) {
  const gone = new Set(ids);
  setMarks(marks().filter((f) => !gone.has(f[ID])), "remove");
}

/** Set intensity, quality or depth: of the selected mark, or of those just drawn, and of the next. */
export function setProperty(name, value) {
  const targets = new Set(state.selected ? [state.selected] : state.batch);
  if (!state.selected) state.next = { ...state.next, [name]: value };
  if (targets.size) {
    setMarks(marks().map((f) => {
      if (!targets.has(f[ID])) return f;
      const properties = { ...f.properties, [name]: value };
      if (value === null || (Array.isArray(value) && !value.length)) delete properties[name];
      return { ...f, properties };
    }), "property");
  } else emit("doc", { why: "next" });
}

/** End the batch: what is set from now on is for marks to come. */
export function endBatch() { state.batch = []; }

export function select(id) {
  state.selected = id;
  state.batch = [];
  emit("select");
}

/** Set an answer to a clue or red flag; "not_asked" takes it back. */
export function answer(id, value) {
  const all = { ...answers() };
  if (value === "not_asked") delete all[id]; else all[id] = value;
  put({ ...state.doc, hippain: { ...header(), answers: all } }, "answer");
}

/** Set a palpation finding; null takes it back. */
export function setFinding(id, value) {
  const all = { ...palpation() };
  if (value) all[id] = value; else delete all[id];
  put({ ...state.doc, hippain: { ...header(), palpation: all } }, "palpation");
}

export function setAbout(values) {
  put({ ...state.doc, hippain: { ...header(), about: { ...(header().about || {}), ...values } } }, "about");
}

export function setCompleted(view, yes) {
  remember();
  const all = VIEWS.filter((v) => (v === view ? yes : completed().includes(v)));
  put({ ...state.doc, hippain: { ...header(), views_completed: all } }, "completed");
}

/** Take away all marks; answers stay. */
export function clearMarks() {
  if (!marks().length && !completed().length) return;
  remember();
  put({ ...state.doc, features: [], hippain: { ...header(), views_completed: [] } }, "clear");
}

/** Begin with another document; `undoable` keeps the whole old one for undo. */
export function load(doc, { undoable = false, why = "load" } = {}) {
  if (undoable) remember(true);
  else { state.past.length = 0; state.future.length = 0; }
  state.next = { intensity: null, quality: [], depth: null };
  state.selected = null;
  state.batch = [];
  const base = doc || emptyDoc();
  put({ ...base, hippain: { frame: FRAME, version: 1, ...(base.hippain || {}) }, features: (base.features || []).map(tag) }, why);
}

function step(from, to) {
  const back = from.pop();
  if (!back) return;
  to.push(snapshot(Boolean(back.doc)));
  if (back.doc) put(back.doc, "undo");
  else put({ ...state.doc, features: back.features, hippain: { ...header(), views_completed: back.completed } }, "undo");
}
export const undo = () => step(state.past, state.future);
export const redo = () => step(state.future, state.past);
