// The last quarter of an hour of this node, kept up while somebody looks.

import { NEWS_S, wholePast, withNews } from "./past.js";

/** @typedef {import("./past.js").Past} Past */
/**
 * @typedef {{api: {get(path: string): Promise<any>},
 *   live: {watch(path: string, told: (body: any, status: number) => void): unknown}}} Asked
 */

/**
 * @param {Asked} ctx
 * @param {(past: Past) => void} changed
 */
export function watchPast(ctx, changed) {
  /** @type {Past | null} */
  let past = null;
  let asking = false;

  async function askForAll() {
    if (asking) return;
    asking = true;
    try {
      past = wholePast(await ctx.api.get("/overview/history"));
      changed(past);
    } catch {
      past = null; // asked again with the next news; what is wrong is said by whatever else the page shows
    } finally {
      asking = false;
    }
  }

  ctx.live.watch(`/overview/history?seconds=${NEWS_S}`, (body, status) => {
    if (status !== 200) return;
    past = past && withNews(past, body);
    if (past === null) void askForAll();
    else changed(past);
  });
}
