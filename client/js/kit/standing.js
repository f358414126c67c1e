/** How things stand, out of what is there: what the banner says, and which way out it offers. Pure. */

import { statusText, TakenOver } from "../rallypoint.js";
import { sentence, whyNot } from "./words.js";

export const ELSEWHERE = "You play in another tab now.";

/**
 * @typedef {object} Standing
 * @property {string} text Empty: all is well.
 * @property {"" | "leave" | "here"} offer A button: back to the lobby, or into this tab.
 */

/**
 * @param {object} page
 * @param {any} page.seat What is played, watched or seen again; `null` in the lobby.
 * @param {any} page.lobby `null`: not there yet.
 * @param {boolean} page.isOver The result is shown.
 * @param {boolean} page.isAsking The lobby is asked for something, and the banner is about that.
 * @param {string} page.notice What went wrong the last time.
 * @param {string} [page.paused] That the session stands still by an operator's will; empty: it does not.
 * @returns {Standing | null} `null`: leave what is shown.
 */
export function standing({ seat, lobby, isOver, isAsking, notice, paused = "" }) {
  if (seat?.error instanceof TakenOver || lobby?.error instanceof TakenOver) {
    return { text: ELSEWHERE, offer: "here" };
  }
  if (seat && "seek" in seat) return { text: seat.error ? whyNot(seat.error) : "", offer: "" };
  if (seat && !isOver)
    return { text: sentence(statusText(seat)) || paused, offer: seat.state === "closed" ? "leave" : "" };
  if (!seat && isAsking && lobby?.state !== "resuming") return null;
  if (lobby && lobby.state !== "connected") return { text: sentence(statusText(lobby)), offer: "" };
  return { text: notice, offer: "" };
}
