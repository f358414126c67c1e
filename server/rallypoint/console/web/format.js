// Figures as people read them. Pure.

/** @param {number | null | undefined} n @returns {boolean} */
function isNone(n) {
  return n === null || n === undefined || !Number.isFinite(n);
}

/** Milliseconds. @param {number | null | undefined} n @returns {string} */
export function ms(n) {
  if (isNone(n)) return "–";
  const value = /** @type {number} */ (n);
  const size = Math.abs(value);
  if (size >= 10_000) return `${trimmed(value / 1000, 1)} s`;
  if (size >= 1000) return `${trimmed(value / 1000, 2)} s`;
  return `${trimmed(value, size >= 100 ? 0 : size >= 1 ? 1 : 2)} ms`;
}

/** @param {number | null | undefined} n @returns {string} */
export function bytes(n) {
  if (isNone(n)) return "–";
  let value = /** @type {number} */ (n);
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value, unit === 0 || Math.abs(value) >= 100 ? 0 : 1)} ${units[unit]}`;
}

/** @param {number | null | undefined} n @returns {string} */
export function count(n) {
  if (isNone(n)) return "–";
  const value = /** @type {number} */ (n);
  const [whole, rest] = String(Number.isInteger(value) ? value : Number(value.toFixed(1))).split(".");
  const grouped = /** @type {string} */ (whole).replace(/\B(?=(\d{3})+$)/g, ",");
  return rest ? `${grouped}.${rest}` : grouped;
}

/** Seconds, in the two largest units. @param {number | null | undefined} s @returns {string} */
export function duration(s) {
  if (isNone(s)) return "–";
  const value = Math.max(0, /** @type {number} */ (s));
  if (value < 10) return `${trimmed(value, 1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  const parts = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => whole >= /** @type {number} */ (size));
  const [size, unit] = /** @type {[number, string]} */ (parts[first]);
  const [smaller, its] = /** @type {[number, string]} */ (parts[first + 1]);
  const rest = Math.floor((whole % size) / smaller);
  return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${its}` : ""}`;
}

/** The time of day, here, of a Unix time in seconds; with the day if it is another one. @param {number | null | undefined} at @returns {string} */
export function clock(at) {
  if (isNone(at)) return "–";
  const date = new Date(/** @type {number} */ (at) * 1000);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")} ${time}`;
}

/** Of a share: 1 is 100%. @param {number | null | undefined} share @returns {string} */
export function percent(share) {
  if (isNone(share)) return "–";
  const value = /** @type {number} */ (share) * 100;
  return `${trimmed(value, Math.abs(value) < 10 ? 1 : 0)}%`;
}

/** @param {number} value @param {number} digits @returns {string} */
function trimmed(value, digits) {
  const fixed = value.toFixed(digits);
  const short = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  return short === "-0" ? "0" : short;
}
