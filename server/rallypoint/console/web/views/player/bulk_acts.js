// The same done to all players that the present filter finds: counted, asked, and then done to just as many.

import { ask } from "../../dialog.js";
import { el, text } from "../../dom.js";
import { count } from "../../format.js";
import { act, toast } from "../../parts.js";
import { bulk } from "../session/bulk.js";
import { many } from "../queue/words.js";
import { KICK_MEANS, KICK_REASON, MESSAGE, MINUTES, MUTE_MEANS, REASON } from "./acts.js";
import { minutesOf } from "./words.js";

/** @typedef {{do: string, verb: string, past: string, danger?: boolean, text: string, fields?: any[]}} Job */

/** What is typed as a reason is sent as `text`, too. @type {Job[]} */
export const JOBS = [
  { do: "message", verb: "Message", past: "Told", text: "Those who are in the lobby see it, also while they play.", fields: [MESSAGE] },
  { do: "mute", verb: "Mute", past: "Muted", text: MUTE_MEANS, fields: [MINUTES, { ...REASON, name: "text" }] },
  { do: "unmute", verb: "Unmute", past: "Unmuted", text: "Those who are muted may write again." },
  { do: "kick", verb: "Kick", past: "Kicked", danger: true, text: KICK_MEANS, fields: [{ ...KICK_REASON, name: "text" }] },
];

/** What was typed, as the API takes it. @param {Record<string, any>} sent @returns {Record<string, any>} */
export function asSent(sent) {
  return "minutes" in sent ? { ...sent, minutes: minutesOf(sent["minutes"]) } : sent;
}

export class JobButton {
  #matched = 0;
  #busy = false;

  /** @param {any} ctx @param {Job} job @param {() => Record<string, string>} filter */
  constructor(ctx, job, filter) {
    this.job = job;
    this.node = el("button", { type: "button", class: job.danger ? "danger" : "", disabled: true, onclick: () => void this.#pressed(ctx, filter()) }, `${job.verb} all…`);
  }

  /** @param {number} matched */
  count(matched) {
    text(this.node, `${this.job.verb} ${count(matched)}…`);
    this.node.title = `${this.job.verb} ${many(matched, "player")}…`;
    this.#matched = matched;
    if (!this.#busy) this.node.disabled = matched === 0;
  }

  /** @param {any} ctx @param {Record<string, string>} filter */
  async #pressed(ctx, filter) {
    this.#busy = true;
    await act(ctx, this.node, () => this.#run(ctx, filter));
    this.#busy = false;
    this.node.disabled = this.#matched === 0;
  }

  /** @param {any} ctx @param {Record<string, string>} filter */
  async #run(ctx, filter) {
    const { job } = this;
    await bulk(
      {
        path: "/players/bulk",
        do: job.do,
        one: "player",
        filter: { q: filter["q"] ?? "", place: filter["place"] ?? "" },
        danger: job.danger,
        title: (them) => `${job.verb} ${them}?`,
        button: (them) => `${job.verb} ${them}`,
        done: (them) => `${job.past} ${them}.`,
        text: `${job.text} Bots of the server are not meant.`,
        fields: job.fields,
      },
      { post: (path, sent) => ctx.api.post(path, asSent(sent)), ask, say: toast },
    );
  }
}
