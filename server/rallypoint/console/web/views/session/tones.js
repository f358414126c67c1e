// Which words are good news. Pure.

const STATES = /** @type {Record<string, string>} */ ({ running: "ok", waiting: "info", paused: "warn", ended: "" });
const SEATS = /** @type {Record<string, string>} */ ({ connected: "ok", away: "warn", reserved: "info", left: "", expired: "bad" });
const LINKS = /** @type {Record<string, string>} */ ({ good: "ok", slow: "warn", bad: "bad" });
const KINDS = /** @type {Record<string, string>} */ ({
  dropped: "warn",
  expired: "bad",
  kicked: "bad",
  paused: "warn",
  "slow step": "warn",
  recovered: "warn",
  started: "ok",
  returned: "ok",
  joined: "ok",
});

/** @param {string} state */
export const stateTone = (state) => STATES[state] ?? "";
/** @param {string} state */
export const seatTone = (state) => SEATS[state] ?? "";
/** @param {string} quality */
export const linkTone = (quality) => LINKS[quality] ?? "";
/** @param {string} kind Of something on the timeline. */
export const kindTone = (kind) => KINDS[kind] ?? "";
