// How late ticks were, out of counts in buckets. Pure.

/** A cell's colour: the first of these limits (ms) that its p99 is within; beyond all of them, the last colour. */
export const LIMITS_MS = [5, 10, 20, 50, 100];

/** @typedef {{ticks: number, p50: number, p99: number}} Cell */

/**
 * The smallest value that so large a share is within: between the ends of its bucket as if values were spread evenly there.
 * @param {number[]} edges upper ends of the buckets; the last one, beyond these, has none
 * @param {number[]} counts
 * @param {number} share
 * @returns {number | null} null: nothing was counted; Infinity: beyond the last edge
 */
export function quantile(edges, counts, share) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const wanted = share * all;
  let below = 0;
  for (let place = 0; place < edges.length; place++) {
    const count = counts[place] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const from = edges[place - 1] ?? 0;
      return from + ((edges[place] ?? from) - from) * ((wanted - below) / count);
    }
    below += count;
  }
  return Infinity;
}

/** @param {number[]} edges @param {number[]} counts @returns {Cell | null} null: there were no ticks */
export function cellOf(edges, counts) {
  const p50 = quantile(edges, counts, 0.5);
  const p99 = quantile(edges, counts, 0.99);
  if (p50 === null || p99 === null) return null;
  return { ticks: counts.reduce((sum, count) => sum + count, 0), p50, p99 };
}

/** Which colour: 0 is fine. @param {number} late_ms @returns {number} */
export function shade(late_ms) {
  const place = LIMITS_MS.findIndex((limit) => late_ms <= limit);
  return place < 0 ? LIMITS_MS.length : place;
}

/**
 * The worst of each so many cells, from the newest on.
 * @param {(Cell | null)[]} cells
 * @param {number} size
 * @returns {(number | null)[]}
 */
export function worst(cells, size) {
  /** @type {(number | null)[]} */
  const found = [];
  for (let end = cells.length; end > 0; end -= size) {
    const late = cells.slice(Math.max(0, end - size), end).flatMap((cell) => (cell === null ? [] : [cell.p99]));
    found.unshift(late.length > 0 ? Math.max(...late) : null);
  }
  return found;
}

/**
 * Which cell is at that share of the width; the newest is the last one of `columns`.
 * @param {number} share
 * @param {number} columns
 * @param {number} kept how many there are
 * @returns {number | null}
 */
export function cellAt(share, columns, kept) {
  const place = Math.floor(share * columns) - (columns - kept);
  return place >= 0 && place < kept ? place : null;
}

/** In words. @param {number} late_ms @returns {string} */
export function lateWords(late_ms) {
  if (late_ms === Infinity) return "more than 2.5 s";
  if (late_ms >= 1000) return `${(late_ms / 1000).toFixed(1)} s`;
  return `${late_ms < 10 ? late_ms.toFixed(1) : Math.round(late_ms)} ms`;
}
