// What a player has played, and how the ratings went.

import { el, replace } from "../../dom.js";
import { clock, duration } from "../../format.js";
import { badge, panel, player as playerLink, queue, reasonOf, session } from "../../parts.js";
import { table } from "../../table.js";
import { cameTo, course, linePoints, place, scoreOf, signed } from "./words.js";

/** @typedef {import("./words.js").Rating} Rating */
/** @typedef {import("./words.js").Result} Result */

const LIMIT = 50;
const OTHERS_MAX = 8;
const [WIDTH, HEIGHT] = [300, 48];

/** @param {any} ctx @param {string} player @param {(name: string) => void} named What others saw when it was played last. @returns {{nodes: HTMLElement[], load(): Promise<void>}} */
export function past(ctx, player, named) {
  const ratings = el("div", { class: "stack" }, el("p", { class: "muted" }, "Looking…"));
  const results = el("div", {}, el("p", { class: "muted" }, "Looking…"));
  const made = table(resultColumns(player), [], { key: (/** @type {Result} */ result) => result.session, empty: "No sessions that have ended." });
  const whole = panel("Results", results);
  whole.classList.add("whole");
  const rated = panel("Ratings", ratings);
  rated.classList.add("whole");
  const path = `/players/${encodeURIComponent(player)}`;
  return {
    nodes: [rated, whole],
    async load() {
      await Promise.all([
        ctx.api.get(`${path}/ratings?limit=${LIMIT}`).then(
          (/** @type {{ratings: Rating[]}} */ body) => replace(ratings, body.ratings.length === 0 ? el("p", { class: "empty" }, "No rated matches.") : body.ratings.map(ratingOf)),
          (/** @type {unknown} */ error) => replace(ratings, failed(error)),
        ),
        ctx.api.get(`${path}/results?limit=${LIMIT}`).then(
          (/** @type {{results: Result[]}} */ body) => {
            made.set(body.results);
            const name = body.results[0]?.seats.find((seat) => seat.player === player)?.name;
            if (name) named(name);
            if (!made.node.isConnected) replace(results, made.node);
          },
          (/** @type {unknown} */ error) => replace(results, failed(error)),
        ),
      ]);
    },
  };
}

/** @param {unknown} error */
function failed(error) {
  return el("p", { class: "empty" }, /** @type {any} */ (error).error === "not_kept" ? "This server keeps no results." : reasonOf(error));
}

/** @param {Rating} rating */
function ratingOf(rating) {
  const [newest] = rating.history;
  const changes = el(
    "details",
    {},
    el("summary", {}, `The last ${rating.history.length} of ${rating.games} rated`),
    el(
      "div",
      { class: "table-box" },
      el(
        "table",
        { class: "data" },
        el("tbody", {}, rating.history.map((change) => el("tr", {}, el("td", { class: "muted" }, clock(change.at)), el("td", {}, session(change.session)), el("td", {}, place(change.rank)), el("td", { class: "num" }, change.after.rating.toFixed(1)), el("td", { class: `num ${change.after.rating < change.before.rating ? "warn" : "ok"}` }, signed(change.after.rating - change.before.rating))))),
      ),
    ),
  );
  return el(
    "div",
    { class: "rating" },
    el("div", { class: "cell-parts" }, queue(rating.queue), el("strong", { class: "num" }, rating.rating.toFixed(1)), newest !== undefined && badge(signed(newest.after.rating - newest.before.rating), newest.after.rating < newest.before.rating ? "warn" : "ok"), el("span", { class: "muted num", title: "Mean and deviation: the rating is the mean less three deviations." }, `${rating.mu.toFixed(1)} ± ${rating.sigma.toFixed(1)}`)),
    rating.history.length > 1 && line(rating),
    rating.history.length > 0 && changes,
  );
}

/** @param {Rating} rating */
function line(rating) {
  const make = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const values = course(rating);
  const svg = make("svg", { class: "rating-line", viewBox: `-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`, preserveAspectRatio: "none", role: "img", "aria-label": `Rating from ${values[0]?.toFixed(1)} to ${values.at(-1)?.toFixed(1)}, in ${values.length - 1} steps` });
  svg.append(make("polyline", { points: linePoints(values, WIDTH, HEIGHT) }));
  return svg;
}

/** @param {string} player @returns {import("../../table.js").Column<Result>[]} */
function resultColumns(player) {
  return [
    { key: "at", title: "Ended", render: (result) => el("span", { class: "num" }, clock(result.ended_at)) },
    { key: "session", title: "Session", render: (result) => el("span", { class: "cell-parts" }, session(result.session), el("span", { class: "muted" }, result.game)) },
    { key: "came", title: "Came to", render: (result) => cameWords(result, player) },
    { key: "score", title: "Score", align: "right", phone: false, render: (result) => scoreOf(result, player) },
    { key: "lasted", title: "Lasted", align: "right", phone: false, render: (result) => duration(result.duration_ms / 1000) },
    { key: "with", title: "With", phone: false, render: (result) => others(result, player) },
    { key: "why", title: "How it ended", phone: false, render: (result) => el("span", { class: "muted long" }, [result.outcome === "ended" ? "" : result.outcome.replaceAll("_", " "), result.result?.reason || result.reason].filter(Boolean).join(": ")) },
  ];
}

/** @param {Result} result @param {string} player */
function cameWords(result, player) {
  const { words, tone } = cameTo(result, player);
  return badge(words, tone);
}

/** @param {Result} result @param {string} player */
function others(result, player) {
  const them = result.seats.filter((seat) => seat.player !== player);
  const shown = them.slice(0, OTHERS_MAX);
  return [shown.map((seat, at) => [at > 0 && ", ", seat.bot ? el("span", { class: "muted name" }, seat.name) : playerLink(seat.player, seat.name)]), them.length > shown.length && el("span", { class: "muted" }, ` and ${them.length - shown.length} more`)];
}
