/** @import { SeatOffer } from "./seat_offer.js" */
/** Offers that are kept; the oldest go, and have expired long since. */
export const OFFERS_MAX: 16;
/**
 * Somebody who waits for a seat of a certain kind.
 * @abstract
 */
export class Claim {
    /** True once it is known what becomes of it. */
    done: boolean;
    /** @type {Promise<SeatOffer>} */
    offer: Promise<SeatOffer>;
    /**
     * True if this match is for this one.
     *
     * @param {Record<string, any>} data
     */
    fits(data: Record<string, any>): boolean;
    /**
     * Any other push of the lobby.
     *
     * @param {string} kind
     * @param {Record<string, any>} data
     */
    pushed(kind: string, data: Record<string, any>): void;
    /**
     * Here it is.
     *
     * @param {SeatOffer} offer
     */
    give(offer: SeatOffer): void;
    /**
     * There will be no seat.
     *
     * @param {unknown} error
     */
    refuse(error: unknown): void;
    #private;
}
/** Of one lobby session. */
export class Matches {
    /** @type {SeatOffer[]} */
    offers: SeatOffer[];
    /** @type {((offer: SeatOffer) => unknown) | null} */
    onOffer: ((offer: SeatOffer) => unknown) | null;
    /**
     * While `wait` goes on, `claim` waits; the signal, if there is one, ends it with its reason.
     *
     * @param {Claim} claim
     * @param {AbortSignal | undefined} signal
     * @param {() => Promise<unknown>} wait asks for it
     * @returns {Promise<SeatOffer>}
     */
    claimed(claim: Claim, signal: AbortSignal | undefined, wait: () => Promise<unknown>): Promise<SeatOffer>;
    /**
     * A push of the lobby, of whatever kind.
     *
     * @param {string} kind
     * @param {Record<string, any>} data
     * @param {string} lobbyUrl
     */
    pushed(kind: string, data: Record<string, any>, lobbyUrl: string): void;
    /**
     * The lobby session is over: nobody who waits will get a seat, and no offer holds.
     *
     * @param {Error} error
     */
    fail(error: Error): void;
    /**
     * The oldest offer, as soon as there is one.
     *
     * @param {() => Error | null} closed why there can be none any more: that is thrown
     * @returns {Promise<SeatOffer>}
     */
    nextOffer(closed: () => Error | null): Promise<SeatOffer>;
    #private;
}
import type { SeatOffer } from "./seat_offer.js";
