// Values, and what happened in a session, as short texts. Pure.

/** Digits of a number with a fraction: enough to see it move, few enough to read. */
const DIGITS = 6;

/**
 * A plain value in one line. Whole numbers beyond 2^53 have lost their last digits on the way, and say so.
 * @param {unknown} value
 * @returns {string}
 */
export function brief(value) {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(brief).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, each]) => `${name}: ${brief(each)}`)
      .join(", ")}}`;
  }
  return String(value);
}

/** @param {number} value @returns {string} */
function number(value) {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isInteger(value)) return `≈ ${value.toPrecision(DIGITS)}`;
  return String(Number(value.toPrecision(DIGITS)));
}

/**
 * Session time, as `2:05.350`, or `1:02:05.350`.
 * @param {number} ms
 * @returns {string}
 */
export function sessionTime(ms) {
  const whole = Math.max(0, Math.floor(ms));
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  const seconds = ((whole % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** @typedef {{what: string, seat?: number, player?: string, name?: string, fields?: Record<string, any>}} Item Of a tick. */

const CALLS = new Set(["hold", "action", "event", "timer", "signal", "accepted"]);

/**
 * What is to be said of something that reached a session or came of it, after its kind and who it was.
 * @param {Item} item
 * @returns {string}
 */
export function said(item) {
  const fields = item.fields ?? {};
  const name = item.name ?? "";
  if (CALLS.has(item.what)) return call(name, fields);
  if (item.what === "drop" || item.what === "until") return `away, the seat is kept until ${sessionTime(fields.until_ms ?? 0)}`;
  if (item.what === "refused") return `input ${fields.seq}: ${fields.reason}`;
  if (item.what === "answer") return `${name}(${(fields.args ?? []).map(brief).join(", ")}) gave ${"error" in fields ? `error ${brief(fields.error)}` : brief(fields.value)}`;
  if (item.what === "end") return [`${name}: ${fields.reason ?? ""}`, fields.result ? brief(fields.result) : ""].filter(Boolean).join(" ");
  return [name, Object.keys(fields).length ? brief(fields) : ""].filter(Boolean).join(" ");
}

/**
 * As it would be written in the game's code: `Steer(turn=1, thrust=true)`.
 * @param {string} name
 * @param {Record<string, unknown>} fields
 * @returns {string}
 */
export function call(name, fields) {
  return `${name}(${Object.entries(fields)
    .map(([field, value]) => `${field}=${brief(value)}`)
    .join(", ")})`;
}

/**
 * Of those: `1 session`, `12 sessions`, with the thousands apart.
 * @param {number} count
 * @param {string} one
 * @returns {string}
 */
export function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}
