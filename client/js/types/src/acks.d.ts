/** What of one seat the server knows to be applied. */
export class Acks {
    urgent: boolean;
    /**
     * At least four frames a second: a server judges slowness by the time since the last.
     *
     * @param {number} tickHz
     */
    setTickHz(tickHz: number): void;
    /**
     * The first frame of a connection has said so much.
     *
     * @param {number} tick
     * @param {number} event
     */
    seated(tick: number, event: number): void;
    /**
     * An input goes out that has seen this tick: perhaps an older one than was acknowledged, if it was shown
     * late.
     *
     * @param {number} tick
     */
    input(tick: number): void;
    /**
     * True if a frame with this tick and event is to be sent now; it counts as sent then.
     *
     * @param {number} tick
     * @param {number} event
     */
    due(tick: number, event: number): boolean;
    #private;
}
