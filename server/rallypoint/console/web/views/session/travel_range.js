// The ticks of a session that can be gone to, and moving among them. Pure.

/**
 * `gaps`: the first and last step of each stretch that was lost. The state after the last of them is known again.
 * @typedef {{first: number, last: number, gaps: [number, number][]}} Ticks
 */

/** @param {Ticks} ticks @param {number} tick @returns {[number, number] | undefined} where it cannot be gone to */
function hole(ticks, tick) {
  return ticks.gaps.find(([first, last]) => first <= tick && tick < last);
}

/**
 * The tick itself, if there is one; the nearest in that direction if it is lost, and the end if it is beyond.
 * @param {Ticks} ticks
 * @param {number} tick
 * @param {number} [direction] Below 0: back.
 * @returns {number}
 */
export function reachable(ticks, tick, direction = 1) {
  const within = Math.min(ticks.last, Math.max(ticks.first, Math.round(tick)));
  const lost = hole(ticks, within);
  if (!lost) return within;
  return direction < 0 && lost[0] > ticks.first ? lost[0] - 1 : lost[1];
}

/**
 * From there by so many.
 * @param {Ticks} ticks
 * @param {number} from
 * @param {number} by
 * @returns {number}
 */
export function moved(ticks, from, by) {
  return reachable(ticks, from + by, by);
}

/**
 * What somebody typed as a tick; null: it is none.
 * @param {string | null} typed
 * @returns {number | null}
 */
export function typedTick(typed) {
  const plain = (typed ?? "").replaceAll(/[\s,._]/g, "");
  return /^\d{1,15}$/.test(plain) ? Number(plain) : null;
}

/**
 * How many ticks were lost.
 * @param {Ticks} ticks
 * @returns {number}
 */
export function lost(ticks) {
  return ticks.gaps.reduce((sum, [first, last]) => sum + last - first, 0);
}
