/**
 * A list of sessions, as the server tells of it: the whole, and then what changes. Pure.
 *
 * @module
 */

/** @import { Listing, SessionRow } from "./messages.js" */

/**
 * What is different from the last time: rows that are `changed` are as they now are, those `removed` as they
 * were. All three are empty if only the totals changed.
 * @typedef {{ added: SessionRow[], changed: SessionRow[], removed: SessionRow[] }} Change
 */

/** The list, at most as long as was asked for, and what of it somebody has seen. */
export class Rows {
  total = 0;
  /** @type {Record<string, number>} */
  counts = {};
  /** False until the whole list was told: what changes in another one is of no interest. */
  known = false;
  /** @type {Map<string, SessionRow>} */
  #rows = new Map();
  /** @type {Map<string, SessionRow>} */
  #seen = new Map();
  #seenTotals = totals(0, {});

  /** In the server's order. */
  get rows() {
    return [...this.#rows.values()];
  }

  /** The whole list will be told anew; until then, it stays as it was. */
  forget() {
    this.known = false;
  }

  /**
   * Takes in what the server says.
   *
   * @param {Listing} listing
   */
  apply(listing) {
    if (listing.whole) {
      this.known = true;
      this.#rows = new Map();
    } else if (!this.known) return;
    for (const id of listing.gone) this.#rows.delete(id);
    for (const row of listing.rows) this.#rows.set(row.id, row); // one that is there keeps its place
    this.total = listing.total;
    if (listing.counts !== null) this.counts = listing.counts;
  }

  /**
   * What has changed since the last call, however often meanwhile; `null` if nothing has.
   *
   * @returns {Change | null}
   */
  takeChange() {
    if (!this.known) return null;
    const rows = this.#rows;
    const seen = this.#seen;
    const now = totals(this.total, this.counts);
    const change = {
      added: [...rows.values()].filter(({ id }) => !seen.has(id)),
      changed: [...rows.values()].filter((row) => seen.has(row.id) && !same(row, seen.get(row.id))),
      removed: [...seen.values()].filter(({ id }) => !rows.has(id)),
    };
    const some = change.added.length + change.changed.length + change.removed.length;
    if (!some && now === this.#seenTotals) return null;
    this.#seen = new Map(rows);
    this.#seenTotals = now;
    return change;
  }
}

/**
 * @param {number} total
 * @param {Record<string, number>} counts
 */
function totals(total, counts) {
  return JSON.stringify([total, Object.entries(counts).sort()]);
}

/**
 * @param {SessionRow} a
 * @param {SessionRow | undefined} b
 */
function same(a, b) {
  return a === b || flat(a) === flat(b);
}

/** @param {SessionRow | undefined} row */
function flat(row) {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}
