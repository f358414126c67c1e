// Addresses and views.
//
// A view is a module: `export default {title(params) -> string, mount(root, ctx) -> (() => void) | void}`. What `mount` gives is
// called when somebody goes elsewhere. `ctx`: {params, query, api, live, me, go(path), setQuery(names), keys}; what is watched or
// bound through it ends with the view.

/** @typedef {{name: string, params: Record<string, string>}} Place */

/** Address, and the view's file. */
export const ROUTES = /** @type {const} */ ([
  ["/", "overview"],
  ["/queues", "queues"],
  ["/queues/:queue", "queue"],
  ["/sessions", "sessions"],
  ["/sessions/:session", "session"],
  ["/players", "players"],
  ["/players/:player", "player"],
  ["/node", "node"],
  ["/audit", "audit"],
  ["/settings", "settings"],
  ["/login", "login"],
]);

/** @param {string} pathname @returns {Place | null} */
export function match(pathname) {
  const parts = pathname.replace(/(?<=.)\/$/, "").split("/").slice(1);
  for (const [route, name] of ROUTES) {
    const wanted = route.split("/").slice(1);
    if (wanted.length !== parts.length) continue;
    /** @type {Record<string, string>} */
    const params = {};
    const fits = wanted.every((one, place) => {
      const part = decoded(/** @type {string} */ (parts[place]));
      if (!one.startsWith(":")) return one === part;
      if (part) params[one.slice(1)] = part;
      return Boolean(part);
    });
    if (fits) return { name, params };
  }
  return null;
}

/** @param {string} part @returns {string} */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % that somebody typed
  }
}

/** Without what is empty. @param {Record<string, unknown>} names @returns {string} with its "?", or empty */
export function queryOf(names) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(names)) {
    if (value !== "" && value !== null && value !== undefined && value !== false) query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** A path of this page that may be gone to after a login, and none elsewhere. @param {string | null} path @returns {string} */
export function safePath(path) {
  return path !== null && /^\/(?!\/)[^\\\p{Cc}]*$/u.test(path) ? path : "/";
}
