/** How fast a count grows. Pure: time is given. */

const WINDOW_MS = 2000;

export class Rate {
  /** @type {{ nowMs: number, count: number }[]} */
  #seen = [];

  /**
   * @param {number} nowMs
   * @param {number} count It only grows; one that is less begins anew.
   * @returns {number} A second, over the last two.
   */
  at(nowMs, count) {
    const seen = this.#seen;
    if (seen.length > 0 && count < seen[seen.length - 1].count) seen.length = 0;
    seen.push({ nowMs, count });
    while (seen.length > 2 && seen[1].nowMs <= nowMs - WINDOW_MS) seen.shift();
    const [first] = seen;
    return nowMs > first.nowMs ? ((count - first.count) * 1000) / (nowMs - first.nowMs) : 0;
  }
}
