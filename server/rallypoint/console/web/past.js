// The last quarter of an hour of a node, as `/overview/history` tells it: asked for once as a whole, then kept up by its
// newest seconds. Pure.

export const KEPT_S = 900;
export const COLUMN_S = 10;
export const NEWS_S = 20;
/** A column without ticks that looks like the one before it is believed to be another one after so long. */
const SURELY_NEW_S = COLUMN_S + 2;

/**
 * What the server answers.
 * @typedef {{from_at: number, every_s: number, series: Record<string, (number | null)[]>,
 *   heat: Record<string, {edges_ms: number[], cells: number[][]}>}} HistoryOut
 */
/**
 * `column_at`: the end of the newest column of heat, as far as that can be known.
 * @typedef {HistoryOut & {to_at: number, column_at: number}} Past
 */

/** @param {HistoryOut} answer @returns {number} */
function samples(answer) {
  return Object.values(answer.series)[0]?.length ?? 0;
}

/** @param {HistoryOut} answer @returns {number} */
function columns(answer) {
  return Object.values(answer.heat)[0]?.cells.length ?? 0;
}

/** One column of all games, to be compared. @param {HistoryOut} answer @param {number} place @returns {string} */
function column(answer, place) {
  return JSON.stringify(Object.values(answer.heat).map((game) => game.cells.at(place) ?? null));
}

/** @param {HistoryOut} answer @returns {Past} */
export function wholePast(answer) {
  const count = samples(answer);
  const to_at = answer.from_at + Math.max(0, count - 1);
  // Of a young node the columns begin with the first sample; of an old one, nobody knows when the next is due.
  const column_at = count < KEPT_S ? answer.from_at + columns(answer) * COLUMN_S - 1 : to_at - COLUMN_S / 2;
  return { ...answer, to_at, column_at };
}

/**
 * With the newest seconds, in place of what was known of these.
 * @param {Past} past
 * @param {HistoryOut} news
 * @returns {Past | null} null: something between them is missing, so that all of it is to be asked for again
 */
export function withNews(past, news) {
  const to_at = news.from_at + Math.max(0, samples(news) - 1);
  const kept = news.from_at - past.from_at;
  if (kept < 0 || news.from_at > past.to_at + 1 || to_at < past.to_at) return null;
  const heat = withColumns(past, news, to_at);
  if (heat === null) return null;
  const cut = Math.max(0, kept + samples(news) - KEPT_S);
  /** @type {Past["series"]} */
  const series = {};
  for (const [name, values] of Object.entries(news.series)) {
    series[name] = [...(past.series[name] ?? []).slice(cut, kept), ...values];
  }
  return { from_at: past.from_at + cut, every_s: news.every_s, series, ...heat, to_at };
}

/**
 * @param {Past} past
 * @param {HistoryOut} news
 * @param {number} to_at
 * @returns {{heat: Past["heat"], column_at: number} | null}
 */
function withColumns(past, news, to_at) {
  const same = { heat: past.heat, column_at: past.column_at };
  if (columns(news) === 0) return same;
  if (columns(past) === 0) return columns(news) === 1 ? { heat: pushed(past, news), column_at: to_at } : null;
  if (column(news, -1) === column(past, -1)) {
    if (to_at - past.column_at < SURELY_NEW_S || hasTicks(past)) return same;
    return { heat: pushed(past, news), column_at: past.column_at + COLUMN_S };
  }
  if (columns(news) > 1 && column(news, -2) !== column(past, -1)) return null;
  return { heat: pushed(past, news), column_at: to_at };
}

/**
 * Whether the newest column has any: counts of two columns are never the same then.
 * @param {Past} past
 * @returns {boolean}
 */
function hasTicks(past) {
  return Object.values(past.heat).some((game) => game.cells.at(-1)?.some((count) => count > 0));
}

/** @param {Past} past @param {HistoryOut} news @returns {Past["heat"]} */
function pushed(past, news) {
  /** @type {Past["heat"]} */
  const heat = {};
  for (const [game, { edges_ms, cells }] of Object.entries(news.heat)) {
    const all = [...(past.heat[game]?.cells ?? []), /** @type {number[]} */ (cells.at(-1))];
    heat[game] = { edges_ms, cells: all.slice(-KEPT_S / COLUMN_S) };
  }
  return heat;
}

/** The times of all samples. @param {Past} past @returns {number[]} */
export function times(past) {
  return Array.from({ length: samples(past) }, (_, place) => past.from_at + place * past.every_s);
}

/**
 * How much there was in the newest seconds.
 * @param {Past} past
 * @param {string} name
 * @param {number} seconds
 * @returns {number}
 */
export function sumOf(past, name, seconds) {
  return (past.series[name] ?? []).slice(-seconds).reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0);
}

/**
 * Sums of so many seconds each, as bars: they begin at round times, so that they stand still while time goes on.
 * @param {Past} past
 * @param {string[]} names
 * @param {number} seconds
 * @returns {{at: number[], sums: number[][]}} `at`: the middle of each
 */
export function summed(past, names, seconds) {
  const first = Math.floor(past.from_at / seconds);
  const bars = Math.floor(past.to_at / seconds) - first + 1;
  const sums = names.map((name) => {
    const found = Array.from({ length: bars }, () => 0);
    (past.series[name] ?? []).forEach((value, place) => {
      const bar = Math.floor((past.from_at + place * past.every_s) / seconds) - first;
      found[bar] = (found[bar] ?? 0) + (value ?? 0);
    });
    return found;
  });
  return { at: Array.from({ length: bars }, (_, bar) => (first + bar + 0.5) * seconds), sums };
}

/** When each column of heat ended, oldest first. @param {Past} past @returns {number[]} */
export function columnTimes(past) {
  const count = columns(past);
  return Array.from({ length: count }, (_, place) => past.column_at - (count - 1 - place) * COLUMN_S);
}
