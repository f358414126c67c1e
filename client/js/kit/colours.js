/** A colour for each seat: told apart on dark and on light, and by most who see colours otherwise. */

export const SEAT_COLOURS = Object.freeze([
  "#4aa8ff",
  "#ff9f43",
  "#3ecf8e",
  "#f368a0",
  "#ffd54a",
  "#a78bfa",
  "#2dd4cf",
  "#ff6b5e",
]);

/**
 * @param {number | null | undefined} seat
 * @returns {string} As CSS and canvas take it.
 */
export function seatColour(seat) {
  if (seat === null || seat === undefined || seat < 0) return "#9aa4b8";
  return SEAT_COLOURS[seat % SEAT_COLOURS.length];
}
