/** Numbers as an operator reads them. Pure. What is not known (null, undefined, NaN) is a dash. */

const DASH = "–";
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** @typedef {number | null | undefined} Maybe */

/** @param {Maybe} value @returns {value is number} */
function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** "20,000". @param {Maybe} value */
export function count(value) {
  return isKnown(value) ? COUNT.format(value) : DASH;
}

/** Three digits that matter: "0.034", "2.5", "48", "1,200". @param {Maybe} value */
export function number(value) {
  if (!isKnown(value)) return DASH;
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return COUNT.format(value);
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return String(Number(value.toFixed(digits)));
}

/** Milliseconds: "0.4 ms", "18 ms", "2.5 s". @param {Maybe} value */
export function ms(value) {
  if (!isKnown(value)) return DASH;
  return Math.abs(value) < 1000 ? `${number(value)} ms` : seconds(value / 1000);
}

/**
 * A length of time: "0.4 s", "12 s", "3 min 12 s", "2 h 5 min", "4 d 3 h".
 * @param {Maybe} value In seconds.
 */
export function seconds(value) {
  if (!isKnown(value)) return DASH;
  if (value < 0) return `-${seconds(-value)}`;
  if (value < 9.95) return `${Number(value.toFixed(1))} s`;
  const all = Math.round(value);
  if (all < 60) return `${all} s`;
  if (all < 3600) return two(Math.floor(all / 60), "min", all % 60, "s");
  if (all < 86_400) return two(Math.floor(all / 3600), "h", Math.floor((all % 3600) / 60), "min");
  return two(Math.floor(all / 86_400), "d", Math.floor((all % 86_400) / 3600), "h");
}

/** @param {number} big @param {string} bigUnit @param {number} small @param {string} smallUnit */
function two(big, bigUnit, small, smallUnit) {
  return small ? `${big} ${bigUnit} ${small} ${smallUnit}` : `${big} ${bigUnit}`;
}

/**
 * As `seconds`, in whole ones: what counts by itself must not flicker between "3 s" and "3.1 s".
 * @param {Maybe} value
 */
export function ago(value) {
  return isKnown(value) ? seconds(Math.max(0, Math.floor(value))) : DASH;
}

/** "512 B", "1.5 MB". @param {Maybe} value */
export function bytes(value) {
  if (!isKnown(value)) return DASH;
  let rest = value;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (Math.abs(rest) < 999.5) return `${number(rest)} ${unit}`;
    rest /= 1000;
  }
  return `${number(rest)} TB`;
}

/** A share of one as "48 %". @param {Maybe} share */
export function percent(share) {
  if (!isKnown(share)) return DASH;
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** "14:02:31" here. @param {Maybe} at Unix seconds. */
export function clock(at) {
  if (!isKnown(at)) return DASH;
  const day = new Date(at * 1000);
  return [day.getHours(), day.getMinutes(), day.getSeconds()].map(padded).join(":");
}

/** "2026-11-23 14:02:31" here. @param {Maybe} at Unix seconds. */
export function date(at) {
  if (!isKnown(at)) return DASH;
  const day = new Date(at * 1000);
  return `${day.getFullYear()}-${padded(day.getMonth() + 1)}-${padded(day.getDate())} ${clock(at)}`;
}

/** @param {number} value */
function padded(value) {
  return String(value).padStart(2, "0");
}

/** "1 session", "5,000 sessions". @param {number} value @param {string} one @param {string} [many] */
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** As a person reads a word of a program: "not_paused" is "not paused". @param {string} word */
export function words(word) {
  return word.replaceAll("_", " ");
}
