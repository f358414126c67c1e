// Which rows of a long list are to be seen, and which are to be asked for. Pure.

/** The server gives no more at once. */
export const LIMIT_MAX = 200;
/** Windows begin at multiples of this, so that a little scrolling asks for nothing new. */
const STEP = 20;
const MARGIN = 20;

/**
 * First row in sight, and the one after the last.
 * @param {number} top Pixels scrolled. @param {number} height Pixels to be seen. @param {number} row Pixels of one row. @param {number} total
 */
export function inSight(top, height, row, total) {
  const first = Math.min(total, Math.max(0, Math.floor(top / row)));
  const end = Math.min(total, Math.ceil((top + height) / row));
  return { first, end: Math.max(first, end) };
}

/**
 * The window to ask for, which has these rows and some around them.
 * @param {number} first @param {number} end
 */
export function windowFor(first, end) {
  const offset = Math.max(0, Math.floor((first - MARGIN) / STEP) * STEP);
  const limit = Math.min(LIMIT_MAX, Math.ceil((end + MARGIN - offset) / STEP) * STEP);
  return { offset, limit };
}

/** What is to be scrolled to, so that a row is in sight. @param {number} place @param {number} top @param {number} height @param {number} row */
export function scrolledTo(place, top, height, row) {
  if (place * row < top) return place * row;
  if ((place + 1) * row > top + height) return (place + 1) * row - height;
  return top;
}

/** The row that a key leads to; null: it leads nowhere. @param {string} key @param {number} at @param {number} page @param {number} total */
export function moved(key, at, page, total) {
  const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: total - 1 }[key];
  return to === undefined || total === 0 ? null : Math.max(0, Math.min(total - 1, to));
}

/**
 * The row that one of `size` nodes shows: a node keeps its row as long as that is in sight, so that what has the focus is not moved.
 * @param {number} node @param {number} first @param {number} size
 */
export function rowOf(node, first, size) {
  return first + ((((node - first) % size) + size) % size);
}

/**
 * Where the marked row is, after news. `key` is the row's; "": nobody has chosen one, the mark stays where it is; null: whichever is there.
 * @param {readonly string[]} keys Of the window's rows. @param {number} offset @param {number} at @param {string | null} key @param {number} total
 * @returns {{at: number, key: string | null}}
 */
export function marked(keys, offset, at, key, total) {
  const found = key ? keys.indexOf(key) : -1;
  if (found >= 0) return { at: offset + found, key };
  const place = Math.max(0, Math.min(at, total - 1));
  return { at: place, key: key === "" ? "" : (keys[place - offset] ?? key) };
}

/** A whole number from an address, or 0. @param {string | null} typed @param {number} most */
export function placeIn(typed, most) {
  return typed !== null && /^\d{1,9}$/.test(typed) ? Math.min(Number(typed), most) : 0;
}
