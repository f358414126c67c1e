// The emptying of a node: cordon, drain, uncordon, each asked for first; and how far it is, in words.

import { ask } from "./dialog.js";
import { el, replace, text } from "./dom.js";
import { count, duration } from "./format.js";
import { act, ago, badge, bar, panel, until } from "./parts.js";

/**
 * @typedef {{state: string, since_at: number | null, by: string | null, sessions_at_start: number,
 *   sessions_left: number, eta_s: number | null, end_at: number | null}} Cordon
 */
/** What is looked at here. @typedef {{node: string, state: string, sessions: number, cordon: Cordon}} Emptied */

/** @type {Record<string, string>} */
const STATE_TONES = { serving: "ok", cordoned: "warn", draining: "warn", drained: "info", stopping: "bad" };

/** @param {string} state @returns {Node} */
export function stateBadge(state) {
  return badge(state, STATE_TONES[state] ?? "");
}

/** Cordon, drain, uncordon, and how far it is. @param {any} ctx */
export function emptyingOf(ctx) {
  const state = el("p", { class: "node-state" });
  const progress = el("div", { class: "node-progress" });
  const buttons = {
    cordon: el("button", { type: "button" }, "Cordon"),
    drain: el("button", { type: "button" }, "Drain"),
    uncordon: el("button", { type: "button" }, "Uncordon"),
  };
  const actions = ctx.me.admin
    ? Object.values(buttons)
    : [el("span", { class: "muted" }, "An admin can cordon and drain.")];
  const title = el("span", {}, "New sessions");
  const node = panel({ title, actions }, state, progress);
  /** @type {Emptied | null} */
  let now = null;
  let said = "";

  buttons.cordon.addEventListener("click", () => void order(buttons.cordon, "/node/cordon", cordonQuestion));
  buttons.drain.addEventListener("click", () => void order(buttons.drain, "/node/drain", drainQuestion));
  buttons.uncordon.addEventListener("click", () => void order(buttons.uncordon, "/node/uncordon", uncordonQuestion));

  /** @param {HTMLButtonElement} button @param {string} path @param {(of: Emptied) => any} question */
  async function order(button, path, question) {
    if (now === null) return;
    const answer = await ask(question(now));
    if (answer === null) return;
    await act(ctx, button, async () => {
      const cordon = await ctx.api.post(path, path === "/node/drain" ? { end_after_s: secondsOf(answer) } : undefined);
      if (now !== null) show({ ...now, cordon, state: cordon.state });
    });
  }

  /** @param {Emptied} body */
  function show(body) {
    now = body;
    const { cordon } = body;
    buttons.cordon.disabled = cordon.state === "cordoned";
    buttons.uncordon.disabled = cordon.state === "serving";
    text(buttons.drain, cordon.state === "draining" ? "Drain differently" : "Drain");
    const new_ = JSON.stringify([cordon, body.state]);
    if (new_ === said) return;
    said = new_;
    text(title, `New sessions on ${body.node}`);
    replace(state, stateBadge(body.state), " ", ...stateWords(cordon));
    replace(progress, ...progressOf(cordon));
  }
  return { node, set: show };
}

/** @param {Record<string, unknown>} answer @returns {number | null} */
function secondsOf(answer) {
  const given = answer["minutes"];
  return given === null || given === undefined || given === "" ? null : Number(given) * 60;
}

/** @param {Emptied} node */
function cordonQuestion(node) {
  return {
    title: `Cordon ${node.node}?`,
    text:
      `No session is created here until it is uncordoned. Meanwhile ${sessionsWords(node.sessions)} on; ` +
      "free seats are still filled.",
    confirm: "Cordon",
    danger: true,
  };
}

/** @param {Emptied} node */
function drainQuestion(node) {
  return {
    title: `Drain ${node.node}?`,
    text:
      `No session is created here; ${sessionsWords(node.sessions)} on until they are over by themselves. ` +
      "If you give a time, what is left then is ended, without a result.",
    confirm: "Drain",
    danger: true,
    fields: [
      {
        name: "minutes",
        label: "End what is left after (minutes; empty: wait for it)",
        kind: "number",
        value: "",
        required: false,
        max: 1440,
      },
    ],
  };
}

/** @param {Emptied} node */
function uncordonQuestion(node) {
  return { title: `Uncordon ${node.node}?`, text: "Sessions are created here again, at once.", confirm: "Uncordon" };
}

/** @param {number} sessions @returns {string} */
function sessionsWords(sessions) {
  if (sessions === 0) return "no session goes";
  return sessions === 1 ? "one session goes" : `${count(sessions)} sessions go`;
}

/** @param {Cordon} cordon @returns {(Node | string)[]} */
function stateWords(cordon) {
  if (cordon.since_at === null) return ["Sessions are created here."];
  const who = cordon.by === null ? "" : ` by ${cordon.by}`;
  return ["No session is created here, for ", ago(cordon.since_at), who, "."];
}

/** @param {Cordon} cordon @returns {(Node | string)[]} */
function progressOf({ state, sessions_at_start: all, sessions_left: left, eta_s, end_at }) {
  if (state === "serving") return [];
  if (state === "drained" || left === 0)
    return [bar(1), el("p", {}, "No session is left: the process can be stopped.")];
  const end = end_at === null ? [] : [" What is left in ", until(end_at), " is ended."];
  const eta =
    eta_s === null
      ? "nobody knows yet when the last one is over."
      : `the last one is over in about ${duration(eta_s)}.`;
  const words = `${count(left)} of ${count(Math.max(all, left))} sessions are left; ${eta}`;
  return [bar(all > 0 ? Math.max(0, 1 - left / all) : 0), el("p", {}, words, ...end)];
}
