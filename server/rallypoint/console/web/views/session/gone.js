// A session that the server does not know (any more): what is left of it.

import { el, replace } from "../../dom.js";
import { clock, duration } from "../../format.js";
import { badge, panel, player } from "../../parts.js";
import { table } from "../../table.js";
import { outcomeInWords, places, resultNode } from "./header.js";

/**
 * @param {HTMLElement} root
 * @param {any} ctx
 * @param {string} session
 * @param {(game: string) => number | null} spectatorsOf How many may watch that game.
 * @returns {Promise<boolean>} whether there is a replay to travel in
 */
export async function gone(root, ctx, session, spectatorsOf) {
  const path = encodeURIComponent(session);
  const [result, ticks] = await Promise.all([orNull(ctx.api.get(`/results/${path}`)), orNull(ctx.api.get(`/sessions/${path}/ticks`))]);
  const head = el("div", { class: "session-title" }, el("span", { class: "session-name" }, result?.game ?? ticks?.game ?? "No such session"), el("span", { class: "mono" }, session), result && badge("ended", ""));
  if (!result && !ticks) {
    replace(
      root,
      head,
      panel(
        "There is nothing of it",
        el("p", {}, "No session with this id goes on here, and none is remembered: it may have been on another server, or never at all."),
        el("p", {}, el("a", { href: "/sessions" }, "All sessions that go on")),
      ),
    );
    return false;
  }
  const game = result?.game ?? ticks.game;
  replace(
    root,
    head,
    el("p", {}, "It is over. What follows is what was kept of it. ", ...places(ctx.me, { game, session, isOver: true, spectatorsMax: spectatorsOf(game), hasReplay: Boolean(ticks?.complete) && ctx.me.replays })),
    result && panel("What became of it", facts(result), result.result && resultNode(result.result, result.seats), seats(result)),
  );
  return Boolean(ticks);
}

/** @param {any} result */
function facts(result) {
  const rows = [
    ["outcome", `${outcomeInWords(result.outcome)}${result.reason ? `: ${result.reason}` : ""}`],
    ["created", clock(result.created_at)],
    ["ended", result.ended_at === null ? "–" : clock(result.ended_at)],
    ["lasted", duration(result.duration_ms / 1000)],
  ];
  return el("dl", { class: "kv" }, ...rows.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
}

/** @param {any} result */
function seats(result) {
  const columns = [
    { key: "seat", title: "Seat", align: "right", width: "6ch", render: (/** @type {any} */ seat) => String(seat.seat) },
    { key: "who", title: "Who", render: (/** @type {any} */ seat) => el("span", { class: "cell-parts" }, player(seat.player, seat.name), seat.bot && badge("bot", "info")) },
    { key: "outcome", title: "Outcome", render: (/** @type {any} */ seat) => seat.outcome },
  ];
  return table(columns, result.seats, { key: (/** @type {any} */ seat) => String(seat.seat), empty: "Nobody had a seat." }).node;
}

/** @template T @param {Promise<T>} asked @returns {Promise<T | null>} */
async function orNull(asked) {
  try {
    return await asked;
  } catch {
    return null;
  }
}
