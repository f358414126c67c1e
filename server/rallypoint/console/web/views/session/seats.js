// Who sits where in a session, and how well their links do.

import { ask } from "../../dialog.js";
import { el } from "../../dom.js";
import { bytes, ms } from "../../format.js";
import { act, badge, player, toast, until } from "../../parts.js";
import { table } from "../../table.js";
import { linkTone, seatTone } from "./tones.js";

/**
 * @typedef {{address: string, since_at: number, behind_ticks: number, behind_ms: number, outbox_bytes: number, quality: string}} Link
 * @typedef {{seat: number, player: string, name: string, bot: boolean, team: number | null, state: string, since_at: number, grace_until: number | null,
 *   link: Link | null, inputs_waiting: number, conflated: number, events_waiting: number}} Seat
 */

/**
 * @param {any} ctx
 * @param {string} session
 * @param {() => void} done Something was changed.
 * @returns {{node: HTMLElement, set(seats: Seat[], goesOn: boolean): void}}
 */
export function seatsTable(ctx, session, done) {
  let goesOn = true;
  /** @param {Seat} seat */
  const kick = async (seat) => {
    const sure = await ask({ title: `Kick ${seat.name}?`, text: `Seat ${seat.seat} is given up for good, and ${seat.name} cannot come back to this session.`, danger: true, confirm: "Kick" });
    if (!sure) return;
    await ctx.api.post(`/sessions/${encodeURIComponent(session)}/kick`, { player: seat.player });
    toast(`${seat.name} was kicked.`, "ok");
    done();
  };
  /** @type {import("../../table.js").Column<Seat>[]} */
  const columns = [
    { key: "seat", title: "Seat", align: "right", width: "6ch", render: (seat) => (seat.team === null ? String(seat.seat) : `${seat.seat} · team ${seat.team}`) },
    { key: "who", title: "Who", render: (seat) => el("span", { class: "cell-parts" }, player(seat.player, seat.name), seat.bot && badge("bot", "info")) },
    { key: "state", title: "State", render: stateOf },
    { key: "link", title: "Link", render: linkOf },
    { key: "outbox", title: "Outbox", align: "right", phone: false, render: (seat) => (seat.link ? bytes(seat.link.outbox_bytes) : "") },
    { key: "inputs", title: "Inputs waiting", align: "right", phone: false, render: (seat) => String(seat.inputs_waiting) },
    { key: "events", title: "Events waiting", align: "right", phone: false, render: (seat) => String(seat.events_waiting) },
    { key: "conflated", title: "Conflated", align: "right", phone: false, render: (seat) => String(seat.conflated) },
    { key: "address", title: "Address", phone: false, render: (seat) => el("span", { class: "mono muted" }, seat.link?.address ?? "") },
  ];
  if (ctx.me.admin) {
    columns.push({ key: "kick", title: "", align: "right", render: (seat) => (goesOn && !isGone(seat) ? kickButton(seat) : el("span", {})) });
  }
  // The table keeps a button that looks the same: one for another player must not.
  /** @param {Seat} seat */
  function kickButton(seat) {
    const button = el("button", { type: "button", class: "small danger", "aria-label": `Kick ${seat.name}`, dataset: { player: seat.player }, onclick: () => act(ctx, button, () => kick(seat)) }, "Kick…");
    return button;
  }
  const made = table(columns, [], { key: (/** @type {Seat} */ seat) => String(seat.seat), empty: "Nobody has a seat." });
  return {
    node: made.node,
    set(seats, on) {
      goesOn = on;
      made.set(seats);
    },
  };
}

/** @param {Seat} seat */
function isGone(seat) {
  return seat.state === "left" || seat.state === "expired";
}

/** @param {Seat} seat */
function stateOf(seat) {
  const kept = seat.grace_until !== null && !isGone(seat);
  return el("span", { class: "cell-parts" }, badge(seat.state, seatTone(seat.state)), kept && el("span", { class: "muted" }, "kept for ", until(/** @type {number} */ (seat.grace_until))));
}

/** @param {Seat} seat */
function linkOf(seat) {
  if (!seat.link) return el("span", { class: "muted" }, seat.bot ? "in the server" : "none");
  const { quality, behind_ms, behind_ticks } = seat.link;
  return el("span", { class: "cell-parts", title: `${behind_ticks} ticks behind` }, badge(quality, linkTone(quality)), el("span", {}, `${ms(behind_ms)} behind`));
}
