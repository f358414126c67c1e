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
export const TRANSITIONS: Readonly<Record<SeatState, Readonly<Partial<Record<SeatHappening, SeatState>>>>>;
export type SeatState = "connecting" | "playing" | "resuming" | "closed";
export type SeatHappening = "seated" | "lost" | "stopped";
