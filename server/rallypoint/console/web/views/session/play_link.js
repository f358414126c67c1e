// Links to a game's own page on the players' port. Pure.

/**
 * `playUrl`: as `GET /me` has it; `here`: the console's own address; `query`: as `{watch: "5f0c"}`. Null: players have no pages.
 * @param {string | {port: number} | null | undefined} playUrl
 * @param {{protocol: string, hostname: string}} here
 * @param {string} game
 * @param {Record<string, string | number>} query
 * @returns {string | null}
 */
export function playLink(playUrl, here, game, query) {
  if (!playUrl) return null;
  const base = typeof playUrl === "string" ? playUrl.replace(/\/+$/, "") : `${here.protocol}//${here.hostname}:${playUrl.port}`;
  if (!/^https?:\/\//.test(base)) return null;
  const told = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return `${base}/play/${encodeURIComponent(game)}/?${told}`;
}
