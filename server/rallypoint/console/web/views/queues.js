// All queues: who waits, for how long, and how well they are matched.

import { el, replace } from "../dom.js";
import { count, duration } from "../format.js";
import { ago, badge, panel, queue as queueLink } from "../parts.js";
import { table } from "../table.js";
import { pauseButton } from "./queue/pausing.js";
import { pace, quality, qualityTone, wait } from "./queue/words.js";

/** @typedef {import("./queue/words.js").QueueInfo} QueueInfo */

export default {
  title: () => "Queues",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    /** @type {QueueInfo[]} */
    let all = [];
    const made = table(columns(ctx, newest, changed), [], { key: (/** @type {QueueInfo} */ row) => row.queue, href: (/** @type {QueueInfo} */ row) => `/queues/${encodeURIComponent(row.queue)}`, empty: "This server has no queues." });
    made.node.classList.add("queues");
    const note = el("p", { class: "muted" }, "Looking…");
    replace(root, note);

    /** @param {string} name */
    function newest(name) {
      return /** @type {QueueInfo} */ (all.find((one) => one.queue === name));
    }
    /** @param {QueueInfo} after */
    function changed(after) {
      show(all.map((one) => (one.queue === after.queue ? after : one)));
    }
    /** @param {QueueInfo[]} rows */
    function show(rows) {
      if (all.length === 0) replace(root, panel({ title: "Queues", actions: note }, made.node));
      all = rows;
      note.textContent = `Waits, matches and quality: ${all[0] ? `the last ${duration(all[0].minutes * 60)}, or as many minutes as are remembered` : ""}`;
      made.set(rows);
    }
    ctx.live.watch("/queues", (/** @type {any} */ body, /** @type {number} */ status) => {
      if (status === 200) show(body);
      else if (all.length === 0) replace(root, el("p", { class: "empty" }, `Queues cannot be shown: ${body?.reason ?? "the server does not say why"}.`));
    });
  },
};

/**
 * @param {any} ctx @param {(queue: string) => QueueInfo} newest @param {(after: QueueInfo) => void} changed
 * @returns {import("../table.js").Column<QueueInfo>[]}
 */
function columns(ctx, newest, changed) {
  const muted = (/** @type {string} */ words) => el("span", { class: "muted" }, words);
  return [
    { key: "queue", title: "Queue", render: (row) => el("span", { class: "cell-parts" }, queueLink(row.queue), row.paused && badge("paused", "warn")) },
    { key: "game", title: "Game", phone: false, render: (row) => [row.game, " ", muted(row.kind === "quick" ? "quick" : "rules")] },
    { key: "waiting", title: "Waiting", align: "right", render: (row) => [count(row.players), row.players !== row.waiting && muted(` in ${count(row.waiting)}`)] },
    { key: "oldest", title: "Oldest", align: "right", render: (row) => ago(row.oldest_since) },
    { key: "p50", title: "Half waited", align: "right", phone: false, render: (row) => wait(row.wait_p50_s) },
    { key: "p90", title: "9 in 10 waited", align: "right", render: (row) => wait(row.wait_p90_s) },
    { key: "pace", title: "Matches/min", align: "right", phone: false, render: (row) => el("span", { title: `${count(row.matches)} in ${row.minutes} min` }, pace(row)) },
    { key: "quality", title: "Quality", align: "right", phone: false, render: (row) => el("span", { class: qualityTone(row.quality) }, quality(row.quality)) },
    { key: "checks", title: "Ready checks", align: "right", phone: false, render: (row) => (row.ready_checks ? count(row.ready_checks) : muted("0")) },
    { key: "do", title: "", align: "right", phone: false, render: (row) => pauseButton(ctx, row, () => newest(row.queue) ?? row, changed) },
  ];
}
