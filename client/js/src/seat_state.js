/**
 * Where a seat is, and what can happen to it: one table.
 *
 *     connecting -> playing <-> resuming -> closed
 *
 * @module
 */

/** @typedef {"connecting" | "playing" | "resuming" | "closed"} SeatState */
/** @typedef {"seated" | "lost" | "stopped"} SeatHappening */

/** @type {Readonly<Record<SeatState, Readonly<Partial<Record<SeatHappening, SeatState>>>>>} */
export const TRANSITIONS = Object.freeze({
  connecting: { seated: "playing", lost: "connecting", stopped: "closed" },
  playing: { lost: "resuming", stopped: "closed" },
  resuming: { seated: "playing", lost: "resuming", stopped: "closed" },
  closed: {},
});
