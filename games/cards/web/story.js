/**
 * What has happened between two states, as everybody at the table can see it. Who watches, or looks at a
 * replay, is told no events: so the page reads the state, for players as well. Pure.
 */

/**
 * @typedef {object} Seen What is public.
 * @property {number} round
 * @property {number} turns
 * @property {number | null} turn
 * @property {number} top
 * @property {number} suit
 * @property {boolean} drawn
 * @property {Map<number, number>} counts Cards in the hand, by seat.
 * @property {Map<number, number>} scores By seat.
 *
 * @typedef {{ kind: "dealt" } | { kind: "drew", seat: number } | { kind: "passed", seat: number }
 *   | { kind: "played", seat: number, card: number, suit: number }
 *   | { kind: "round", round: number, winner: number | null, points: number }} Story
 */

/** @param {any} view @returns {Seen} */
export function seen({ game, players }) {
  const { round, turns, turn, top, suit, drawn } = game;
  /** @type {(of: (player: any) => number) => Map<number, number>} */
  const each = (of) => new Map(players.map((/** @type {any} */ player) => [player.seat, of(player)]));
  const counts = each((player) => player.count);
  return { round, turns, turn, top, suit, drawn, counts, scores: each((player) => player.score) };
}

/**
 * @param {Seen | null} old
 * @param {Seen} now
 * @returns {Story[]} Empty also if it went back, or on by many turns: a replay, a connection that was away.
 */
export function stories(old, now) {
  if (old === null) return [];
  if (now.round !== old.round) return now.round === old.round + 1 ? [{ kind: "dealt" }] : [];
  if (old.turn === null || now.turns < old.turns || now.turns > old.turns + 1) return [];
  const isOver = now.turn === null;
  const told = now.turns > old.turns || isOver ? turnDone(old, now) : turnGoesOn(old, now);
  return isOver ? [...told, roundOver(old, now)] : told;
}

/** @param {Seen} old @param {Seen} now @returns {Story[]} */
function turnGoesOn(old, now) {
  return now.drawn && !old.drawn && old.turn !== null ? [{ kind: "drew", seat: old.turn }] : [];
}

/** @param {Seen} old @param {Seen} now @returns {Story[]} */
function turnDone(old, now) {
  const seat = old.turn;
  if (seat === null || !now.counts.has(seat)) return []; // who has left
  const isPlayed = now.top !== old.top;
  const more = (now.counts.get(seat) ?? 0) - (old.counts.get(seat) ?? 0) + Number(isPlayed);
  /** @type {Story[]} */
  const told = more > 0 && now.turn !== null ? [{ kind: "drew", seat }] : []; // both in one step
  if (isPlayed) return [...told, { kind: "played", seat, card: now.top, suit: now.suit }];
  return now.turn === null ? told : [...told, { kind: "passed", seat }];
}

/** @param {Seen} old @param {Seen} now @returns {Story} */
function roundOver(old, now) {
  for (const [seat, score] of now.scores) {
    const points = score - (old.scores.get(seat) ?? 0);
    if (points > 0) return { kind: "round", round: now.round, winner: seat, points };
  }
  return { kind: "round", round: now.round, winner: null, points: 0 };
}
