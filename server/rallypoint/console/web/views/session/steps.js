// The steps that were seen while somebody looked: each look tells the newest, and they are joined here. Pure.

/** @typedef {[tick: number, stepUs: number, lateUs: number]} Step */

/**
 * Those known and those just told, by tick, the newest `most` of them. What was told last is right: a session that was
 * recovered makes some of its ticks again.
 * @param {Step[]} known
 * @param {Step[]} told
 * @param {number} most
 * @returns {Step[]}
 */
export function joined(known, told, most) {
  const first = told[0]?.[0] ?? Infinity;
  return [...known.filter(([tick]) => tick < first), ...told].slice(-most);
}

/**
 * What is to be drawn: ticks, and in milliseconds how long and how late. Ticks that nobody saw are a hole in the lines.
 * @param {Step[]} steps
 * @returns {[number[], (number | null)[], (number | null)[]]}
 */
export function lanes(steps) {
  /** @type {number[]} */
  const ticks = [];
  /** @type {(number | null)[]} */
  const took = [];
  /** @type {(number | null)[]} */
  const late = [];
  for (const [tick, stepUs, lateUs] of steps) {
    const former = ticks.at(-1);
    if (former !== undefined && tick > former + 1) {
      ticks.push(former + 1);
      took.push(null);
      late.push(null);
    }
    ticks.push(tick);
    took.push(stepUs / 1000);
    late.push(lateUs / 1000);
  }
  return [ticks, took, late];
}

/**
 * The worst of them, in words.
 * @param {Step[]} steps
 * @returns {{mean_ms: number, max_ms: number, late_max_ms: number} | null}
 */
export function summed(steps) {
  if (!steps.length) return null;
  const sum = steps.reduce((all, [, stepUs]) => all + stepUs, 0);
  return {
    mean_ms: sum / steps.length / 1000,
    max_ms: Math.max(...steps.map(([, stepUs]) => stepUs)) / 1000,
    late_max_ms: Math.max(...steps.map(([, , lateUs]) => lateUs)) / 1000,
  };
}
