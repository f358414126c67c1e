/**
 * Matches as they come: to whoever waits for one, or to be taken later.
 *
 * A server says `matched` when it has reserved a seat: after a quick match, for a rematch, or because a
 * backend seats its player somewhere. What nobody waits for is kept as an offer.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { News } from "./news.js";
import { readOffer } from "./seat_offer.js";

/** @import { SeatOffer } from "./seat_offer.js" */

/** Offers that are kept; the oldest go, and have expired long since. */
export const OFFERS_MAX = 16;

/**
 * Somebody who waits for a seat of a certain kind.
 * @abstract
 */
export class Claim {
  /** True once it is known what becomes of it. */
  done = false;
  /** @type {Promise<SeatOffer>} */
  offer;
  /** @type {(offer: SeatOffer) => void} */
  #resolve = () => {};
  /** @type {(error: unknown) => void} */
  #reject = () => {};

  constructor() {
    this.offer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.offer.catch(() => {}); // whoever waits for it may have gone
  }

  /**
   * True if this match is for this one.
   *
   * @param {Record<string, any>} data
   */
  fits(data) {
    void data;
    return false;
  }

  /**
   * Any other push of the lobby.
   *
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  pushed(kind, data) {
    void [kind, data];
  }

  /**
   * Here it is.
   *
   * @param {SeatOffer} offer
   */
  give(offer) {
    this.done = true;
    this.#resolve(offer);
  }

  /**
   * There will be no seat.
   *
   * @param {unknown} error
   */
  refuse(error) {
    this.done = true;
    this.#reject(error);
  }
}

/** Of one lobby session. */
export class Matches {
  /** @type {SeatOffer[]} */
  offers = [];
  /** @type {((offer: SeatOffer) => unknown) | null} */
  onOffer = null;
  /** @type {Set<Claim>} */
  #claims = new Set();
  #news = new News("the offers of one lobby");

  /**
   * While `wait` goes on, `claim` waits; the signal, if there is one, ends it with its reason.
   *
   * @param {Claim} claim
   * @param {AbortSignal | undefined} signal
   * @param {() => Promise<unknown>} wait asks for it
   * @returns {Promise<SeatOffer>}
   */
  async claimed(claim, signal, wait) {
    const aborted = () => claim.refuse(signal?.reason);
    this.#claims.add(claim);
    signal?.addEventListener("abort", aborted);
    try {
      const asked = wait();
      asked.catch((error) => claim.refuse(error));
      return await claim.offer;
    } finally {
      signal?.removeEventListener("abort", aborted);
      this.#claims.delete(claim);
    }
  }

  /**
   * A push of the lobby, of whatever kind.
   *
   * @param {string} kind
   * @param {Record<string, any>} data
   * @param {string} lobbyUrl
   */
  pushed(kind, data, lobbyUrl) {
    if (kind !== "matched") {
      for (const claim of [...this.#claims]) claim.pushed(kind, data);
      return;
    }
    for (const claim of this.#claims) if (!claim.done && claim.fits(data)) return give(claim, data, lobbyUrl);
    let offer;
    try {
      offer = readOffer(data, lobbyUrl);
    } catch (error) {
      // a newer server's: what cannot be read can be told to nobody
      if (error instanceof RequestRefused) return;
      throw error;
    }
    this.offers.push(offer);
    if (this.offers.length > OFFERS_MAX) this.offers.shift();
    this.#news.tell();
    call(this.onOffer, offer);
  }

  /**
   * The lobby session is over: nobody who waits will get a seat, and no offer holds.
   *
   * @param {Error} error
   */
  fail(error) {
    this.offers = [];
    this.#news.tell();
    for (const claim of this.#claims) claim.refuse(error);
  }

  /**
   * The oldest offer, as soon as there is one.
   *
   * @param {() => Error | null} closed why there can be none any more: that is thrown
   * @returns {Promise<SeatOffer>}
   */
  async nextOffer(closed) {
    for (;;) {
      const offer = this.offers.shift();
      if (offer !== undefined) return offer;
      const error = closed();
      if (error !== null) throw error;
      await this.#news.wait();
    }
  }
}

/**
 * @param {Claim} claim
 * @param {Record<string, any>} data
 * @param {string} lobbyUrl
 */
function give(claim, data, lobbyUrl) {
  try {
    claim.give(readOffer(data, lobbyUrl));
  } catch (error) {
    claim.refuse(error);
  }
}
