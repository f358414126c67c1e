// Pausing a queue, from wherever it is shown: it is said first what that means.

import { ask } from "../../dialog.js";
import { act, adminOnly, toast } from "../../parts.js";
import { el } from "../../dom.js";
import { waitingWords } from "./words.js";

/** @typedef {import("./words.js").QueueInfo} QueueInfo */

/**
 * A button that pauses a queue, or resumes it.
 * @param {any} ctx @param {QueueInfo} info @param {() => QueueInfo} newest What is known of it when it is pressed. @param {(after: QueueInfo) => void} done
 * @returns {HTMLButtonElement}
 */
export function pauseButton(ctx, info, newest, done) {
  const words = info.paused ? "Resume" : "Pause…";
  const button = el(
    "button",
    { type: "button", "aria-label": `${words} queue ${info.queue}`, dataset: { queue: info.queue }, onclick: () => act(ctx, button, () => pauseOrResume(ctx, newest(), done)) },
    words,
  );
  return adminOnly(ctx, button);
}

/** @param {any} ctx @param {QueueInfo} info @param {(after: QueueInfo) => void} done */
export async function pauseOrResume(ctx, info, done) {
  const path = `/queues/${encodeURIComponent(info.queue)}`;
  if (info.paused) {
    done(await ctx.api.post(`${path}/resume`));
    return toast(`${info.queue} goes on: matches are made again.`, "ok");
  }
  const sure = await ask({ title: `Pause ${info.queue}?`, text: `${waitingWords(info)} ${meaning(info)}`, confirm: "Pause" });
  if (sure === null) return;
  done(await ctx.api.post(`${path}/pause`));
  toast(`${info.queue} is paused.`, "warn");
}

/** @param {QueueInfo} info */
function meaning(info) {
  const checks = info.ready_checks > 0 ? "Ready checks that run go on, and their matches are seated. " : "";
  return `Nobody is matched there until it is resumed. Players may still come and go, keep their places, and read that an operator has paused it when they ask why they wait. ${checks}A restart of the server resumes it.`;
}
