// Where a player is now: connections, seats, tickets, party, and what happened of late.

import { el, refresh } from "../../dom.js";
import { bytes, clock, ms } from "../../format.js";
import { ago, badge, link, panel, player, queue, session, until } from "../../parts.js";
import { table } from "../../table.js";
import { ticketTone } from "../queue/words.js";
import { linkTone, seatTone } from "../session/tones.js";
import { behindTone } from "./words.js";

/**
 * @typedef {{address: string, since_at: number, behind_ticks: number, behind_ms: number, outbox_bytes: number, quality: string}} Link
 * @typedef {{session: string, game: string, seat: number, state: string, since_at: number | null, grace_until: number | null, link: Link | null}} Seat
 * @typedef {{queue: string, ticket: string, since_at: number, state: string}} Ticket
 * @typedef {{player: string, name: string, leader: boolean}} Member
 * @typedef {{player: string, name: string, bot: boolean, lobby: {since_at: number | null, away_until: number | null, address: string | null} | null, seats: Seat[], tickets: Ticket[],
 *   party: Member[], mute: {until_at: number, by: string, reason: string} | null, recent: {at: number, text: string}[]}} Look
 */

/** @typedef {import("../../table.js").Column<any>} Column */

/** @param {Link | null} its @param {boolean} bot */
function linkWords(its, bot) {
  if (its === null) return el("span", { class: "muted nowrap" }, bot ? "in the server" : "none");
  return el("span", { class: "cell-parts", title: `${its.behind_ticks} ticks behind` }, badge(its.quality, linkTone(its.quality)), el("span", { class: `num ${behindTone(its.quality)}` }, `${ms(its.behind_ms)} behind`));
}

/** @param {Seat} seat */
function stateWords(seat) {
  return el("span", { class: "cell-parts" }, badge(seat.state, seatTone(seat.state)), seat.grace_until !== null && el("span", { class: "muted" }, "kept for ", until(seat.grace_until)));
}

/** @returns {{nodes: HTMLElement[], set(look: Look, isHere: boolean): void}} */
export function now() {
  let isBot = false;
  const seats = table(
    /** @type {Column[]} */ ([
      { key: "session", title: "Session", render: (/** @type {Seat} */ seat) => el("span", { class: "cell-parts" }, session(seat.session), el("span", { class: "muted" }, seat.game)) },
      { key: "seat", title: "Seat", phone: false, render: (/** @type {Seat} */ seat) => String(seat.seat) },
      { key: "state", title: "State", render: stateWords },
      { key: "link", title: "Link", render: (/** @type {Seat} */ seat) => linkWords(seat.link, isBot) },
      { key: "address", title: "Address", phone: false, render: (/** @type {Seat} */ seat) => el("span", { class: "mono muted" }, seat.link?.address ?? "") },
      { key: "outbox", title: "Outbox", align: "right", phone: false, render: (/** @type {Seat} */ seat) => (seat.link ? bytes(seat.link.outbox_bytes) : "") },
      { key: "since", title: "Since", align: "right", phone: false, render: (/** @type {Seat} */ seat) => ago(seat.since_at) },
    ]),
    [],
    { key: (/** @type {Seat} */ seat) => `${seat.session} ${seat.seat}`, empty: "No seat." },
  );
  const tickets = table(
    /** @type {Column[]} */ ([
      { key: "queue", title: "Queue", render: (/** @type {Ticket} */ ticket) => queue(ticket.queue) },
      { key: "state", title: "State", render: (/** @type {Ticket} */ ticket) => badge(ticket.state, ticketTone(ticket.state)) },
      { key: "since", title: "Waits", align: "right", render: (/** @type {Ticket} */ ticket) => ago(ticket.since_at) },
      { key: "why", title: "", align: "right", render: (/** @type {Ticket} */ ticket) => link(`/queues/${encodeURIComponent(ticket.queue)}?ticket=${encodeURIComponent(ticket.ticket)}`, "Why it waits") },
    ]),
    [],
    { key: (/** @type {Ticket} */ ticket) => `${ticket.queue} ${ticket.ticket}`, empty: "Waits in no queue." },
  );
  const party = table(
    /** @type {Column[]} */ ([{ key: "who", title: "Who", render: (/** @type {Member} */ one) => el("span", { class: "cell-parts" }, player(one.player, one.name), one.leader && badge("leads", "info")) }]),
    [],
    { key: (/** @type {Member} */ one) => one.player, empty: "In no party." },
  );
  const lobby = el("dl", { class: "kv" });
  const recent = el("ol", { class: "happenings" });
  const present = [wide(panel("Seats", seats.node)), panel("Lobby", lobby), panel("Queues", tickets.node), panel("Party", party.node)];
  return {
    nodes: [...present, panel("Of late", recent)],
    set(look, isHere) {
      for (const node of present) node.hidden = !isHere;
      isBot = look.bot;
      seats.set(look.seats);
      tickets.set(look.tickets);
      party.set(look.party);
      refresh(lobby, lobbyWords(look));
      refresh(recent, look.recent.length === 0 ? el("li", {}, el("span", { class: "muted" }, "–"), el("span", { class: "muted" }, "Nothing that is remembered.")) : look.recent.toReversed().map((one) => el("li", {}, el("time", { class: "muted", title: new Date(one.at * 1000).toISOString() }, clock(one.at)), el("span", {}, one.text))));
    },
  };
}

/** @param {HTMLElement} node */
function wide(node) {
  node.classList.add("whole");
  return node;
}

/** @param {Look} look */
function lobbyWords({ lobby, bot }) {
  const pair = (/** @type {string} */ name, /** @type {import("../../dom.js").Child} */ value) => [el("dt", {}, name), el("dd", {}, value)];
  if (lobby === null) return pair("State", bot ? "a bot of the server: it needs none" : "not in the lobby");
  return [
    pair("State", lobby.address !== null ? badge("connected", "ok") : [badge("away", "warn"), lobby.away_until === null ? " kept while there is a seat" : [" kept for ", until(lobby.away_until)]]),
    pair("Since", ago(lobby.since_at)),
    pair("Address", el("span", { class: "mono" }, lobby.address ?? "–")),
  ];
}
