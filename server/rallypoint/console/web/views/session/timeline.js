// Everything that happened in a session, as long as it is remembered.

import { el, replace, text } from "../../dom.js";
import { clock } from "../../format.js";
import { badge, panel, player } from "../../parts.js";
import { chosen, kinds, people } from "./happened.js";
import { anew, rows } from "./rows.js";
import { kindTone } from "./tones.js";

/** @typedef {import("./happened.js").Happened} Happened */

/**
 * @param {HTMLElement} root
 * @param {any} ctx
 * @param {string} session
 * @param {URLSearchParams} query
 * @returns {{set(look: {seats: {player: string, name: string}[]}): void, destroy(): void}}
 */
export function timelineTab(root, ctx, session, query) {
  /** @type {Happened[]} */
  let items = [];
  let leftOut = 0;
  /** @type {Map<string, string>} */
  let names = new Map();
  const wanted = { kinds: new Set((query.get("kind") ?? "").split(",").filter(Boolean)), who: query.get("who") ?? "", text: query.get("find") ?? "" };

  const chips = el("div", { class: "chips", role: "group", "aria-label": "Kinds" });
  const who = el("select", { "aria-label": "Who", onchange: () => choose({ who: who.value }) });
  const find = el("input", { type: "search", placeholder: "Find in the timeline", "aria-label": "Find in the timeline", value: wanted.text, oninput: () => choose({ text: find.value }) });
  const note = el("span", { class: "muted" });
  const list = el("ol", { class: "timeline" });
  const head = el("div", { class: "toolbar" }, find, who, note);
  replace(root, panel("Timeline", head, chips, list));

  /** @param {Partial<typeof wanted>} other */
  function choose(other) {
    Object.assign(wanted, other);
    ctx.setQuery({ tab: "timeline", kind: [...wanted.kinds].join(","), who: wanted.who, find: wanted.text });
    draw();
  }

  /** @param {string} kind */
  function toggle(kind) {
    const others = new Set(wanted.kinds);
    if (!others.delete(kind)) others.add(kind);
    choose({ kinds: others });
  }

  function draw() {
    const shown = chosen(items, wanted);
    const missing = [...wanted.kinds].filter((kind) => !items.some((one) => one.kind === kind));
    const found = [...kinds(items), ...missing.map((kind) => /** @type {[string, number]} */ ([kind, 0]))];
    anew(chips, JSON.stringify([found, [...wanted.kinds]]), () => replace(chips, ...found.map(chip)));
    const everybody = [...new Set([...people(items), wanted.who])].filter(Boolean).map((one) => /** @type {const} */ ([one, names.get(one) ?? one]));
    anew(who, JSON.stringify([everybody, wanted.who]), () => replace(who, el("option", { value: "" }, "Everybody"), ...everybody.map(([one, name]) => el("option", { value: one, selected: one === wanted.who }, name))));
    const all = shown.length === items.length ? `Entries: ${items.length}` : `${shown.length} of ${items.length}`;
    text(note, leftOut ? `${all}; ${leftOut} older ones are not told` : all);
    rows(list, shown.toReversed(), (one) => JSON.stringify([one, names.get(one.player ?? "")]), row, items.length ? "Nothing fits." : "Nothing happened yet.");
  }

  /** @param {[string, number]} kind */
  function chip([kind, count]) {
    return el("button", { type: "button", class: "chip", "aria-pressed": String(wanted.kinds.has(kind)), dataset: { name: kind }, onclick: () => toggle(kind) }, `${kind} ${count}`);
  }

  /** @param {Happened} one */
  function row(one) {
    return el(
      "li",
      {},
      el("time", { class: "mono muted", title: new Date(one.at * 1000).toLocaleString() }, clock(one.at)),
      one.tick === null ? el("span", {}) : el("a", { class: "num log-tick", href: `?tab=travel&tick=${one.tick}`, title: "Go to that tick" }, `tick ${one.tick}`),
      el("span", {}, badge(one.kind, kindTone(one.kind))),
      el(
        "span",
        { class: "timeline-text" },
        one.player && player(one.player, names.get(one.player) ?? one.player),
        one.player && one.text && " ",
        one.text,
        one.by && one.by !== one.player && el("span", { class: "muted" }, ` by ${one.by}`),
      ),
    );
  }

  const stop = ctx.live.watch(
    `/sessions/${encodeURIComponent(session)}/timeline`,
    (/** @type {any} */ body, /** @type {number} */ status) => {
      if (status !== 200) return text(note, items.length ? "There is no more to come." : `There is no timeline: ${body.reason}.`);
      items = body.items;
      leftOut = body.left_out;
      draw();
    },
  );
  return {
    set({ seats }) {
      names = new Map(seats.map((seat) => [seat.player, seat.name]));
    },
    destroy: stop,
  };
}
