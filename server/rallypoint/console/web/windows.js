/** Which rows of a long table are looked at, and which pieces of it are asked for. Pure. */

export const PAGE = 100;
/** Rows drawn above and below what is seen, so that a turn of the wheel shows no gap. */
export const OVER = 8;

/**
 * The rows to draw, from the first to before the last.
 * @param {number} scrollTop @param {number} height Both in px.
 * @param {number} rowHeight @param {number} total
 * @returns {[first: number, end: number]}
 */
export function rowsSeen(scrollTop, height, rowHeight, total) {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - OVER;
  const end = Math.ceil((Math.max(0, scrollTop) + Math.max(0, height)) / rowHeight) + OVER;
  const from = Math.min(Math.max(0, first), Math.max(0, total));
  return [from, Math.max(from, Math.min(total, end))];
}

/**
 * The numbers of the pages that have these rows. There is one at least: the first page tells how many rows there are.
 * @param {number} first @param {number} end @param {number} [size]
 */
export function pagesFor(first, end, size = PAGE) {
  const from = Math.floor(first / size);
  const last = Math.max(from, Math.ceil(end / size) - 1);
  return Array.from({ length: last - from + 1 }, (_, n) => from + n);
}

/**
 * Where to scroll to, so that a row is seen whole; the same place if it is.
 * @param {number} row @param {number} scrollTop @param {number} height @param {number} rowHeight
 */
export function scrolledTo(row, scrollTop, height, rowHeight) {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  const below = top + rowHeight - height;
  return below > scrollTop ? below : scrollTop;
}

/**
 * The row that a key leads to; null if it is no such key.
 * @param {string} key @param {number} row -1: none yet. @param {number} total @param {number} perScreen
 */
export function rowAfterKey(key, row, total, perScreen) {
  const steps = /** @type {Record<string, number>} */ ({
    j: 1,
    ArrowDown: 1,
    k: -1,
    ArrowUp: -1,
    PageDown: perScreen,
    PageUp: -perScreen,
    Home: -Infinity,
    End: Infinity,
  });
  const step = steps[key];
  if (step === undefined || total === 0) return null;
  if (row < 0 && step !== Infinity) return 0;
  return Math.min(total - 1, Math.max(0, row + step));
}
