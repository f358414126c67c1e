/** A page's party: what its panel asks for, and playing along with its leader. */

import { RequestRefused } from "../rallypoint.js";
import { readCode } from "./links.js";
import { PartyPanel } from "./party_panel.js";
import { whyNot } from "./words.js";

/** @typedef {import("../rallypoint.js").Lobby} Lobby */
/** @typedef {import("../rallypoint.js").Party} Party */

/**
 * @typedef {object} DeskPage
 * @property {() => Promise<Lobby | null>} reach
 * @property {(ask: (lobby: Lobby, signal: AbortSignal) => Promise<any>) => Promise<void>} ask For a seat.
 * @property {() => void} stop Asks for it no longer.
 * @property {() => boolean} isFree Nothing is asked for or played.
 * @property {(lobby: Lobby, signal: AbortSignal) => import("../rallypoint.js").PlayOptions} options
 * @property {(text: string) => void} say
 * @property {(code: string) => void} share
 */

export class PartyDesk {
  /** @type {Lobby | null} */
  #lobby = null;
  #page;
  /** Whether the page waits for what the leader queues for. */
  #follows = false;

  /** @param {DeskPage} page */
  constructor(page) {
    this.#page = page;
    this.panel = new PartyPanel({
      create: () => void this.#do((lobby) => lobby.createParty()),
      join: (code) => void this.join(code),
      share: (code) => page.share(code),
      ready: () => void this.#ready(),
      leave: () => void this.#do((lobby) => lobby.party?.leave()),
      kick: (player) => void this.#do((lobby) => lobby.party?.kick(player)),
    });
  }

  /** There is another lobby. @param {Lobby} lobby */
  attach(lobby) {
    this.#lobby = lobby;
    lobby.onParty = () => this.#another();
    this.#another();
  }

  /** @param {string} code As it was typed. */
  async join(code) {
    await this.#do((lobby) => lobby.joinParty(readCode(code)));
  }

  /** Plays along, if one has said so and nothing else is going on. */
  follow() {
    const party = this.#lobby?.party;
    if (!party || party.isLeader || !party.me?.ready || !this.#page.isFree()) return;
    void this.#follow();
  }

  async #ready() {
    if (this.#follows) return this.#page.stop();
    const isReady = Boolean(this.#lobby?.party?.me?.ready);
    await this.#do((lobby) => (isReady ? lobby.party?.unready() : lobby.party?.ready()));
    if (isReady) return;
    if (!this.#follows && this.#lobby?.party && this.#page.isFree()) await this.#follow();
  }

  async #follow() {
    this.#follows = true;
    try {
      await this.#page.ask(async (lobby, signal) => {
        const { party } = lobby;
        if (party === null) throw new RequestRefused("ended", "the party is over");
        try {
          return await party.play([], this.#page.options(lobby, signal));
        } catch (error) {
          if (signal.aborted && !party.isLeader) await party.unready().catch(() => {}); // the party may be over
          throw error;
        }
      });
    } finally {
      this.#follows = false;
    }
  }

  #another() {
    const party = this.#lobby?.party ?? null;
    if (party) {
      party.onChange = () => this.#changed(party);
      this.#changed(party);
    } else {
      this.panel.show(null);
    }
  }

  /** @param {Party} party */
  #changed(party) {
    if (party.over) {
      if (party.over === "kicked") this.#page.say("You were removed from the party.");
      return;
    }
    this.panel.show(party);
    if (this.#follows && party.isLeader) this.#page.stop(); // whoever led it has gone: it is ours to start
    else this.follow();
  }

  /** @param {(lobby: Lobby) => Promise<unknown> | undefined} what */
  async #do(what) {
    const lobby = await this.#page.reach();
    if (lobby === null) return;
    try {
      await what(lobby);
    } catch (error) {
      this.#page.say(whyNot(error));
    }
  }
}
