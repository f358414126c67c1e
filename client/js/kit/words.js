/** What the page says to people, in whole plain words. Pure. */

/**
 * @typedef {object} Outcome
 * @property {number[]} [winners] Seats.
 * @property {Map<number, number> | Record<string, number>} [scores] By seat.
 * @property {string} [reason]
 */

const REFUSALS = /** @type {Record<string, string>} */ ({
  unknown: "There is no such game, or it is over.",
  unknown_game: "This server does not have this game.",
  full: "There is no free place any more.",
  locked: "Nobody else is let in there.",
  kicked: "You were sent away from that game, and cannot come back to it.",
  already_seated: "You still have a seat in another game. Leave it first.",
  already_queued: "You are waiting for a game already.",
  cancelled: "You do not wait any longer.",
  too_fast: "That was too often. Wait a moment, then try again.",
  node_full: "The server is full right now. Try again later.",
  cordoned: "No new games begin on this server right now. Try again later.",
  queue_full: "Too many people are waiting right now. Try again later.",
  not_allowed: "This game cannot be watched.",
  declined: "There is no rematch: somebody does not want it.",
  left: "There is no rematch: somebody has left.",
  expired: "There is no rematch: not everybody wanted it in time.",
  unknown_queue: "This server does not have this queue any more.",
  not_in_party: "You are in no party any more.",
  already_in_party: "You are in a party already.",
  not_leader: "The leader of your party starts games.",
  not_ready: "Not everybody in your party is ready.",
  party_too_large: "Your party is too large for this.",
  store_down: "The server cannot look that up right now. Try again later.",
});

/** Why one waits for no match any more; other words than those for a rematch. */
const OUT = /** @type {Record<string, string>} */ ({
  declined: "You declined the match, and do not wait any longer.",
  not_ready: "The match was not accepted in time: you do not wait any longer.",
  party_changed: "Your party has changed: start again.",
  left: "You have left the party.",
  kicked: "You were removed from the party.",
  ended: "The party is over.",
});

/** What a page's own errors are to people, by their names; what they say themselves is for programs. */
const FAILURES = /** @type {Record<string, string>} */ ({
  ConnectFailed: "The server cannot be reached. Try again.",
  SessionGone: "The server was away for too long. Try again.",
  NotConnected: "Not sent: the connection is away.",
  TooManyOutstanding: "Not sent: too much waits to be sent already.",
  OnlyWatching: "You only watch here.",
  UpdateRequired: "This page is too old: reload it.",
});

const FIRST = ["Quiet", "Bold", "Lucky", "Swift", "Amber", "Silver", "Brave", "Merry", "Clever", "Gentle"];
const SECOND = ["Comet", "Otter", "Falcon", "Maple", "Pilot", "Tiger", "Raven", "Ember", "Heron", "Badger"];

/**
 * A name for somebody who has not said one yet.
 * @param {() => number} random From 0 to 1.
 */
export function someName(random) {
  const pick = (/** @type {string[]} */ from) => from[Math.floor(random() * from.length)];
  return `${pick(FIRST)} ${pick(SECOND)}`;
}

/**
 * Why something did not work.
 * @param {any} error
 */
export function whyNot(error) {
  if (Object.hasOwn(REFUSALS, error?.code)) return REFUSALS[error.code];
  if (Object.hasOwn(FAILURES, error?.name)) return FAILURES[error.name];
  const said = error?.reason || error?.meaning || error?.message;
  return said ? sentence(String(said)) : "That did not work.";
}

/**
 * Why one waits for no match any more.
 * @param {any} error
 * @param {boolean} wasQueued One had a place in line; before that, the words for a request are meant.
 */
export function whyOut(error, wasQueued) {
  return wasQueued && Object.hasOwn(OUT, error?.code) ? OUT[error.code] : whyNot(error);
}

/** @param {string} text With a capital at its beginning and a full stop at its end. */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) || begun === "" ? begun : `${begun}.`;
}

/**
 * @param {number} place From 1.
 * @param {number} waiting How many wait.
 */
export function queueText(place, waiting) {
  if (waiting <= 1) return "You are first in line. Waiting for somebody to play with.";
  return `You have place ${place} of ${waiting} in line.`;
}

/**
 * How it stands with who waits for a match.
 * @param {import("../rallypoint.js").Waiting} waiting
 */
export function waitText(waiting) {
  const { place, why } = waiting;
  return place > 0 && !why?.text ? queueText(place, waiting.waiting) : sentence(waiting.text);
}

/**
 * How long it may take, and how one knows.
 * @param {import("../rallypoint.js").QueueExplanation} queue
 */
export function estimateText({ estimateS, basis }) {
  if (estimateS === null) return "Too few matches lately to say how long it takes.";
  const about = `About ${durationText(estimateS)} more`;
  if (basis === null) return `${about}.`;
  const matches = counted(basis.matches, "match", "matches");
  return `${about}, by ${matches} in the last ${Math.round(basis.minutes)} min.`;
}

/** @param {import("../rallypoint.js").RuleExplanation} rule */
export function ruleText({ rule, passes, of, limit, nextS, nextLimit }) {
  if (limit === null && nextS === null) return `${rule}: counts no more`;
  const next = nextLimit === null ? "counts no more" : "widens";
  const then = nextS === null ? "" : `, ${next} in ${Math.ceil(nextS)} s`;
  return `${rule}: ${passes} of ${of} fit${then}`;
}

/** @param {number} seconds */
function durationText(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

/** @param {{ accepted: number, players: number }} check */
export function readyText({ accepted, players }) {
  return `${accepted} of ${players} have accepted.`;
}

/**
 * @param {{ ready: boolean, here: boolean, seated: boolean }} member
 * @param {boolean} isLeader
 */
export function memberText({ ready, here, seated }, isLeader) {
  const states = [isLeader ? "leads" : ready ? "✓ ready" : "not ready yet"];
  if (seated) states.push("playing");
  if (!here) states.push("away");
  return states.join(" · ");
}

/**
 * A queue's name for people: that of its game is left out.
 * @param {string} queue
 * @param {string} game
 */
export function queueName(queue, game) {
  if (queue === game) return "Quick match";
  const hasGame = queue.startsWith(`${game}-`) || queue.startsWith(`${game}_`);
  const short = hasGame ? queue.slice(game.length + 1) : queue;
  const words = short.replaceAll(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * @param {string} name
 * @param {number} leftMs Until the seat is given up.
 */
export function awayText(name, leftMs) {
  return `${name} is away, ${Math.max(0, Math.ceil(leftMs / 1000))} s`;
}

/** @param {string} reason Of the operator; may be empty. */
export function pausedText(reason) {
  return sentence(`The session is paused by an operator${reason ? `: ${reason}` : ""}`);
}

/**
 * @param {number | null} untilMs In Unix time.
 * @param {number} nowMs
 */
export function mutedText(untilMs, nowMs) {
  return `An operator has muted you${untilMs === null ? "" : ` until ${momentText(untilMs, nowMs)}`}`;
}

/**
 * A moment to come, as the clock on the wall has it; of another day, with the day.
 * @param {number} ms In Unix time.
 * @param {number} nowMs
 */
export function momentText(ms, nowMs) {
  const then = new Date(ms);
  if (then.toDateString() === new Date(nowMs).toDateString())
    return then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return then.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** @param {number} ms As minutes and seconds: 3:05. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {number} ms How long ago something was. */
export function agoText(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** @param {string[]} names As a list in a sentence: "Ann, Bob and Cid". */
export function listText(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/**
 * What a game's end is for the one who looks at it.
 * @param {Outcome | null} result `null`, or empty, if the session ended without one.
 * @param {number} seat -1 for who only watches.
 * @param {(seat: number) => string} nameOf
 * @returns {{ title: string, detail: string, mood: "won" | "lost" | "even" }}
 */
export function outcome(result, seat, nameOf) {
  const reason = result?.reason ? sentence(result.reason) : "";
  const winners = result?.winners;
  if (!winners) return { title: "The game has ended", detail: reason, mood: "even" };
  const names = listText(winners.map(nameOf));
  if (winners.length === 0) return { title: "A draw", detail: reason, mood: "even" };
  if (!winners.includes(seat)) {
    if (seat < 0) return { title: `${names} won`, detail: reason, mood: "even" };
    return { title: "You lost", detail: [`${names} won.`, reason].filter(Boolean).join(" "), mood: "lost" };
  }
  if (winners.length === 1) return { title: "You won", detail: reason, mood: "won" };
  return { title: "A shared win", detail: [`${names}.`, reason].filter(Boolean).join(" "), mood: "won" };
}

/**
 * The scores of a result, best first. Keys are seats, however the decoder gives them.
 * @param {Outcome | null} result
 * @returns {[seat: number, score: number][]}
 */
export function scoresOf(result) {
  const scores = result?.scores ?? {};
  const pairs = scores instanceof Map ? [...scores] : Object.entries(scores);
  return pairs
    .map(([seat, score]) => /** @type {[number, number]} */ ([Number(seat), Number(score)]))
    .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}
