// What may be done to a player, from wherever one is shown: asked first, and said in words what it means.

import { ask } from "../../dialog.js";
import { toast } from "../../parts.js";
import { many } from "../queue/words.js";
import { minutesOf } from "./words.js";

export const MINUTES = { name: "minutes", label: "Minutes", kind: /** @type {const} */ ("number"), required: true, min: 1, max: 525_600, value: 60 };
export const REASON = { name: "reason", label: "Reason, which the player reads", kind: /** @type {const} */ ("text"), max: 300, value: "" };
/** Players are not told it. */
export const KICK_REASON = { ...REASON, label: "Reason, for the audit log and what is remembered of the player", value: "" };
export const MESSAGE = { name: "text", label: "Message", kind: /** @type {const} */ ("area"), required: true, max: 300, value: "" };
export const KICK_MEANS = "Out of the lobby and out of every seat, for good: no way back into those sessions. Coming to the server anew stays possible.";
export const MUTE_MEANS = "What is written in chats reaches nobody meanwhile. Playing goes on.";

const NAME_MAX = 64;

/** @typedef {{player: string, name: string, seats: unknown[]}} Who */

/** @param {any} ctx @param {Who} who */
export async function kick(ctx, who) {
  const seats = who.seats.length > 0 ? `${many(who.seats.length, "seat")} would be given up. ` : "";
  const typed = await ask({ title: `Kick ${who.name}?`, text: seats + KICK_MEANS, danger: true, confirm: "Kick", fields: [KICK_REASON] });
  if (typed === null) return;
  await ctx.api.post(`${pathOf(who)}/kick`, { reason: typed["reason"] });
  toast(`${who.name} was kicked.`, "ok");
}

/** @param {any} ctx @param {Who} who */
export async function mute(ctx, who) {
  const typed = await ask({ title: `Mute ${who.name}?`, text: MUTE_MEANS, confirm: "Mute", fields: [MINUTES, REASON] });
  if (typed === null) return;
  const minutes = minutesOf(typed["minutes"] ?? "");
  await ctx.api.post(`${pathOf(who)}/mute`, { minutes, reason: typed["reason"], name: who.name === who.player ? "" : who.name.slice(0, NAME_MAX) });
  toast(`${who.name} is muted for ${many(minutes, "minute")}.`, "ok");
}

/** @param {any} ctx @param {Who} who */
export async function unmute(ctx, who) {
  await ctx.api.post(`${pathOf(who)}/unmute`);
  toast(`${who.name} may write again.`, "ok");
}

/** @param {any} ctx @param {Who} who */
export async function message(ctx, who) {
  const typed = await ask({ title: `Message ${who.name}`, text: "It is shown in the game or the lobby, as from the operators.", confirm: "Send", fields: [MESSAGE] });
  if (typed === null) return;
  const told = await ctx.api.post(`${pathOf(who)}/message`, { text: typed["text"] });
  if (told.now) toast(`${who.name} was told.`, "ok");
  else toast(`${who.name} is away, and is told upon coming back to the lobby.`, "warn");
}

/** @param {{player: string}} who */
function pathOf(who) {
  return `/players/${encodeURIComponent(who.player)}`;
}
