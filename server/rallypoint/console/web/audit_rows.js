// Rows of the audit log: how pages fit together, and what a row is about. Pure.

/**
 * @typedef {{id: number, at: number, operator: string, role: string, via: string, action: string, object: string,
 *   detail: Record<string, unknown>, outcome: string, peer: string}} AuditRow
 */
/** `next`: ask for what is before; null: there is nothing. @typedef {{rows: AuditRow[], next: number | null}} AuditPage */

/**
 * The newest page on top of what is shown. If rows between are missing, what is older is dropped: it can be asked for.
 * @param {AuditPage} kept
 * @param {AuditPage} newest
 * @returns {AuditPage}
 */
export function withNewest(kept, newest) {
  const last = newest.rows.at(-1);
  const top = kept.rows[0];
  if (last === undefined || top === undefined || last.id > top.id) return newest;
  const known = new Map(kept.rows.map((row) => [row.id, row]));
  const older = kept.rows.filter((row) => row.id < last.id);
  const next = older.length > 0 || newest.next === null ? kept.next : newest.next;
  return { rows: [...newest.rows.map((row) => known.get(row.id) ?? row), ...older], next };
}

/** @param {AuditPage} kept @param {AuditPage} older @returns {AuditPage} */
export function withOlder(kept, older) {
  const last = kept.rows.at(-1);
  const rows = last === undefined ? older.rows : older.rows.filter((row) => row.id < last.id);
  return { rows: [...kept.rows, ...rows], next: older.next };
}

/** @type {[RegExp, string][]} */
const KINDS = [
  [/bulk/, ""],
  [/queue|dry_run/, "queues"],
  [/player|mute/, "players"],
  [/session|seat|^set_meta$/, "sessions"],
];
/** `POST /sessions/{id}/kick` has been there before players could be kicked out of everything. */
const OF_SESSIONS = new Set(["kick_player"]);

/** The page of what a row is about, if there is one. @param {AuditRow} row @returns {string | null} */
export function pageOf(row) {
  if (row.object === "" || row.object.includes("/")) return null;
  if (OF_SESSIONS.has(row.action)) return `/sessions/${encodeURIComponent(row.object)}`;
  const kind = KINDS.find(([pattern]) => pattern.test(row.action))?.[1];
  return kind ? `/${kind}/${encodeURIComponent(row.object)}` : null;
}

/**
 * The path of a page of rows.
 * @param {Record<string, string>} filter
 * @param {number} limit
 * @param {number | null} [before]
 * @returns {string}
 */
export function pathOf(filter, limit, before = null) {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filter)) if (value !== "") query.set(name, value);
  if (before !== null) query.set("before", String(before));
  return `/audit?${query}`;
}
