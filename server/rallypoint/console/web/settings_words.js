// Settings as they are shown and searched. Pure.

/** @typedef {{name: string, value: unknown, default: unknown, source: string, variable: string, what: string}} Setting */
/** @typedef {{name: string, value: unknown, default: unknown}} Option */

/** @param {unknown} value @returns {string} */
export function valueWords(value) {
  if (value === null || value === undefined) return "none";
  if (value === "") return "empty";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 0 ? "empty" : value.map(valueWords).join(", ");
  return JSON.stringify(value);
}

/** There is nothing, so that the word for it is none of the setting's own. @param {unknown} value @returns {boolean} */
export function isNothing(value) {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** @param {Setting | Option} row @returns {boolean} */
export function isChanged(row) {
  return JSON.stringify(row.value) !== JSON.stringify(row.default);
}

/** All words of the search are somewhere in it. @param {Setting} row @param {string} search @returns {boolean} */
export function fits(row, search) {
  const where = `${row.name} ${row.variable} ${row.what} ${row.source} ${valueWords(row.value)}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => where.includes(word));
}
