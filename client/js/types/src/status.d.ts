/**
 * The state of a seat or a lobby as a sentence without a point; empty while all is well.
 *
 * While a seat is resuming it changes with the seconds that the seat is kept for: ask again once a second.
 *
 * @param {Connected} connected
 * @returns {string}
 */
export function statusText(connected: Connected): string;
/**
 * What is looked at: a seat, or a lobby.
 */
export type Connected = {
    readonly state: string;
    readonly error: Error | null;
    readonly lostCode?: number | null;
    readonly keptForS?: number | null;
    readonly ended?: boolean;
    readonly index?: number;
};
