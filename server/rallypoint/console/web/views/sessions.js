// All sessions that go on: found, sorted, and acted upon together.

import { ask } from "../dialog.js";
import { el, text } from "../dom.js";
import { ms } from "../format.js";
import { LiveList } from "../list.js";
import { act, ago, badge, toast } from "../parts.js";
import { bulk } from "./session/bulk.js";
import { counted } from "./session/words.js";
import { stateTone } from "./session/tones.js";

/**
 * @typedef {{id: string, game: string, state: string, private: boolean, players: number, bots: number, away: number, seats: number,
 *   spectators: number, tick: number, epoch: number, created_at: number, step_ms_per_s: number, step_max_ms: number, skipped: number,
 *   behind_ms: number | null}} Row
 */

/** From here on the server calls a link slow, and bad. */
const SLOW_MS = 500;
const BAD_MS = 1500;

/** What is no trouble is quiet. @param {string | number} shown @param {boolean} isTrouble */
const figure = (shown, isTrouble) => el("span", { class: isTrouble ? "num warn" : "num" }, shown);

const COLUMNS = [
  // a row is a link itself: there is none in it
  { key: "id", title: "Session", width: "15ch", render: (/** @type {Row} */ row) => el("span", { class: "mono" }, row.id) },
  { key: "game", title: "Game", sort: "game", width: "14ch", render: (/** @type {Row} */ row) => [row.game, row.private && el("span", { class: "muted" }, " private")] },
  { key: "state", title: "State", width: "10ch", render: (/** @type {Row} */ row) => badge(row.state, stateTone(row.state)) },
  { key: "players", title: "Players", sort: "players", align: "right", width: "8ch", render: (/** @type {Row} */ row) => playersOf(row) },
  { key: "away", title: "Away", sort: "away", align: "right", width: "6ch", phone: false, render: (/** @type {Row} */ row) => figure(row.away, row.away > 0) },
  { key: "spectators", title: "Watch", sort: "spectators", align: "right", width: "6ch", phone: false, render: (/** @type {Row} */ row) => figure(row.spectators, false) },
  { key: "behind", title: "Behind", sort: "behind", align: "right", width: "8ch", render: (/** @type {Row} */ row) => (row.behind_ms === null ? el("span", { class: "muted" }, "–") : el("span", { class: row.behind_ms >= BAD_MS ? "danger" : row.behind_ms >= SLOW_MS ? "warn" : "" }, ms(row.behind_ms))) },
  { key: "cost", title: "Cost", sort: "cost", align: "right", width: "10ch", phone: false, render: (/** @type {Row} */ row) => figure(`${row.step_ms_per_s.toFixed(1)} ms/s`, row.step_ms_per_s > 100) },
  { key: "step_max", title: "Longest", sort: "step_max", align: "right", width: "9ch", phone: false, render: (/** @type {Row} */ row) => figure(ms(row.step_max_ms), row.step_max_ms > 20) },
  { key: "skipped", title: "Skipped", sort: "skipped", align: "right", width: "8ch", phone: false, render: (/** @type {Row} */ row) => figure(row.skipped, row.skipped > 0) },
  { key: "created", title: "Since", sort: "created", align: "right", width: "11ch", phone: false, render: (/** @type {Row} */ row) => ago(row.created_at) },
];

/** @param {Row} row */
function playersOf(row) {
  return el("span", { class: "num", title: row.bots ? `${row.bots} of them bots` : undefined }, `${row.players}/${row.seats}`);
}

export default {
  title: () => "Sessions",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const actions = el("div", { class: "toolbar" });
    const body = el("div", { class: "stack" });
    root.append(body, actions);
    /** @type {LiveList | null} */
    let list = null;
    let isOver = false;
    const buttons = ctx.me.admin ? JOBS.map((job) => new JobButton(ctx, job, () => list?.filter ?? {})) : [];
    actions.append(...buttons.map((one) => one.node));

    /** @param {string[]} games */
    const show = (games) => {
      if (isOver) return;
      list = new LiveList(body, ctx, {
        path: "/tables/sessions",
        columns: COLUMNS,
        key: (/** @type {Row} */ row) => row.id,
        href: (/** @type {Row} */ row) => `/sessions/${row.id}`,
        filters: [
          { name: "q", kind: "search", label: "Id, room code or player" },
          { name: "game", kind: "choice", label: "Game", options: [["", "All games"], ...games.map((game) => /** @type {[string, string]} */ ([game, game]))] },
          { name: "state", kind: "choice", label: "State", options: [["", "Any state"], ["running", "running"], ["waiting", "waiting"], ["paused", "paused"]] },
        ],
        sort: "created",
        desc: true,
        empty: "No sessions.",
        onTotals: (/** @type {number} */ _, /** @type {number} */ found) => {
          for (const one of buttons) one.count(found);
        },
      });
    };
    ctx.api.get("/games").then(
      (/** @type {{games: {name: string}[]}} */ found) => show(found.games.map((game) => game.name)),
      () => show([]),
    );
    return () => {
      isOver = true;
      list?.destroy();
    };
  },
};

/** @typedef {{do: string, verb: string, past: string, danger?: boolean, text?: string, fields?: any[]}} BulkWords */

/** @type {BulkWords[]} */
const JOBS = [
  { do: "message", verb: "Message", past: "Told", text: "It is shown to the players who are connected to the lobby right now.", fields: [{ name: "text", label: "Message", kind: "area", required: true, max: 300, value: "" }] },
  { do: "pause", verb: "Pause", past: "Paused", text: "Nothing moves there until somebody resumes; the players are told." },
  { do: "resume", verb: "Resume", past: "Resumed", text: "What is not paused stays as it is." },
  { do: "end", verb: "End", past: "Ended", danger: true, text: "The end is for good, without a result; the players are told the reason.", fields: [{ name: "text", label: "Reason", kind: "text", required: true, max: 100, value: "ended by an operator" }] },
];

/** Does one thing to all that the filter finds. */
class JobButton {
  #matched = 0;
  #busy = false;

  /** @param {any} ctx @param {BulkWords} words @param {() => Record<string, string>} filter */
  constructor(ctx, words, filter) {
    this.words = words;
    this.node = el("button", { type: "button", class: words.danger ? "danger" : "", disabled: true, onclick: () => void this.#pressed(ctx, filter()) }, `${words.verb} all…`);
  }

  /** @param {number} matched */
  count(matched) {
    text(this.node, matched ? `${this.words.verb} ${matched.toLocaleString("en")}…` : `${this.words.verb}…`);
    this.node.title = `${this.words.verb} ${counted(matched, "session")}…`;
    this.#matched = matched;
    if (!this.#busy) this.node.disabled = matched === 0;
  }

  /** @param {any} ctx @param {Record<string, string>} filter */
  async #pressed(ctx, filter) {
    this.#busy = true;
    await act(ctx, this.node, () => this.#run(ctx, filter));
    this.#busy = false;
    this.node.disabled = this.#matched === 0;
  }

  /** @param {any} ctx @param {Record<string, string>} filter */
  async #run(ctx, filter) {
    const { verb, past, danger, text: note, fields } = this.words;
    await bulk(
      {
        path: "/sessions/bulk",
        do: this.words.do,
        one: "session",
        filter: { q: filter["q"] ?? "", game: filter["game"] ?? "", state: filter["state"] ?? "" },
        danger,
        title: (many) => `${verb} ${many}?`,
        button: (many) => `${verb} ${many}`,
        done: (many) => `${past} ${many}.`,
        text: note,
        fields,
      },
      { post: (path, sent) => ctx.api.post(path, sent), ask, say: toast },
    );
  }
}
