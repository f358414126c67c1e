/**
 * Where a player comes in: a name, a game at once, a private room, the games that go on, and those to see
 * again.
 */

import { button, el, setText } from "./dom.js";
import { writeLink } from "./links.js";
import { GameList } from "./game_list.js";
import { LeaderboardPanel } from "./leaderboard_panel.js";
import { WhyPanel } from "./why_panel.js";
import { agoText, clockText, listText, queueName } from "./words.js";

/**
 * @typedef {object} HomeActions
 * @property {() => void} quick
 * @property {(queue: string) => void} queue
 * @property {() => void} cancel
 * @property {(options: Record<string, any>, isPrivate: boolean) => void} create
 * @property {(code: string) => void} joinCode
 * @property {(session: string) => void} join
 * @property {(session: string) => void} watch
 */

export class Home {
  #quick = el("button", { type: "submit", class: "main", test: "quick" }, "Play now");
  #cancel = button("Stop waiting", () => this.actions.cancel(), { test: "cancel", hidden: true });
  #queues = el("div", { class: "rp-row rp-queues", hidden: true });
  /** @type {LeaderboardPanel[]} */
  #boards = [];
  #code = el("input", {
    test: "join-code",
    name: "code",
    placeholder: "K7M2QX",
    maxlength: 12,
    required: true,
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-label": "Room code",
  });

  /**
   * @param {import("./shell.js").ShellOptions} options
   * @param {string} name
   * @param {HomeActions} actions
   * @param {string} player What `?player=` says.
   * @param {HTMLElement} party The panel of the party.
   */
  constructor(options, name, actions, player, party) {
    this.actions = actions;
    this.game = options.game;
    this.why = new WhyPanel(options.game);
    this.player = player;
    this.nameField = el("input", {
      test: "name",
      name: "name",
      value: name,
      maxlength: 24,
      required: true,
      autocomplete: "nickname",
      spellcheck: "false",
      on: { focus: () => this.nameField.select() },
    });
    this.list = new GameList(
      (session) => actions.join(session),
      (session) => actions.watch(session),
    );
    this.replays = el("ul", { class: "rp-list", test: "replays" });
    this.replayCard = el(
      "section",
      { class: "rp-card", hidden: true },
      el("h2", {}, "Watch again"),
      this.replays,
    );
    this.element = el(
      "main",
      { class: "rp-home" },
      el("header", { class: "rp-hero" }, el("h1", {}, options.title), el("p", {}, options.how ?? "")),
      this.#start(),
      this.#rooms(options),
      party,
      this.list.element,
      this.replayCard,
    );
  }

  /** The name as it stands in the field; if there is none, the one that stood there at first. */
  get name() {
    return this.nameField.value.trim() || this.nameField.defaultValue;
  }

  /** For who has just come back from a game. */
  focus() {
    this.#quick.focus();
  }

  /** @param {string} text Why one waits; empty: nobody waits, and everything can be pressed again. */
  waiting(text) {
    const isWaiting = text !== "";
    this.#cancel.hidden = !isWaiting;
    this.#quick.hidden = isWaiting;
    this.#queues.classList.toggle("rp-away", isWaiting);
    if (!isWaiting) this.why.show(null);
    this.element.classList.toggle("waiting", isWaiting);
    for (const it of this.element.querySelectorAll("button, input, select")) {
      const isFree = it === this.#cancel || it.closest("[data-always]") !== null;
      if (!isFree && it instanceof HTMLElement) it.toggleAttribute("disabled", isWaiting);
    }
    if (isWaiting && document.activeElement === document.body) this.#cancel.focus();
  }

  /**
   * The queues with rules: a button for each, and the best players of those that are rated.
   * @param {{ name: string, rated: boolean }[]} queues
   * @param {import("../rallypoint.js").Lobby} lobby
   */
  showQueues(queues, lobby) {
    if (this.#queues.childElementCount === 0) {
      const press = (/** @type {string} */ name) => () => {
        if (this.nameField.reportValidity()) this.actions.queue(name);
      };
      this.#queues.append(
        ...queues.map(({ name }) =>
          button(`${queueName(name, this.game)} match`, press(name), { test: `queue-${name}` }),
        ),
      );
      this.#queues.hidden = queues.length === 0;
      this.#boards = queues.filter((it) => it.rated).map((it) => new LeaderboardPanel(it.name, this.game));
      this.list.element.after(...this.#boards.map((board) => board.element));
    }
    for (const board of this.#boards) void board.show(lobby);
  }

  /** @param {any[]} found As the server lists them. @param {number} nowMs Unix time. */
  showReplays(found, nowMs) {
    this.replayCard.hidden = found.length === 0;
    this.replays.replaceChildren(
      ...found.slice(0, 8).map((replay) => {
        const names = listText(replay.players.map((/** @type {any} */ it) => it?.name ?? String(it)));
        const when = `${agoText(nowMs - replay.created_ms)} · ${clockText(replay.duration_ms)}`;
        const href = writeLink({ player: this.player, replay: replay.session });
        return el(
          "li",
          { class: "rp-list-row", test: "replay-row" },
          el("span", { class: "rp-list-main" }, el("b", {}, names || "Nobody"), el("small", {}, when)),
          el("a", { class: "rp-button small", href }, "Watch"),
        );
      }),
    );
  }

  #start() {
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.actions.quick();
    };
    return el(
      "form",
      { class: "rp-card rp-start", on: { submit } },
      el("label", {}, el("span", {}, "Your name"), this.nameField),
      this.#quick,
      this.#queues,
      this.why.element,
      this.#cancel,
    );
  }

  /** @param {import("./shell.js").ShellOptions} options */
  #rooms(options) {
    const rooms = options.rooms ?? [{ label: "Private room", options: {} }];
    const create = rooms.map((room, index) =>
      button(
        room.label,
        () => {
          if (this.nameField.reportValidity()) this.actions.create(room.options ?? {}, room.private ?? true);
        },
        { test: index === 0 ? "create" : `create-${index}` },
      ),
    );
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (this.nameField.reportValidity()) this.actions.joinCode(this.#code.value);
    };
    return el(
      "section",
      { class: "rp-card" },
      el("h2", {}, "With friends"),
      el("div", { class: "rp-row" }, ...create),
      el(
        "form",
        { class: "rp-row", on: { submit } },
        this.#code,
        el("button", { type: "submit", test: "join" }, "Join with a code"),
      ),
    );
  }

  /** @param {Record<string, number>} counts As a live list has them. */
  showCounts(counts) {
    setText(this.list.counts, counts.playing === undefined ? "" : `${counts.playing} playing now`);
  }
}
