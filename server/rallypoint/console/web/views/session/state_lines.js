// A session's state as the lines of a tree. Pure.
//
// A line's key is what time travel calls it: `game.round`, `player 0.score`, `Ship 12.x`. So what a tick has changed
// can be looked up here, and what is open stays open while the state changes.

import { brief } from "./words.js";

/**
 * `open`: null for a line that has nothing below it. `count`: how many are in a line that stands for several.
 * @typedef {{key: string, depth: number, label: string, open: boolean | null, value: unknown, count?: number}} Line
 */
/** @typedef {{key: string, label: string, value: unknown, children: () => Branch[], count?: number}} Branch */

/** So much of what is in a closed line is told. */
const SUMMARY_CHARS = 160;
/** Of a list: more is told as text only. */
const LIST_MAX = 1000;

/**
 * The parts at the top: the game, each player, each class of entities, and, in time travel, all else that is kept.
 * @param {Record<string, any>} state
 * @returns {Branch[]}
 */
export function branches(state) {
  /** @type {Branch[]} */
  const found = [];
  if (state.game) found.push(branch("game", "game", state.game));
  if (state.players?.length) found.push(group("players", state.players, (one) => `player ${one.seat}`, "seat"));
  for (const [name, entities] of Object.entries(state.entities ?? {})) {
    found.push(group(name, /** @type {any[]} */ (entities), (one) => `${name} ${one.id}`, "id"));
  }
  for (const [name, value] of Object.entries(state)) {
    if (!SHOWN.has(name) && !isEmpty(value)) found.push(branch(name, name, value));
  }
  return found;
}

/** Shown above, or in the page's head. */
const SHOWN = new Set(["game", "players", "entities", "tick", "ms", "epoch", "state", "entities_left_out"]);

/** @param {unknown} value */
function isEmpty(value) {
  return value === null || (typeof value === "object" && Object.keys(/** @type {object} */ (value)).length === 0);
}

/**
 * @param {string} name
 * @param {any[]} members
 * @param {(one: any) => string} key
 * @param {string} own The field that is in the key already.
 * @returns {Branch}
 */
function group(name, members, key, own) {
  const children = () =>
    members.map((one) => {
      const { [own]: _, ...rest } = one;
      return branch(key(one), key(one), rest);
    });
  return { key: `each ${name}`, label: name, value: undefined, children, count: members.length };
}

/**
 * @param {string} key
 * @param {string} label
 * @param {unknown} value
 * @returns {Branch}
 */
function branch(key, label, value) {
  const children = () => {
    if (Array.isArray(value)) return value.slice(0, LIST_MAX).map((one, place) => branch(`${key}.${place}`, String(place), one));
    if (value !== null && typeof value === "object") return Object.entries(value).map(([name, one]) => branch(`${key}.${name}`, name, one));
    return [];
  };
  return { key, label, value, children };
}

/** @param {Branch} one */
function isInner(one) {
  return one.count !== undefined || (one.value !== null && typeof one.value === "object" && Object.keys(one.value).length > 0);
}

/**
 * What stands behind a line's name: its value; how many, or what is in it as long as it is closed.
 * @param {Line} line
 * @returns {string}
 */
export function told(line) {
  if (line.count !== undefined) return String(line.count);
  if (line.open) return "";
  const whole = brief(line.value);
  return whole.length > SUMMARY_CHARS ? `${whole.slice(0, SUMMARY_CHARS)}…` : whole;
}

/**
 * The lines that are to be seen. With a filter: those that have it in their key or value, with what they are in, and all of
 * what is in a line whose name has it.
 * @param {Branch[]} tree
 * @param {(key: string, depth: number) => boolean} isOpen
 * @param {string} [filter]
 * @returns {Line[]}
 */
export function lines(tree, isOpen, filter = "") {
  const wanted = filter.trim().toLowerCase();
  /** @type {Line[]} */
  const found = [];
  for (const one of tree) add(found, one, 0, isOpen, wanted);
  return found;
}

/**
 * @param {Line[]} found
 * @param {Branch} one
 * @param {number} depth
 * @param {(key: string, depth: number) => boolean} isOpen
 * @param {string} wanted
 * @returns {boolean} whether it is in there
 */
function add(found, one, depth, isOpen, wanted) {
  const inner = isInner(one);
  const named = wanted !== "" && one.label.toLowerCase().includes(wanted);
  const place = found.length;
  const open = inner && (wanted !== "" && !named ? true : isOpen(one.key, depth));
  found.push({ key: one.key, depth, label: one.label, open: inner ? open : null, value: one.value, count: one.count });
  let matches = wanted === "" || named || (!inner && has(one, wanted));
  if (open) {
    for (const child of one.children()) {
      if (add(found, child, depth + 1, isOpen, named ? "" : wanted)) matches = true;
    }
  }
  if (!matches) found.length = place;
  return matches;
}

/** @param {Branch} one @param {string} wanted */
function has(one, wanted) {
  return one.key.toLowerCase().includes(wanted) || brief(one.value).toLowerCase().includes(wanted);
}

/**
 * Which lines are to be marked for what was changed: the fields themselves, and what they are in.
 * @param {Iterable<string>} changed Keys, as `Ship 12.x`.
 * @returns {Set<string>}
 */
export function withParents(changed) {
  const found = new Set();
  for (const key of changed) {
    for (let end = key.length; end > 0; end = key.lastIndexOf(".", end - 1)) found.add(key.slice(0, end));
  }
  return found;
}
