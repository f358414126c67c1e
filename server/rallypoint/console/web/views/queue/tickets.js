// The tickets of a queue, oldest first, and why the one that is open waits.

import { el } from "../../dom.js";
import { LiveList } from "../../list.js";
import { ago, badge } from "../../parts.js";
import { WhyPanel } from "./why.js";
import { ruleLines, ticketTone } from "./words.js";

/** @typedef {{ticket: string, players: {player: string, name: string, here: boolean}[], queues: string[], queued_at: number, state: string, text: string}} Ticket */

/** @param {Ticket} row */
function who(row) {
  const away = row.players.filter((one) => !one.here).length;
  return [
    row.players.length > 1 && el("span", { class: "muted" }, `party of ${row.players.length}: `),
    row.players.map((one, place) => [place > 0 && ", ", el("bdi", {}, one.name || one.player)]),
    away > 0 && row.players.length > 1 && el("span", { class: "warn" }, ` (${away} away)`),
  ];
}

/** @param {HTMLElement} root @param {any} ctx @param {string} queue @param {string} ticket Open at once; empty: none. */
export function ticketsTab(root, ctx, queue, ticket) {
  const path = `/queues/${encodeURIComponent(queue)}`;
  /** @type {Map<string, string>} */
  let words = new Map();
  ctx.api.get(`${path}/rules`).then(
    (/** @type {{text: string}} */ info) => (words = ruleLines(info.text).rules),
    () => {}, // then rules are shown by their names
  );
  /** @param {string} wanted */
  const open = (wanted) => {
    why.open(wanted);
    ctx.setQuery({ ticket: wanted });
    both.classList.toggle("with-why", wanted !== "");
    if (wanted === "") return list.box.focus();
    why.node.focus({ preventScroll: true });
    if (matchMedia("(max-width: 760px)").matches) why.node.scrollIntoView({ block: "start" });
  };
  const why = new WhyPanel(ctx, queue, () => words, () => open(""));
  const box = el("div", { class: "stack tickets" });
  const both = el("div", { class: "tickets-and-why" }, box, why.node);
  root.append(both);
  const list = new LiveList(box, { ...ctx, go: (/** @type {string} */ href) => open(ticketOf(href)) }, {
    path: `${path}/tickets`,
    label: `Tickets of ${queue}`,
    columns: [
      { key: "who", title: "Who", width: "minmax(16ch, 2fr)", render: who },
      { key: "state", title: "State", width: "10ch", render: (/** @type {Ticket} */ row) => badge(row.state, ticketTone(row.state)) },
      { key: "text", title: "", width: "minmax(14ch, 1.4fr)", phone: false, render: (/** @type {Ticket} */ row) => el("span", { class: "muted" }, row.text, row.queues.length > 1 && ` · in ${row.queues.length} queues`) },
      { key: "since", title: "Waits", width: "11ch", render: (/** @type {Ticket} */ row) => ago(row.queued_at) },
    ],
    key: (/** @type {Ticket} */ row) => row.ticket,
    href: (/** @type {Ticket} */ row) => `?ticket=${encodeURIComponent(row.ticket)}`,
    filters: [{ name: "q", kind: "search", label: "Ticket, or name or id of a player" }],
    empty: "Nobody waits.",
  });
  root.addEventListener("click", (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const href = /** @type {Element} */ (event.target).closest("a.list-row")?.getAttribute("href");
    if (!href) return;
    event.preventDefault();
    open(ticketOf(href));
  });
  if (ticket !== "") open(ticket);
  return {
    destroy() {
      list.destroy();
      why.destroy();
    },
  };
}

/** @param {string} href */
function ticketOf(href) {
  return new URLSearchParams(href.slice(href.indexOf("?"))).get("ticket") ?? "";
}
