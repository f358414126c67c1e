// Keys of the whole page: single ones, and two in a row, as "g s". None while somebody types.

/** @typedef {{keys: string, words: string, run: () => void}} Bound */

const BETWEEN_MS = 1200;

export class Keys {
  /** @type {Bound[]} */
  #bound = [];
  #before = "";
  #beforeAt = 0;

  /** @param {string} keys As "p", or "g s". @param {string} words What it does. @param {() => void} run @returns {() => void} takes it back */
  bind(keys, words, run) {
    const bound = { keys, words, run };
    this.#bound.push(bound);
    return () => {
      this.#bound = this.#bound.filter((one) => one !== bound);
    };
  }

  /** All there are, the newest of each key. @returns {{keys: string, words: string}[]} */
  all() {
    return [...new Map(this.#bound.map((one) => [one.keys, { keys: one.keys, words: one.words }])).values()];
  }

  /**
   * Whether the key was for somebody.
   * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, target: unknown, defaultPrevented?: boolean}} event @param {number} now
   */
  press(event, now) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return false;
    if (event.key.length > 1 && event.key !== "Escape") return false; // arrows and the like belong to what has the focus
    const pair = now - this.#beforeAt <= BETWEEN_MS && this.#before ? `${this.#before} ${event.key}` : "";
    const found = (pair ? this.#find(pair) : undefined) ?? this.#find(event.key);
    this.#before = found ? "" : event.key;
    this.#beforeAt = now;
    found?.run();
    return found !== undefined;
  }

  /** @param {string} keys */
  #find(keys) {
    return this.#bound.findLast((one) => one.keys === keys);
  }
}

/** @param {any} target @returns {boolean} */
function isTyping(target) {
  const tag = target?.tagName;
  if (target?.closest?.("dialog")) return true;
  if (tag === "INPUT") return !["checkbox", "radio", "button", "range"].includes(target.type);
  return tag === "TEXTAREA" || tag === "SELECT" || Boolean(target?.isContentEditable);
}

export const keys = new Keys();
