// Everybody who is in the lobby, in a queue or seated: found, sorted by how far they lag, and acted upon together.

import { el } from "../dom.js";
import { ms } from "../format.js";
import { LiveList } from "../list.js";
import { ago, badge, link } from "../parts.js";
import { JOBS, JobButton } from "./player/bulk_acts.js";
import { behindTone, placeTone } from "./player/words.js";
import { linkTone, seatTone } from "./session/tones.js";

/**
 * @typedef {{player: string, name: string, bot: boolean, place: string, away: boolean, since_at: number | null, queue: string | null, session: string | null, game: string | null,
 *   seat: number | null, seat_state: string | null, behind_ms: number | null, quality: string | null, muted_until: number | null}} Row
 */

const LAGGING = "/players?sort=behind&desc=1";

/** @type {import("../table.js").Column<Row>[]} */
const COLUMNS = [
  // a row is a link itself: there is none in it
  { key: "name", title: "Player", sort: "name", width: "minmax(16ch, 2fr)", render: (row) => [el("bdi", {}, row.name || row.player), row.bot && [" ", badge("bot", "info")], row.muted_until !== null && [" ", badge("muted", "warn")]] },
  { key: "place", title: "Place", sort: "place", width: "11ch", render: placeOf },
  { key: "where", title: "Where", width: "minmax(22ch, 2fr)", phone: false, render: whereOf },
  { key: "link", title: "Link", width: "8ch", phone: false, render: (row) => (row.quality === null ? el("span", { class: "muted" }, "–") : badge(row.quality, linkTone(row.quality))) },
  { key: "behind", title: "Behind", sort: "behind", align: "right", width: "10ch", render: (row) => (row.behind_ms === null ? el("span", { class: "muted" }, "–") : el("span", { class: behindTone(row.quality) }, ms(row.behind_ms))) },
  { key: "since", title: "Since", sort: "since", align: "right", width: "12ch", phone: false, render: (row) => ago(row.since_at) },
];

/** @param {Row} row */
function placeOf(row) {
  return row.away ? badge("away", "warn") : badge(row.place, placeTone(row.place));
}

/** @param {Row} row */
function whereOf(row) {
  if (row.session !== null) {
    return [row.game, " ", el("span", { class: "mono muted" }, row.session), row.seat_state !== null && row.seat_state !== "connected" && [" ", badge(row.seat_state, seatTone(row.seat_state))]];
  }
  return row.queue === null ? el("span", { class: "muted" }, "–") : ["queue ", row.queue];
}

export default {
  title: () => "Players",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    /** @type {LiveList | null} */
    let list = null;
    const buttons = ctx.me.admin ? JOBS.map((job) => new JobButton(ctx, job, () => list?.filter ?? {})) : [];
    const body = el("div", { class: "stack" });
    const foot = el("div", { class: "toolbar" }, buttons.map((one) => one.node), link(LAGGING, "Furthest behind first"));
    root.append(body, foot);
    list = new LiveList(body, ctx, {
      path: "/tables/players",
      label: "Players",
      columns: COLUMNS,
      key: (/** @type {Row} */ row) => row.player,
      href: (/** @type {Row} */ row) => `/players/${encodeURIComponent(row.player)}`,
      filters: [
        { name: "q", kind: "search", label: "Name or id of a player" },
        { name: "place", kind: "choice", label: "Place", options: [["", "Anywhere"], ["lobby", "lobby"], ["queue", "queue"], ["seated", "seated"]] },
      ],
      sort: "name",
      empty: "No players.",
      onTotals: (/** @type {number} */ _, /** @type {number} */ found) => {
        for (const one of buttons) one.count(found);
      },
    });
    ctx.keys.bind("b", "furthest behind first", () => ctx.go(LAGGING));
    return () => list?.destroy();
  },
};
