// One glance: is it well, and if not, where?

import { chart } from "../chart.js";
import { el, replace, text } from "../dom.js";
import { figures } from "../figures.js";
import { bytes, clock, count, duration, ms, percent } from "../format.js";
import { heat } from "../heat.js";
import { cellOf, lateWords } from "../lateness.js";
import { ago, badge, link, panel, queue } from "../parts.js";
import { KEPT_S, columnTimes, sumOf, summed, times } from "../past.js";
import { watchPast } from "../past_feed.js";
import { table } from "../table.js";

/** @typedef {import("../past.js").Past} Past */
/** @typedef {{level: "warn" | "bad", text: string, since_at: number, link: string}} Alert */
/**
 * @typedef {{game: string, tick_hz: number, running: number, waiting: number, players: number, late_p50_ms: number,
 *   late_p99_ms: number, late_max_ms: number, step_p99_ms: number, skipped: number}} Game
 */
/**
 * @typedef {{queue: string, game: string, waiting: number, players: number, oldest_since: number | null,
 *   paused: boolean}} Queue
 */
/**
 * @typedef {{node: string, version: string, started_at: number, ready: boolean, reasons: string[], alerts: Alert[],
 *   players: {connected: number, away: number, reserved: number, lobby: number, spectators: number},
 *   sessions: {running: number, waiting: number, paused: number, created: number, ended: number, failed: number},
 *   games: Game[], queues: Queue[], resumes: Record<string, number>, drops: number, conflated: number,
 *   cpu_share: number, rss_bytes: number, loop_lag_p99_ms: number,
 *   gc: {collections: number, pause_max_ms_last_min: number}}} Overview
 */

const SYNC = "overview";
const BAR_S = 10;

export default {
  title: () => "Overview",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const alerts = el("div", { class: "alerts", role: "status", "aria-label": "Alerts" });
    const row = figuresOf();
    const lateness = el("div");
    const turnBased = el("p", { class: "muted heat-note" });
    const map = heat(lateness);
    const games = table(gameColumns(), [], {
      key: (/** @type {Game} */ row) => row.game,
      href: (/** @type {Game} */ row) => sessionsOf(row.game),
      empty: "No games.",
    });
    const queues = table(queueColumns(), [], {
      key: (/** @type {Queue} */ row) => row.queue,
      href: (/** @type {Queue} */ row) => `/queues/${encodeURIComponent(row.queue)}`,
      empty: "No queues.",
    });
    const charts = chartsOf();
    replace(
      root,
      alerts,
      row.node,
      panel("Tick lateness by game", lateness, turnBased),
      charts.node,
      el("div", { class: "grid" }, panel("Games", games.node), panel("Queues", queues.node)),
    );

    /** @type {Overview | null} */
    let overview = null;
    /** @type {Past | null} */
    let past = null;
    let alerted = "";

    function showPast() {
      if (overview === null || past === null) return;
      const ticking = overview.games.filter((game) => game.tick_hz > 0).map((game) => game.game);
      const rest = overview.games.filter((game) => game.tick_hz === 0).map((game) => game.game);
      const rows = ticking.map((name) => ({
        name,
        href: sessionsOf(name),
        cells: cellsOf(/** @type {Past} */ (past), name),
      }));
      map.set(rows, past.column_at);
      text(turnBased, rest.length > 0 ? `Turn-based, so without ticks: ${rest.join(", ")}.` : "");
      charts.set(past, rows);
      row.setPast(past);
    }

    ctx.live.watch("/overview", (/** @type {Overview} */ body, /** @type {number} */ status) => {
      if (status !== 200) return;
      const first = overview === null;
      overview = body;
      const said = JSON.stringify([body.alerts, body.ready, body.reasons]);
      if (said !== alerted) replace(alerts, alertsOf(body));
      alerted = said;
      row.set(body);
      games.set(body.games);
      queues.set(body.queues);
      if (first) showPast();
    });
    watchPast(ctx, (is) => {
      past = is;
      showPast();
    });
    return () => {
      map.destroy();
      charts.destroy();
    };
  },
};

/** @param {string} game @returns {string} */
function sessionsOf(game) {
  return `/sessions?game=${encodeURIComponent(game)}`;
}

/** @param {Past} past @param {string} game */
function cellsOf(past, game) {
  const { edges_ms = [], cells = [] } = past.heat[game] ?? {};
  return cells.map((counts) => cellOf(edges_ms, counts));
}

/** @param {Overview} overview @returns {Node} */
function alertsOf(overview) {
  const closed = overview.ready
    ? []
    : [
        el(
          "li",
          { class: "alert warn" },
          badge("closed", "warn"),
          ` New players are sent elsewhere: ${overview.reasons.join("; ") || "not ready"}`,
        ),
      ];
  const alerts = overview.alerts.map((alert) =>
    el(
      "li",
      { class: `alert ${alert.level}` },
      badge(alert.level === "bad" ? "players notice" : "look", alert.level),
      " ",
      link(alert.link, alert.text),
      el("span", { class: "muted" }, ` since ${clock(alert.since_at)}, `, ago(alert.since_at)),
    ),
  );
  if (closed.length + alerts.length === 0) {
    return el("p", { class: "alert ok" }, badge("well", "ok"), " Nothing that an operator should look at.");
  }
  return el("ul", {}, closed, alerts);
}

function figuresOf() {
  const { node, put } = figures([
    "Players",
    "Lobby",
    "Sessions",
    "In queues",
    "Returns to a seat",
    "Drops",
    "Sessions failed",
    "Snapshots left out",
    "CPU",
    "Event loop late",
  ]);
  let drops = 0;
  let dropsNow = 0;
  function putDrops() {
    put("Drops", count(drops), `${count(dropsNow)} in the last minute`);
  }
  return {
    node,
    /** @param {Past} past */
    setPast(past) {
      dropsNow = sumOf(past, "drops", 60);
      putDrops();
    },
    /** @param {Overview} now */
    set({ players, sessions, queues, resumes, ...now }) {
      const waiting = queues.reduce((sum, one) => sum + one.players, 0);
      const oldest = Math.min(...queues.map((one) => one.oldest_since ?? Infinity));
      const tickets = queues.reduce((sum, one) => sum + one.waiting, 0);
      const paused = queues.filter((one) => one.paused).length;
      const returns = Object.values(resumes).reduce((sum, one) => sum + one, 0);
      const outcomes = Object.entries(resumes).filter(([, times]) => times > 0);
      put("Players", count(players.connected), `${count(players.away)} away, ${count(players.reserved)} reserved`);
      put("Lobby", count(players.lobby), `${count(players.spectators)} watch a session`);
      put("Sessions", count(sessions.running), `${count(sessions.waiting)} waiting, ${count(sessions.paused)} paused`);
      const wait =
        oldest === Infinity
          ? "nobody waits"
          : `${count(tickets)} tickets, oldest ${duration(Math.max(0, Date.now() / 1000 - oldest))}`;
      put("In queues", count(waiting), paused > 0 ? `${wait}, ${paused} paused` : wait, paused > 0 ? "warn" : "");
      put(
        "Returns to a seat",
        count(returns),
        outcomes.map(([name, times]) => `${count(times)} ${name}`).join(", ") || "none yet",
        (resumes["refused"] ?? 0) > 0 ? "warn" : "",
      );
      put(
        "Sessions failed",
        count(sessions.failed),
        `of ${count(sessions.ended)} ended`,
        sessions.failed > 0 ? "danger" : "",
      );
      put("CPU", percent(now.cpu_share), `of one core; ${bytes(now.rss_bytes)}`, now.cpu_share > 0.85 ? "warn" : "");
      put(
        "Event loop late",
        ms(now.loop_lag_p99_ms),
        `p99; longest GC ${ms(now.gc.pause_max_ms_last_min)}`,
        now.loop_lag_p99_ms > 100 ? "danger" : "",
      );
      put("Snapshots left out", count(now.conflated), "for clients that were behind");
      drops = now.drops;
      putDrops();
    },
  };
}

function chartsOf() {
  const common = { sync: SYNC, span: KEPT_S, height: 170 };
  const slots = [
    "Players and sessions",
    "Tick lateness, p99 of ten seconds",
    "Drops and returns, each ten seconds",
    "CPU and event loop",
  ].map((title) => {
    const slot = el("div");
    return { slot, node: panel(title, slot), title };
  });
  const slot = (/** @type {number} */ place) => /** @type {{slot: HTMLElement, title: string}} */ (slots[place]);
  const people = chart(slot(0).slot, {
    ...common,
    label: slot(0).title,
    series: [
      { label: "Players", tone: "1" },
      { label: "Sessions", tone: "2" },
    ],
  });
  const drops = chart(slot(2).slot, {
    ...common,
    label: slot(2).title,
    series: [
      { label: "Drops", tone: "bad", bars: true },
      { label: "Returns", tone: "ok" },
    ],
  });
  const load = chart(slot(3).slot, {
    ...common,
    label: slot(3).title,
    series: [
      { label: "CPU", tone: "1", unit: "%" },
      { label: "Loop late", tone: "3", unit: "ms" },
    ],
  });
  /** @type {ReturnType<typeof chart> | null} */
  let late = null;
  let lateOf = "";
  return {
    node: el(
      "div",
      { class: "grid" },
      slots.map((one) => one.node),
    ),
    /** @param {Past} past @param {{name: string, cells: (import("../lateness.js").Cell | null)[]}[]} rows */
    set(past, rows) {
      const names = rows.map((row) => row.name).join("\n");
      if (late === null || names !== lateOf) {
        late?.destroy();
        late = chart(slot(1).slot, {
          ...common,
          label: slot(1).title,
          series: rows.map((row, place) => ({ label: row.name, tone: String((place % 6) + 1), unit: "ms" })),
        });
        lateOf = names;
      }
      const at = times(past);
      people.set(at, past.series["players"] ?? [], past.series["sessions"] ?? []);
      load.set(at, past.series["cpu_share"] ?? [], past.series["loop_lag_ms"] ?? []);
      late.set(columnTimes(past), ...rows.map((row) => row.cells.map((cell) => cell && Math.min(cell.p99, 2500))));
      const bars = summed(past, ["drops", "resumes"], BAR_S);
      drops.set(bars.at, ...bars.sums);
    },
    destroy() {
      for (const one of [people, drops, load, late]) one?.destroy();
    },
  };
}

/** @param {Game} game @returns {Node | string} */
function latest(game) {
  if (game.tick_hz === 0) return "–";
  const tone = game.late_p99_ms >= Math.max(10, 500 / game.tick_hz) ? "danger" : game.late_p99_ms >= 10 ? "warn" : "";
  return el("span", { class: tone }, lateWords(game.late_p99_ms));
}

function gameColumns() {
  return [
    { key: "game", title: "Game", render: (/** @type {Game} */ row) => link(sessionsOf(row.game), row.game) },
    { key: "running", title: "Running", align: "right", render: (/** @type {Game} */ row) => count(row.running) },
    {
      key: "waiting",
      title: "Waiting",
      align: "right",
      phone: false,
      render: (/** @type {Game} */ row) => count(row.waiting),
    },
    { key: "players", title: "Players", align: "right", render: (/** @type {Game} */ row) => count(row.players) },
    { key: "late", title: "Late p99", align: "right", render: latest },
    {
      key: "max",
      title: "Latest",
      align: "right",
      phone: false,
      render: (/** @type {Game} */ row) => (row.tick_hz === 0 ? "–" : lateWords(row.late_max_ms)),
    },
    {
      key: "step",
      title: "Step p99",
      align: "right",
      phone: false,
      render: (/** @type {Game} */ row) => ms(row.step_p99_ms),
    },
    {
      key: "skipped",
      title: "Skipped",
      align: "right",
      phone: false,
      render: (/** @type {Game} */ row) => count(row.skipped),
    },
  ];
}

function queueColumns() {
  return [
    {
      key: "queue",
      title: "Queue",
      render: (/** @type {Queue} */ row) =>
        el("span", {}, queue(row.queue), row.paused && [" ", badge("paused", "warn")]),
    },
    { key: "game", title: "Game", phone: false, render: (/** @type {Queue} */ row) => row.game },
    {
      key: "waiting",
      title: "Tickets",
      align: "right",
      phone: false,
      render: (/** @type {Queue} */ row) => count(row.waiting),
    },
    { key: "players", title: "Players", align: "right", render: (/** @type {Queue} */ row) => count(row.players) },
    {
      key: "oldest",
      title: "Oldest",
      align: "right",
      render: (/** @type {Queue} */ row) => (row.oldest_since === null ? "–" : ago(row.oldest_since)),
    },
  ];
}
