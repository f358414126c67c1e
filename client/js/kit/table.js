/**
 * A game that is played, watched, or seen again: the game's scene, and around it who plays, how things stand,
 * the result. It draws once an animation frame, for as long as it is open.
 */

import { seatColour } from "./colours.js";
import { button, el, isForElement } from "./dom.js";
import { Overlay } from "./overlay.js";
import { Players } from "./players.js";
import { ReplayBar } from "./replay_bar.js";
import { ResultCard } from "./result.js";
import { WaitingCard } from "./waiting.js";
import { whyNot } from "./words.js";

/** @typedef {import("./shell.js").Source} Source */
/** @typedef {import("./shell.js").Scene} Scene */
/** @typedef {import("./shell.js").Ui} Ui */

/**
 * @typedef {object} TableActions
 * @property {() => void} leave
 * @property {() => void} changed The connection's state, or what the banner says, may be another now.
 * @property {(text: string) => void} say
 * @property {(to: Partial<import("./links.js").Link>) => void} share
 * @property {import("./result.js").ResultActions} result
 */

const WORDS_EVERY_MS = 250;

export class Table {
  /** @type {ResultCard | null} */
  #result = null;
  /** @type {Scene} */
  #scene = {};
  #frame = 0;
  #timer = 0;
  #isOpen = true;

  /**
   * @param {Source} source
   * @param {import("./shell.js").ShellOptions} options
   * @param {TableActions} actions
   */
  constructor(source, options, actions) {
    this.source = source;
    this.options = options;
    this.actions = actions;
    this.isReplay = "seek" in source;
    this.players = new Players();
    this.overlay = new Overlay(source, () => this.#correction());
    this.bar = this.isReplay ? new ReplayBar(source) : null;
    this.waiting = new WaitingCard(options, source, actions.share);
    this.stage = el("div", { class: "rp-stage", tabindex: -1, "aria-label": options.title });
    this.over = el("div", { class: "rp-over" }, this.waiting.element, this.overlay.element);
    this.header = this.#header();
    this.element = el(
      "main",
      { class: "rp-table" },
      this.header,
      el("div", { class: "rp-middle" }, this.stage, this.over),
      ...(this.bar ? [this.bar.element] : []),
    );
  }

  /** Begins. The element is in the page by now, so that a scene can measure it. */
  open() {
    const { source } = this;
    this.#scene = this.options.scene(this.stage, source, this.#ui()) ?? {};
    for (const event of source.takeEvents?.() ?? []) this.#event(event);
    source.onEvent = (/** @type {any} */ event) => this.#event(event);
    source.onPass = () => this.#scene.pass?.();
    source.onState = () => this.actions.changed();
    if (this.bar) source.onChange = () => this.bar?.show();
    addEventListener("keydown", this.#key);
    for (const part of [this.header, this.overlay.element]) part.addEventListener("click", this.#clicked);
    this.#timer = window.setInterval(() => this.#words(), WORDS_EVERY_MS);
    this.#frame = requestAnimationFrame(this.#draw);
    this.#words();
    this.stage.focus();
    if (source.latest.tick >= 0) this.#scene.pass?.();
  }

  /** Ends the drawing; the source stays as it is. Twice is once. */
  close() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#timer);
    removeEventListener("keydown", this.#key);
    Object.assign(this.source, { onEvent: null, onPass: null, onState: null });
    this.#result?.close();
    this.#scene.close?.();
    this.element.remove();
  }

  /** True once there is a result to be seen. */
  get isOver() {
    return this.#result !== null;
  }

  /** @param {string} text A line under the result. */
  tellOfRematch(text) {
    this.#result?.tell(text);
  }

  /** @param {number} seat */
  nameOf(seat) {
    return this.source.latest.player(seat)?.name ?? this.#names.get(seat) ?? `Player ${seat + 1}`;
  }

  /** @type {Map<number, string>} Also of those who have left. */
  #names = new Map();

  /** @returns {Ui} */
  #ui() {
    const { source, actions } = this;
    return {
      say: (text) => actions.say(text),
      name: (seat) => this.nameOf(seat),
      colour: seatColour,
      act: (input, how) => {
        try {
          source.act(input, how);
          return true;
        } catch (error) {
          actions.say(whyNot(error));
          return false;
        }
      },
      get calm() {
        return matchMedia("(prefers-reduced-motion: reduce)").matches;
      },
    };
  }

  #header() {
    const net = button("Network", () => this.#toggleOverlay(), {
      class: "small quiet rp-icon",
      "data-icon": "≋",
      title: "Network (key O)",
    });
    this.net = net;
    const { source } = this;
    const share = button("Share", () => this.actions.share(this.#link()), {
      class: "small quiet rp-icon",
      "data-icon": "↗",
      title: "Copy a link",
      test: "share",
    });
    const leaveWord = source.spectator ? "Back" : "Leave";
    const leave = button(leaveWord, this.actions.leave, { class: "small", test: "leave" });
    const badge = this.isReplay ? "Replay" : source.spectator ? "Watching" : "";
    return el(
      "header",
      { class: "rp-bar" },
      el("strong", { class: "rp-title" }, this.options.title),
      ...(badge ? [el("span", { class: "rp-badge" }, badge)] : []),
      this.players.element,
      el("span", { class: "rp-bar-buttons" }, share, net, leave),
    );
  }

  /** What others are given: this tick of a replay, a private room to join, or a game to watch. */
  #link() {
    const { session, code, tick } = this.source;
    return this.isReplay ? { replay: session, tick } : code ? { code } : { watch: session };
  }

  #toggleOverlay() {
    this.net?.setAttribute("aria-pressed", String(this.overlay.toggle()));
    this.overlay.show(performance.now());
  }

  #draw = (/** @type {number} */ nowMs) => {
    this.#frame = requestAnimationFrame(this.#draw); // first: one frame that fails must not be the last
    this.#scene.frame?.(nowMs);
  };

  #words() {
    const { source } = this;
    for (const player of source.latest.players) this.#names.set(player.seat, player.name);
    this.players.show(source.latest.players, source.index, source.nowMs);
    const isKnown = source.latest.tick >= 0; // before, nobody is there yet, as far as it tells
    this.waiting.show(this.isReplay || source.ended || !isKnown ? null : source.latest);
    this.overlay.show(performance.now());
    this.bar?.show();
    this.actions.changed();
    if (source.ended && !this.isReplay) this.#end(source.result);
    if (this.isReplay && source.tick < source.lastTick) this.#again();
  }

  /** @param {any} event */
  #event(event) {
    const isTaken = this.#scene.event?.(event) === true;
    if (event.kind === "refused" && !isTaken) this.actions.say(whyNot({ reason: event.reason }));
    if (event.kind === "ended") this.#end(event.result);
  }

  /** @param {any} result */
  #end(result) {
    if (this.#result || !this.#isOpen) return;
    for (const player of this.source.latest.players) this.#names.set(player.seat, player.name);
    const nameOf = (/** @type {number} */ seat) => this.nameOf(seat);
    const { result: actions } = this.actions;
    const isAlone = this.source.latest.players.length < 2;
    const given = isAlone ? { ...actions, rematch: null } : actions;
    this.#result = new ResultCard(result, this.source.index, nameOf, given);
    this.over.append(this.#result.element);
    this.#result.focus();
    this.actions.changed();
  }

  /** A replay that goes back is not over. */
  #again() {
    this.#result?.close();
    this.#result = null;
  }

  #correction() {
    const found = this.#scene.correction?.();
    return typeof found === "number" && Number.isFinite(found) ? found : null;
  }

  /** Back to the game after the mouse: or the space bar would press that button again, and not shoot. */
  #clicked = (/** @type {MouseEvent} */ event) => {
    if (event.detail > 0 && this.#isOpen) this.stage.focus();
  };

  #key = (/** @type {KeyboardEvent} */ event) => {
    if (isForElement(event) || document.querySelector("dialog[open]")) return;
    if (this.bar?.key(event)) event.preventDefault();
    else if (event.key === "o" || event.key === "O") this.#toggleOverlay();
  };
}
