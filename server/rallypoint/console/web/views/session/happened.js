// What a session's timeline shows of all that happened. Pure.

/** @typedef {{at: number, tick: number | null, kind: string, text: string, player: string | null, by: string | null}} Happened */

/**
 * How many there are of each kind, the most frequent first.
 * @param {Happened[]} items
 * @returns {[string, number][]}
 */
export function kinds(items) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const { kind } of items) found.set(kind, (found.get(kind) ?? 0) + 1);
  return [...found].sort(([a, many], [b, more]) => more - many || a.localeCompare(b));
}

/**
 * Everybody who did something, or to whom it happened.
 * @param {Happened[]} items
 * @returns {string[]}
 */
export function people(items) {
  return [...new Set(items.flatMap(({ player, by }) => [player ?? "", by ?? ""]))].filter(Boolean).sort();
}

/**
 * @param {Happened[]} items
 * @param {{kinds: Set<string>, who: string, text: string}} wanted No kinds: all of them.
 * @returns {Happened[]}
 */
export function chosen(items, wanted) {
  const part = wanted.text.trim().toLowerCase();
  return items.filter(
    (one) =>
      (wanted.kinds.size === 0 || wanted.kinds.has(one.kind)) &&
      (wanted.who === "" || one.player === wanted.who || one.by === wanted.who) &&
      (part === "" || [one.kind, one.text, one.player, one.by].some((field) => field?.toLowerCase().includes(part))),
  );
}
