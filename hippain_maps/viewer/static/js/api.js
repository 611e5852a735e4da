// The only door to the server. Every answer is JSON; every failure is an ApiError with one sentence.

const BASE = "/api/v1";

export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message || "");
    this.status = status;
    this.code = error?.code || "fault";
    this.where = error?.where || null;
  }
}

/** Ask for JSON. */
export async function ask(path, { method = "GET", body, signal, keepalive } = {}) {
  const options = { method, signal, keepalive, headers: {}, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = typeof body === "string" ? body : JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(BASE + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "no_server", message: "" });
  }
  const text = await answer.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { /* told below */ }
  if (!answer.ok || (text && data === null)) throw new ApiError(answer.status, data?.error);
  return data;
}

/** Ask for a file by POST and hand it to the person. */
export async function download(path, name, { method = "GET", body } = {}) {
  const options = { method, credentials: "same-origin", headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try { answer = await fetch(BASE + path, options); } catch { throw new ApiError(0, { code: "no_server" }); }
  if (!answer.ok) {
    let data = null;
    try { data = await answer.json(); } catch { /* no words */ }
    throw new ApiError(answer.status, data?.error);
  }
  give(await answer.blob(), name);
}

/** Hand a blob to the person as a file. */
export function give(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 30000);
}

const kept = new Map();
/** Ask once and keep the answer for this page (atlas content does not change under it). */
export function once(path) {
  if (!kept.has(path)) {
    kept.set(path, ask(path).catch((error) => { kept.delete(path); throw error; }));
  }
  return kept.get(path);
}
