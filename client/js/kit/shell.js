/**
 * All of a game's page but the game itself: name, lobby, private rooms, live list, replays, how things stand
 * in words, players, result, rematch, network overlay. A page is ten lines of HTML and one call:
 *
 *     <!doctype html>
 *     <html lang="en">
 *     <head>
 *       <meta charset="utf-8">
 *       <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
 *       <title>Orbit</title>
 *       <link rel="stylesheet" href="/sdk/kit/style.css">
 *     </head>
 *     <body><script type="module" src="orbit.js"></script></body>
 *     </html>
 *
 *     import { shell } from "/sdk/kit/shell.js";
 *     shell({
 *       game: "orbit", title: "Orbit", how: "Arrow keys or A D W steer, space fires.",
 *       scene(stage, source, ui) {
 *         // stage: an empty <div> that fills the free space; source: a seat, a spectator's seat, or a replay
 *         return { frame(nowMs) {}, pass() {}, event(event) {}, close() {}, correction() { return 0; } };
 *       },
 *     });
 *
 * Links: `?session=` and `?code=` join, `?watch=` watches, `?replay=` (and `&tick=`) shows a finished
 * session, `?party=` joins a party, `?player=2` is another identity in the same browser. In the console, `rallypoint.seat` and
 * `rallypoint.lobby` are at hand.
 */

import { Identity, openReplay, TakenOver } from "../rallypoint.js";
import { isLost, seatToReturnTo, untilAborted } from "./asking.js";
import { Banner } from "./banner.js";
import { Entrance } from "./entrance.js";
import { Home } from "./home.js";
import { keep, kept } from "./kept.js";
import { askToLeave } from "./leave_dialog.js";
import { PartyDesk } from "./party_desk.js";
import { askToPlay } from "./ready_dialog.js";
import { readCode, readLink, writeLink } from "./links.js";
import { NoticeDesk } from "./notices.js";
import { findReplay, gameSettings, listReplays } from "./server.js";
import { share } from "./share.js";
import { ELSEWHERE, standing } from "./standing.js";
import { Table } from "./table.js";
import { Toasts } from "./toasts.js";
import { queueText, sentence, someName, waitText, whyNot, whyOut } from "./words.js";

/** @typedef {import("../rallypoint.js").Lobby} Lobby */

/**
 * @typedef {any} Source A seat, a spectator's seat, or a replay: `view()`, `latest`, `index`, `spectator`...
 */

/**
 * @typedef {object} Scene What a game gives to be drawn with; each part may be left out.
 * @property {(nowMs: number) => void} [frame] Once an animation frame.
 * @property {() => void} [pass] After each pass: enough for games that stand still in between.
 * @property {(event: any) => boolean | void} [event] Each event. `true` for a refused one: said already, or
 *   not worth it.
 * @property {() => void} [close] Once, at the end: take your listeners away.
 * @property {() => number | null | undefined} [correction] The last prediction error, for the overlay.
 */

/**
 * @typedef {object} Ui
 * @property {(text: string) => void} say Shows the player a line for 3 s.
 * @property {(seat: number) => string} name A player's name, also of one who has left.
 * @property {(seat: number | null | undefined) => string} colour That of a seat.
 * @property {(input: any, how?: { queueS?: number }) => boolean} act As `seat.act`; what went wrong is said,
 *   not thrown.
 * @property {boolean} calm The person asks for less motion.
 */

/**
 * @typedef {object} ShellOptions
 * @property {string} game As the server calls it.
 * @property {string} title
 * @property {string} [how] How to play, in words.
 * @property {{ label: string, options?: Record<string, any>, private?: boolean }[]} [rooms] What can be
 *   opened; private unless it says `private: false`.
 * @property {number} [least] So many players begin a game; 2 if not said.
 * @property {(stage: HTMLElement, source: any, ui: Ui) => Scene | void} scene
 */

const NAME_KEY = "rallypoint.name";
const EXPLAIN_EVERY_S = 2;

/** @param {ShellOptions} options */
export function shell(options) {
  const page = new Shell(options);
  /** @type {any} */ (globalThis).rallypoint = page;
  void page.begin();
  return page;
}

export class Shell {
  /** @type {any} The seat that is played or watched from, or the replay. */
  seat = null;
  /** @type {Table | null} */
  table = null;
  #options;
  #link;
  #banner = new Banner();
  #toasts = new Toasts();
  #home;
  #entrance;
  /** @type {any} */
  #list = null;
  /** @type {AbortController | null} A seat that is asked for. */
  #wish = null;
  /** @type {Promise<unknown>} A seat that is being left. */
  #leaving = Promise.resolve();
  /** @type {any} A seat whose connection was given up, and that was asked for again. */
  #askedBack = null;
  #isTakenOver = false;
  #notice = "";
  /** Whether nothing was asked of this lobby yet: a ticket that it tells of is from before a reload. */
  #isNew = false;
  /** Where in the line one waits. */
  #queue = "";
  #notices = new NoticeDesk({
    say: (text) => this.#toasts.say(text),
    tell: (title, text) => this.#toasts.tell(title, text),
    changed: () => this.#changed(),
  });
  #desk = new PartyDesk({
    reach: () => this.#reach(),
    ask: (ask) => this.#ask(ask),
    stop: () => this.#wish?.abort(),
    isFree: () => this.#wish === null && (this.seat === null || Boolean(this.table?.isOver)),
    options: (lobby, signal) => this.#playOptions(signal),
    say: (text) => this.#toasts.say(text),
    share: (party) => void share({ party }, (text) => this.#toasts.say(text)),
  });

  /** @param {ShellOptions} options */
  constructor(options) {
    this.#options = options;
    this.#link = readLink(location.search);
    const { game } = options;
    const { player } = this.#link;
    const identity = Identity.storage(player ? `${game}-${player}` : game);
    this.#entrance = new Entrance(
      identity,
      (text) => this.#show(text, text.startsWith("The server") ? "worried" : "calm"),
      () => this.#changed(),
      (kind, data) => this.#pushed(kind, data),
    );
    const name = kept(this.#nameKey) || someName(Math.random);
    this.#home = new Home(options, name, this.#homeActions(), player, this.#desk.panel.element);
    this.#entrance.onLobby = (lobby) => {
      this.#isNew = true;
      this.#desk.attach(lobby);
      this.#notices.attach(lobby);
    };
    document.body.classList.add("rp-page");
    document.body.append(this.#home.element, this.#banner.element, this.#toasts.element);
    addEventListener("keydown", this.#key);
    document.addEventListener("visibilitychange", () => (document.title = options.title));
    // A page that the browser had put away comes back with its sockets gone.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  /** @returns {any} */
  get lobby() {
    return this.#entrance.lobby;
  }

  /** What the link asks for; or back into a seat that is still kept; or the lobby. */
  async begin() {
    const { session, code, party, watch, replay, tick } = this.#link;
    if (replay) return this.#watchReplay(replay, tick);
    const lobby = await this.#reach();
    if (lobby === null) return;
    const mine = lobby.mySeats.filter((it) => it.game === this.#options.game).at(-1);
    if (mine) await this.#ask((it) => it.join(mine.session));
    else if (code) await this.#ask((it) => it.join({ code }));
    else if (session) await this.#ask((it) => it.join(session));
    else if (watch) await this.#ask((it) => it.spectate(watch));
    else this.#atHome();
    if (party && !mine && !lobby.party) await this.#desk.join(party);
  }

  // --- the lobby -------------------------------------------------------------------------------------------

  /** @returns {import("./home.js").HomeActions} */
  #homeActions() {
    const { game } = this.#options;
    return {
      quick: () => this.#ask((lobby, signal) => lobby.quickMatch(game, { onWait: this.#onWait, signal })),
      queue: (queue) => this.#ask((lobby, signal) => lobby.play(queue, this.#playOptions(signal))),
      cancel: () => this.#wish?.abort(),
      create: (options, isPrivate) =>
        this.#ask((lobby) => lobby.create(game, { options, private: isPrivate })),
      joinCode: (code) => this.#ask((lobby) => lobby.join({ code: readCode(code) })),
      join: (session) => this.#ask((lobby) => lobby.join(session)),
      watch: (session) => this.#ask((lobby) => lobby.spectate(session)),
    };
  }

  get #nameKey() {
    return this.#link.player ? `${NAME_KEY}-${this.#link.player}` : NAME_KEY;
  }

  /** @returns {Promise<Lobby | null>} `null` if the server says no, or the page is played in another tab. */
  async #reach() {
    try {
      const mayStay = this.seat !== null || Boolean(this.lobby?.party); // both hang on the lobby session
      return await this.#entrance.reach(this.#home.name, mayStay);
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  /**
   * Asks the lobby for a seat, and opens the table with it.
   * @param {(lobby: Lobby, signal: AbortSignal) => Promise<any>} ask
   */
  async #ask(ask) {
    if (this.#wish) return;
    this.#isNew = false;
    const wish = (this.#wish = new AbortController());
    this.#notice = this.#queue = "";
    this.#home.waiting("Asking…");
    try {
      const found = await this.#asked(ask, wish.signal);
      this.#queue = "";
      if (found) this.#sit(found);
    } catch (error) {
      const wasQueued = this.#queue !== "";
      this.#queue = "";
      if (wish.signal.aborted) this.#atHome();
      else this.#failed(error, wasQueued);
    } finally {
      this.#wish = null;
      this.#home.waiting("");
      this.#changed();
    }
  }

  /**
   * Asks until there is a yes or a no: a lobby session that was lost meanwhile has decided nothing. Who has a
   * seat already, as after a server's longer absence, gets that one.
   * @param {(lobby: Lobby, signal: AbortSignal) => Promise<any>} ask
   * @param {AbortSignal} signal
   */
  async #asked(ask, signal) {
    for (;;) {
      await untilAborted(this.#leaving, signal);
      const lobby = await untilAborted(this.#reach(), signal);
      if (lobby === null) return null;
      keep(this.#nameKey, this.#home.name);
      try {
        return await ask(lobby, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        if (/** @type {any} */ (error).code === "already_seated") return await this.#keptSeat(error);
        if (!isLost(error)) throw error;
      }
    }
  }

  /**
   * The seat that is in the way. A lobby is told of its player's seats when it is let in.
   * @param {unknown} error
   */
  async #keptSeat(error) {
    const lobby = await this.#entrance.reach(this.#home.name, false, true);
    const mine = lobby.mySeats.filter((it) => it.game === this.#options.game).at(-1);
    if (!mine) throw error;
    return await lobby.join(mine.session);
  }

  /** @param {unknown} error @param {boolean} [wasQueued] */
  #failed(error, wasQueued = false) {
    if (error instanceof TakenOver) this.#takenOver();
    else this.#atHome(whyOut(error, wasQueued));
  }

  /** @param {AbortSignal} signal @returns {import("../rallypoint.js").PlayOptions} */
  #playOptions(signal) {
    const { game, title } = this.#options;
    const say = (/** @type {string} */ text) => this.#toasts.say(text);
    return {
      signal,
      explainEveryS: EXPLAIN_EVERY_S,
      onReadyCheck: (check) => askToPlay(check, { game, title, say }),
      onWait: (waiting) => {
        this.#home.waiting("Waiting");
        this.#home.why.show(waiting);
        this.#queue = waiting.why?.text ? "Looking for a match." : waitText(waiting); // the panel says why
        this.#show(this.#queue);
      },
    };
  }

  #onWait = (/** @type {number} */ place, /** @type {number} */ waiting) => {
    this.#home.waiting("Waiting");
    this.#queue = queueText(place, waiting);
    this.#show(this.#queue);
  };

  /** @param {string} [notice] What went wrong, if something did. */
  #atHome(notice = "") {
    this.table?.close();
    this.table = this.seat = null;
    this.#home.element.hidden = false;
    this.#notice = notice;
    this.#show(notice || this.#queue, notice ? "worried" : "calm");
    history.replaceState(null, "", location.pathname + writeLink({ player: this.#link.player }));
    void this.#showList();
    void this.#showQueues();
    void this.#showReplays();
  }

  async #showQueues() {
    const { queues } = await gameSettings(this.#options.game);
    if (this.lobby) this.#home.showQueues(queues, this.lobby);
  }

  async #showList() {
    const { spectators } = await gameSettings(this.#options.game);
    this.#home.list.canWatch = spectators;
    if (this.#list?.isOpen || !this.lobby || this.seat) return;
    const list = (this.#list = this.lobby.sessions(this.#options.game, { limit: 20 }));
    list.onChange = () => {
      this.#home.list.show(list.rows);
      this.#home.showCounts(list.counts);
    };
  }

  async #showReplays() {
    this.#home.showReplays(await listReplays(this.#options.game), Date.now());
  }

  // --- a table ---------------------------------------------------------------------------------------------

  /** @param {any} source */
  #sit(source) {
    this.#list?.close();
    this.table?.close();
    this.seat = source;
    this.#home.element.hidden = true;
    const { session } = source;
    const isReplay = "seek" in source;
    const link = isReplay ? { replay: session } : source.spectator ? { watch: session } : {};
    const { player } = this.#link;
    history.replaceState(null, "", location.pathname + writeLink({ player, ...link }));
    const leave = () => void this.#leave();
    this.table = new Table(source, this.#options, {
      leave,
      changed: () => this.#changed(),
      say: (text) => this.#toasts.say(text),
      share: (to) => void share(to, (text) => this.#toasts.say(text)),
      result: {
        rematch: source.spectator ? null : (signal) => this.#rematch(session, signal),
        replay: isReplay ? null : () => this.#replayLink(session, Boolean(source.code)),
        leave,
      },
    });
    document.body.prepend(this.table.element);
    this.table.open();
    if (document.hidden) document.title = `Your game has begun – ${this.#options.title}`;
    this.#changed();
  }

  /** @param {string} session @param {AbortSignal} signal */
  async #rematch(session, signal) {
    const lobby = await this.#reach();
    if (lobby !== null) this.#sit(await lobby.rematch(session, { signal }));
  }

  /** Also told to those who have not asked for it yet. @param {string} kind @param {any} data */
  #pushed(kind, data) {
    if (kind === "queued" || kind === "ready_check") {
      this.#desk.follow(); // also from a game that is over
      if (this.#isNew && !this.seat && !this.#wish)
        void this.#ask((lobby, signal) => lobby.play([], this.#playOptions(signal)));
    }
    if (data.session !== this.seat?.session) return;
    if (kind === "rematch") {
      this.table?.tellOfRematch(`${data.wanted.length} of ${data.group.length} want another game.`);
    } else if (kind === "rematch_off") {
      this.table?.tellOfRematch(whyNot({ code: data.reason }));
    }
  }

  /** @param {string} session @param {boolean} isPrivate */
  async #replayLink(session, isPrivate) {
    const isThere = await findReplay(this.#options.game, session, isPrivate);
    return isThere ? writeLink({ player: this.#link.player, replay: session }) : "";
  }

  async #leave() {
    const { seat, table, lobby } = this;
    if (!seat) return;
    const mayBeAwaited = table?.isOver && !seat.spectator;
    this.#notices.forget(seat.session);
    this.#atHome();
    if (mayBeAwaited) lobby?.decline(seat.session).catch(() => {}); // whoever waits for a rematch is told
    this.#home.focus();
    this.#leaving = "seek" in seat ? seat.close() : seat.leave();
    const isOut = lobby === null || lobby.state === "closed"; // by an operator: one may come in again
    if (isOut && (await this.#reach()) !== null && this.seat === null) this.#atHome();
  }

  /** @param {string} session @param {number} tick */
  async #watchReplay(session, tick) {
    this.#show("Loading the replay…");
    this.#home.element.hidden = true;
    try {
      const replay = await openReplay(`/replays/${encodeURIComponent(session)}`);
      if (tick >= 0) replay.seek(tick);
      this.#sit(replay);
      replay.play();
    } catch (error) {
      await this.#reach();
      this.#atHome(`That replay cannot be shown. ${whyNot(error)}`);
    }
  }

  // --- how things stand ------------------------------------------------------------------------------------

  /** @param {string} text @param {"calm" | "worried"} [mood] */
  #show(text, mood = "calm") {
    if (!this.#isTakenOver) this.#banner.show(sentence(text), [], mood);
  }

  #changed() {
    if (this.#isTakenOver) return;
    this.#comeBack();
    if (this.seat?.state === "closed") this.#notices.forget(this.seat.session);
    const now = standing({
      seat: this.seat,
      lobby: this.lobby,
      isOver: this.table?.isOver ?? false,
      isAsking: this.#wish !== null || this.#entrance.isComing,
      notice: this.#notice,
      paused: this.#notices.pauseOf(this.seat?.session),
    });
    if (now?.offer === "here") {
      this.#takenOver();
    } else if (now) {
      const back = { label: "Back to the lobby", press: () => void this.#leave(), test: "back" };
      this.#banner.show(now.text, now.offer === "leave" ? [back] : [], "worried");
    } else if (this.#queue && !this.#entrance.isComing) {
      this.#show(this.#queue); // again: the lobby may have been away meanwhile
    }
  }

  /** Into a seat that the page had given up, and the server has not; or to watch again. Once for each. */
  #comeBack() {
    const { seat, lobby } = this;
    if (this.#askedBack === seat || this.#wish || !seatToReturnTo(seat, lobby)) return;
    this.#askedBack = seat;
    const { session } = seat;
    void this.#ask((it) => (seat.spectator ? it.spectate(session) : it.join(session)));
  }

  #takenOver() {
    if (this.#isTakenOver) return;
    this.#isTakenOver = true;
    document.body.classList.add("rp-elsewhere");
    for (const main of document.querySelectorAll("main")) main.inert = true;
    const press = () => location.reload(); // comes back into the seat as after any reload
    this.#banner.show(ELSEWHERE, [{ label: "Play here", press, test: "play-here" }]);
  }

  #key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]") || !this.seat || this.#isTakenOver)
      return;
    event.preventDefault();
    if (this.seat.spectator || this.table?.isOver) void this.#leave();
    else askToLeave(() => void this.#leave());
  };
}
