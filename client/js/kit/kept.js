/**
 * What the browser keeps for next time. Some keep nothing, and throw when they are asked: then nothing is
 * kept.
 */

/** @param {string} key */
export function kept(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} key @param {string} value */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // asked again next time
  }
}
