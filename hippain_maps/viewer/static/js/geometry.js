// Plane geometry of the pen: paths, mirror images, thinning, cutting strokes.
// What overlaps what is the server's business; nothing here decides that.

const round = (v) => Math.round(v * 100) / 100;

/** Rings of SVG path data made of M, L (implicit) and Z, as [[x, y], …] without the closing point. */
export function ringsOf(path) {
  const rings = [];
  let ring = null;
  for (const [, command, numbers] of path.matchAll(/([MLZmlz])([^MLZmlz]*)/g)) {
    if (command === "Z" || command === "z") continue;
    const values = numbers.trim() ? numbers.trim().split(/[\s,]+/).map(Number) : [];
    if (command === "M") { ring = []; rings.push(ring); }
    for (let i = 0; i + 1 < values.length; i += 2) ring.push([values[i], values[i + 1]]);
  }
  return rings.filter((r) => r.length > 2);
}

const twiceArea = (ring) => ring.reduce((sum, [x, y], i) => {
  const [u, v] = ring[(i + 1) % ring.length];
  return sum + x * v - u * y;
}, 0);

/** A region's path as a drawing outline. Rings that turn against the first are its holes. */
export function outlineOf(path) {
  const rings = ringsOf(path);
  if (!rings.length) return null;
  const turn = Math.sign(twiceArea(rings[0]));
  const polygons = [];
  for (const ring of rings) {
    const closed = [...ring, ring[0]].map(([x, y]) => [round(x), round(y)]);
    if (Math.sign(twiceArea(ring)) === turn || !polygons.length) polygons.push([closed]);
    else polygons.at(-1).push(closed);
  }
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] }
    : { type: "MultiPolygon", coordinates: polygons };
}

const line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${round(x)} ${round(y)}`).join("");
/** A stroke too short to see still shows as a round spot. */
const strokePath = (points) => (points.length === 1 ? `${line(points)}h0.01` : line(points));

/** SVG path data of a mark. */
export function pathOf({ type, coordinates: c }) {
  switch (type) {
    case "Point": return strokePath([c]);
    case "MultiPoint": return c.map((p) => strokePath([p])).join("");
    case "LineString": return strokePath(c);
    case "MultiLineString": return c.map(strokePath).join("");
    case "Polygon": return c.map((r) => `${line(r)}Z`).join("");
    case "MultiPolygon": return c.flat().map((r) => `${line(r)}Z`).join("");
    default: return "";
  }
}
export const isOutline = (type) => type.endsWith("Polygon");
export const livePath = strokePath;

/** All positions of a geometry, flat. */
export function positions({ type, coordinates: c }) {
  if (type === "Point") return [c];
  if (type === "MultiPoint" || type === "LineString") return c;
  if (type === "MultiLineString" || type === "Polygon") return c.flat();
  return c.flat(2);
}

const nested = (c, run) => (typeof c[0] === "number" ? run(c) : c.map((part) => nested(part, run)));
const OTHER = { left_lateral: "right_lateral", right_lateral: "left_lateral" };
export const mirrorView = (view) => OTHER[view] || view;
/** The mirror image of a mark, with all it says. */
export function mirrorMark({ geometry, properties, ...rest }) {
  const { bbox, ...shape } = geometry;
  return {
    ...rest,
    geometry: { ...shape, coordinates: nested(geometry.coordinates, ([x, y]) => [-x || 0, y]) },
    properties: { ...properties, view: mirrorView(properties.view) },
  };
}

/** Fewer points, none further than `tolerance` from where it was drawn (Ramer, Douglas, Peucker). */
export function thin(points, tolerance = 0.06) {
  if (points.length < 3) return points.map(([x, y]) => [round(x), round(y)]);
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const stack = [[0, points.length - 1]];
  while (stack.length) {
    const [a, b] = stack.pop();
    let far = tolerance, at = -1;
    for (let i = a + 1; i < b; i++) {
      const d = toSegment(points[i], points[a], points[b]);
      if (d > far) { far = d; at = i; }
    }
    if (at > 0) { keep[at] = 1; stack.push([a, at], [at, b]); }
  }
  return points.filter((_, i) => keep[i]).map(([x, y]) => [round(x), round(y)]);
}

/** Distance of a point to a segment. */
export function toSegment([x, y], [ax, ay], [bx, by]) {
  const dx = bx - ax, dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

const toPath = (point, path) => {
  let best = Infinity;
  for (let i = 0; i < Math.max(1, path.length - 1); i++) {
    best = Math.min(best, toSegment(point, path[i], path[i + 1] || path[i]));
  }
  return best;
};

/** The pieces of a stroke that an eraser moving along `path` leaves; the same array if untouched. */
function cutStroke(points, path, reach) {
  const dense = [];
  for (let i = 0; i < points.length; i++) {
    dense.push(points[i]);
    if (i + 1 === points.length) break;
    const [a, b] = [points[i], points[i + 1]];
    const steps = Math.floor(Math.hypot(b[0] - a[0], b[1] - a[1]) / 0.3);
    for (let k = 1; k < steps; k++) dense.push([a[0] + ((b[0] - a[0]) * k) / steps, a[1] + ((b[1] - a[1]) * k) / steps]);
  }
  const pieces = [];
  let piece = [], touched = false;
  for (const point of dense) {
    if (toPath(point, path) <= reach) {
      touched = true;
      if (piece.length > 1) pieces.push(piece);
      piece = [];
    } else piece.push(point);
  }
  if (piece.length > 1) pieces.push(piece);
  return touched ? pieces.map((p) => thin(p, 0.02)) : null;
}

/** Whether a point lies in a polygon with holes (even and odd); used only to pick and erase marks. */
export function inside([x, y], rings) {
  let within = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i], [bx, by] = ring[j];
      if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
  }
  return within;
}

/** Whether a mark lies under a finger at `point`. */
export function touches({ geometry: { type, coordinates }, properties }, point, slack = 0) {
  const reach = (properties.width_cm || 2) / 2 + slack;
  if (type === "Polygon") return inside(point, coordinates) || coordinates.some((r) => toPath(point, r) < slack);
  if (type === "MultiPolygon") return coordinates.some((p) => inside(point, p));
  if (type === "LineString") return toPath(point, coordinates) <= reach;
  if (type === "MultiLineString") return coordinates.some((l) => toPath(point, l) <= reach);
  return positions({ type, coordinates }).some((p) => Math.hypot(p[0] - point[0], p[1] - point[1]) <= reach);
}

/** Marks after an eraser of radius `radius` went along `path`: strokes are cut, outlines and spots go whole. */
export function erase(features, view, path, radius) {
  let changed = false;
  const left = [];
  for (const mark of features) {
    const { type, coordinates } = mark.geometry;
    if (mark.properties.view !== view) { left.push(mark); continue; }
    if (type === "LineString" || type === "MultiLineString") {
      const lines = type === "LineString" ? [coordinates] : coordinates;
      const reach = radius + (mark.properties.width_cm || 2) / 2;
      const cut = lines.map((l) => cutStroke(l, path, reach));
      if (cut.every((c) => c === null)) { left.push(mark); continue; }
      changed = true;
      const pieces = cut.flatMap((c, i) => c || [lines[i]]);
      if (!pieces.length) continue;
      const geometry = pieces.length === 1
        ? { type: "LineString", coordinates: pieces[0] }
        : { type: "MultiLineString", coordinates: pieces };
      left.push({ ...mark, geometry });
    } else if (path.some((point) => touches(mark, point, radius))) changed = true;
    else left.push(mark);
  }
  return changed ? left : features;
}
