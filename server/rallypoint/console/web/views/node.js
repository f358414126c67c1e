// A node: what it does with its time, what keeps its sessions, and its emptying. The list at the top has room for more.

import { chart } from "../chart.js";
import { el, replace } from "../dom.js";
import { figures } from "../figures.js";
import { bytes, count, ms, percent } from "../format.js";
import { emptyingOf, stateBadge } from "../node_emptying.js";
import { ago, badge, bar, panel, session } from "../parts.js";
import { KEPT_S, times } from "../past.js";
import { watchPast } from "../past_feed.js";
import { table } from "../table.js";

/** @typedef {{p50: number, p90: number, p99: number, "p99.9": number, max: number, count: number}} Durations */
/** @typedef {import("../node_emptying.js").Cordon} Cordon */
/**
 * @typedef {{node: string, version: string, state: string, started_at: number, cpu_share: number, sessions: number,
 *   players: number, url: string | null}} NodeRow
 */
/** @typedef {{session: string, game: string, step_ms_per_s: number, players: number}} Costly */
/**
 * @typedef {{node: string, version: string, python: string, pid: number, state: string, started_at: number,
 *   cpu_share: number, rss_bytes: number, sessions: number, sessions_max: number, players: number, connections: number,
 *   loop_lag: Durations, tick_late: Durations, bucket: Durations, gc: Durations, gc_collections: number,
 *   journal: {durability: string, failure: string, pressure: string, segments: number, bytes: number, flush: Durations},
 *   store: {kind: string, pending: number, written: number, lost: number, refused: number, error: string},
 *   replays: {kept: boolean, writing: number, bytes_waiting: number, given_up: number}, costly: Costly[],
 *   cordon: Cordon}} NodeInfo
 */

export default {
  title: () => "Node",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const nodes = table(nodeColumns(), [], { key: (/** @type {NodeRow} */ row) => row.node, empty: "No nodes." });
    const emptying = emptyingOf(ctx);
    const row = figuresOf();
    const durations = table(durationColumns(), [], {
      key: (/** @type {Took} */ row) => row.what,
      empty: "Nothing was measured.",
    });
    const costly = table(costlyColumns(), [], {
      key: (/** @type {Costly} */ row) => row.session,
      href: (/** @type {Costly} */ row) => `/sessions/${encodeURIComponent(row.session)}`,
      empty: "No session takes any time.",
    });
    const keeps = keepsOf();
    const charts = chartsOf();
    replace(
      root,
      panel("Nodes", nodes.node),
      emptying.node,
      row.node,
      charts.node,
      el(
        "div",
        { class: "grid" },
        panel("Sessions by cost", costly.node),
        panel("How long things take", durations.node),
      ),
      keeps.node,
    );

    ctx.live.watch("/nodes", (/** @type {NodeRow[]} */ body, /** @type {number} */ status) => {
      if (status === 200) nodes.set(body);
    });
    ctx.live.watch("/node", (/** @type {NodeInfo} */ body, /** @type {number} */ status) => {
      if (status !== 200) return;
      emptying.set(body);
      row.set(body);
      durations.set(tookOf(body));
      costly.set(body.costly);
      keeps.set(body);
    });
    watchPast(ctx, (past) => charts.set(past));
    return () => charts.destroy();
  },
};

function nodeColumns() {
  return [
    {
      key: "node",
      title: "Node",
      render: (/** @type {NodeRow} */ row) =>
        row.url === null ? el("strong", {}, row.node) : el("a", { href: row.url }, row.node),
    },
    { key: "state", title: "State", render: (/** @type {NodeRow} */ row) => stateBadge(row.state) },
    { key: "cpu", title: "CPU", align: "right", render: (/** @type {NodeRow} */ row) => percent(row.cpu_share) },
    { key: "sessions", title: "Sessions", align: "right", render: (/** @type {NodeRow} */ row) => count(row.sessions) },
    { key: "players", title: "Players", align: "right", render: (/** @type {NodeRow} */ row) => count(row.players) },
    {
      key: "version",
      title: "Version",
      align: "right",
      phone: false,
      render: (/** @type {NodeRow} */ row) => row.version,
    },
    {
      key: "since",
      title: "Up for",
      align: "right",
      phone: false,
      render: (/** @type {NodeRow} */ row) => ago(row.started_at),
    },
  ];
}

function figuresOf() {
  const { node, put } = figures([
    "CPU",
    "Memory",
    "Event loop late",
    "Longest GC pause",
    "Sessions",
    "Players",
    "Connections",
  ]);
  return {
    node,
    /** @param {NodeInfo} now */
    set(now) {
      put("CPU", percent(now.cpu_share), "of one core, ten seconds", now.cpu_share > 0.85 ? "warn" : "");
      put("Memory", bytes(now.rss_bytes), "of the process");
      put(
        "Event loop late",
        ms(now.loop_lag.p99),
        `p99; median ${ms(now.loop_lag.p50)}`,
        now.loop_lag.p99 > 100 ? "danger" : "",
      );
      put("Longest GC pause", ms(now.gc.max), `last minute; ${count(now.gc_collections)} collections so far`);
      put(
        "Sessions",
        count(now.sessions),
        `of ${count(now.sessions_max)} at most`,
        now.sessions > 0.9 * now.sessions_max ? "warn" : "",
      );
      put("Players", count(now.players), "with a seat");
      put("Connections", count(now.connections), "of lobby and sessions");
    },
  };
}

/** @typedef {{what: string, note: string, took: Durations}} Took */

/** @param {NodeInfo} node @returns {Took[]} */
function tookOf(node) {
  return [
    { what: "Event loop late", note: "last 10 to 20 s", took: node.loop_lag },
    { what: "Ticks late", note: "last 30 to 60 s", took: node.tick_late },
    { what: "A round of steps", note: "last 30 to 60 s", took: node.bucket },
    { what: "Garbage collection", note: "last 30 to 60 s", took: node.gc },
    { what: "Journal flush", note: "last 30 to 60 s", took: node.journal.flush },
  ];
}

function durationColumns() {
  /** @param {"p50" | "p90" | "p99" | "p99.9" | "max"} key */
  const column = (key, phone = true) => ({
    key,
    title: key,
    align: "right",
    phone,
    render: (/** @type {Took} */ row) => (row.took.count ? ms(row.took[key]) : "–"),
  });
  return [
    {
      key: "what",
      title: "What",
      render: (/** @type {Took} */ row) => [row.what, el("span", { class: "muted took-note" }, row.note)],
    },
    column("p50"),
    column("p90", false),
    column("p99"),
    column("p99.9", false),
    column("max"),
    {
      key: "count",
      title: "Count",
      align: "right",
      phone: false,
      render: (/** @type {Took} */ row) => count(row.took.count),
    },
  ];
}

function costlyColumns() {
  return [
    { key: "session", title: "Session", render: (/** @type {Costly} */ row) => session(row.session) },
    { key: "game", title: "Game", render: (/** @type {Costly} */ row) => row.game },
    {
      key: "players",
      title: "Players",
      align: "right",
      phone: false,
      render: (/** @type {Costly} */ row) => count(row.players),
    },
    {
      key: "cost",
      title: "Of a core",
      align: "right",
      render: (/** @type {Costly} */ row) => percent(row.step_ms_per_s / 1000),
    },
    {
      key: "share",
      title: "",
      width: "30%",
      phone: false,
      render: (/** @type {Costly} */ row) => bar(Math.min(1, row.step_ms_per_s / 1000)),
    },
  ];
}

/** Journal, database, replays, process. */
function keepsOf() {
  const list = () => el("dl", { class: "kv" });
  const lists = { journal: list(), store: list(), replays: list(), process: list() };
  const part = (/** @type {string} */ words, /** @type {Node} */ of) => el("div", {}, el("h3", {}, words), of);
  let said = "";
  return {
    node: panel(
      "What it keeps",
      el(
        "div",
        { class: "keeps" },
        part("Journal", lists.journal),
        part("Database", lists.store),
        part("Replays", lists.replays),
        part("Process", lists.process),
      ),
    ),
    /** @param {NodeInfo} node */
    set({ journal, store, replays, ...node }) {
      const new_ = JSON.stringify([journal, store, replays, node.version, node.python, node.pid, node.started_at]);
      if (new_ === said) return;
      said = new_;
      replace(
        lists.journal,
        ...pairs([
          [
            "Sessions survive",
            { off: "nothing", process: "the end of the process", disk: "the end of the machine" }[journal.durability] ??
              journal.durability,
          ],
          ["Writing", journal.failure === "" ? badge("fine", "ok") : el("span", { class: "danger" }, journal.failure)],
          ["Given way", journal.pressure === "none" ? "nothing" : badge(journal.pressure, "warn")],
          ["On the disk", `${bytes(journal.bytes)} in ${count(journal.segments)} files`],
        ]),
      );
      replace(
        lists.store,
        ...pairs([
          ["Kind", store.kind],
          ["Answers", store.error === "" ? badge("fine", "ok") : el("span", { class: "danger" }, store.error)],
          ["Writes", `${count(store.written)} made, ${count(store.pending)} waiting`],
          [
            "Given up",
            store.lost + store.refused === 0
              ? "none"
              : badge(`${count(store.lost)} lost, ${count(store.refused)} refused`, "bad"),
          ],
        ]),
      );
      replace(
        lists.replays,
        ...pairs([
          ["Kept", replays.kept ? "of every session" : "no (--replays)"],
          ["Being written", `${count(replays.writing)}, ${bytes(replays.bytes_waiting)} not on the disk yet`],
          ["Given up", replays.given_up === 0 ? "none" : badge(count(replays.given_up), "bad")],
        ]),
      );
      replace(
        lists.process,
        ...pairs([
          ["Rallypoint", node.version],
          ["Python", node.python],
          ["Process", String(node.pid)],
          ["Up for", ago(node.started_at)],
        ]),
      );
    },
  };
}

/** @param {[string, Node | string][]} rows @returns {Node[]} */
function pairs(rows) {
  return rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
}

function chartsOf() {
  const common = { sync: "node", span: KEPT_S, height: 170 };
  const [load, disk] = [el("div"), el("div")];
  const loads = chart(load, {
    ...common,
    label: "CPU and event loop",
    series: [
      { label: "CPU", tone: "1", unit: "%" },
      { label: "Loop late", tone: "3", unit: "ms" },
    ],
  });
  const disks = chart(disk, {
    ...common,
    label: "Journal and sessions",
    series: [
      { label: "Journal flush", tone: "4", unit: "ms" },
      { label: "Sessions", tone: "2" },
    ],
  });
  return {
    node: el("div", { class: "grid" }, panel("CPU and event loop", load), panel("Journal and sessions", disk)),
    /** @param {import("../past.js").Past} past */
    set(past) {
      const at = times(past);
      loads.set(at, past.series["cpu_share"] ?? [], past.series["loop_lag_ms"] ?? []);
      disks.set(at, past.series["journal_flush_ms"] ?? [], past.series["sessions"] ?? []);
    },
    destroy() {
      loads.destroy();
      disks.destroy();
    },
  };
}
