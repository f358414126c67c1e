/**
 * Which view belongs to which address, and the way between them: addresses are links that can be sent to others, and
 * what is chosen in a view (filters, tabs, order) is their query.
 *
 * # What a view is (views/*.js)
 *
 *     export function show(root, { path, params, query, me, api, watch, go }) -> { title, stop, keys?, update? }
 *
 * `root` is an empty <div class="view"> of its own. The view fills it, and returns at once; what it shows comes later.
 *
 *   path      "/sessions/7f"; `params` {id: "7f"}, decoded; `query` {tab: "state"}: strings, as in the address.
 *   me        {name, role: "admin"|"viewer", via, csrf, node, version, play_url, replays}: who looks.
 *   api       api.js: `await api.get("/queues")`, `await api.post("/sessions/7f/pause", {reason})`; a refusal throws
 *             `ApiError` {status, error, message: a sentence to show}. Paths without /api/v1; build them with
 *             `api.path("/tables/sessions", {q, game})` (leaves out what is empty) and `encodeURIComponent(id)`.
 *   watch     live.js: `watch("/sessions/7f/look", (body, problem) => ...) -> stop`: called with what is known, at once,
 *             and whenever it changes. `body` is null if there is a `problem` {status, error, reason}. At most six
 *             paths of one view at a time.
 *   go        `go("/sessions/7f?tab=state")`, `go({query: {q: "x"}, replace: true})`: merges into this address's query
 *             (a value of null or "" goes away).
 *   title     of the document.
 *   stop()    ends everything that the view has begun (watches, tables, charts, timers). Its root is thrown away.
 *   keys      [{key: "p", text: "Pause the session", run()}]: shortcuts of the view, shown by the `?` dialog.
 *   update(query)  if there is one, it is called when only the query changed; otherwise the view is shown anew.
 *
 * An input that `/` goes to has the attribute `data-search`. Links are `link("/players/9", "Ann")` of dom.js: plain <a>s.
 *
 * # What there is for views
 *
 *   dom.js     el(tag, props, ...children) (props: class, test, on: {click}, any attribute; children: nodes, text, numbers;
 *              null and false are left out), button(label, press, props), link(path, ...children), setText(node, text),
 *              fill(parent, ...children), aloud(text). Text only: there is no way to write markup.
 *   parts.js   panel(title, ...children), stat(label, value, {note, level, href}), facts([[term, value]]),
 *              pill(text, level), tabs([{key, label}], chosen, choose), adminButton(me, label, press, props)
 *              (a viewer's says why not), empty(text), problemNote(problem), heading(title, ...buttons).
 *   since.js   since(at, {prefix, suffix}) -> <time> that counts by itself ("3 min 12 s"); left(at) counts down.
 *   format.js  count ms seconds bytes percent clock date number ago: numbers as text. Pure.
 *   table.js   new Table({label, path, query, columns, sort, desc, rowKey, open, empty, onSort, onCount, api, watch, go});
 *              .element .setQuery(query) .setSort(sort, desc) .keys .selected .stop(). Columns: {key, label, cell(row) ->
 *              Node | string | number, sort?, numeric?, width?: CSS of grid-template-columns, phone?: false to hide it}.
 *   list.js    new List({label, columns, rowKey?, open?, empty?, go}): a plain table of a few rows; .element .show(rows).
 *   chart.js   new Chart({label, series: [{label, colour?}], format?, height?, time?: true, limit?}); .show(xs, [ys...])
 *              .element .stop().
 *   dialog.js  ask({title, text, yes, danger, fields: [{name, label, value, type, required, max}]}) -> values or null;
 *              bulk({api, path, body, title: (count) => text, yes, danger, fields}) -> how many, or null;
 *              toast(text, level); attempt(() => api.post(...), "It is paused.") toasts how it went, -> answer or null.
 */

/** @typedef {Record<string, string>} Query */
/** @typedef {{ view: string, path: string, params: Record<string, string>, query: Query, nav: string }} Place */

/** @type {[pattern: string, view: string, nav: string][]} */
const ROUTES = [
  ["/", "overview", "/"],
  ["/queues", "queues", "/queues"],
  ["/queues/:queue", "queue", "/queues"],
  ["/sessions", "sessions", "/sessions"],
  ["/sessions/:id", "session", "/sessions"],
  ["/players", "players", "/players"],
  ["/players/:id", "player", "/players"],
  ["/node", "node", "/node"],
  ["/audit", "audit", "/audit"],
  ["/settings", "settings", "/settings"],
  ["/login", "login", ""],
];

/**
 * What an address means; a view of "unknown" if nothing.
 * @param {string} address As "/sessions/7f?tab=state".
 * @returns {Place}
 */
export function placeOf(address) {
  const [before = ""] = address.split("#");
  const cut = before.indexOf("?");
  const raw = cut < 0 ? before : before.slice(0, cut);
  const path = raw.length > 1 ? raw.replace(/\/+$/, "") || "/" : raw || "/";
  const query = readQuery(cut < 0 ? "" : before.slice(cut + 1));
  for (const [pattern, view, nav] of ROUTES) {
    const params = match(pattern, path);
    if (params) return { view, path, params, query, nav };
  }
  return { view: "unknown", path, params: {}, query, nav: "" };
}

/** @param {string} pattern @param {string} path */
function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [n, part] of wanted.entries()) {
    const text = given[n] ?? "";
    if (!part.startsWith(":")) {
      if (part !== text) return null;
      continue;
    }
    const value = decoded(text);
    if (!value) return null;
    params[part.slice(1)] = value;
  }
  return params;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a stray % in an address that somebody typed
  }
}

/** @param {string} text @returns {Query} */
export function readQuery(text) {
  return Object.fromEntries(new URLSearchParams(text));
}

/**
 * As "?game=orbit&q=x", or "" if nothing is left: what is empty is left out.
 * @param {Record<string, string | number | boolean | null | undefined>} query
 */
export function queryText(query) {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "" && value !== false) told.set(name, String(value));
  }
  const text = told.toString();
  return text && `?${text}`;
}

/**
 * A place on this server to go to after a login: nothing that leads elsewhere is taken.
 * @param {string | undefined} address
 */
export function safeNext(address) {
  if (!address || !/^\/(?![/\\])/.test(address) || /[\u0000-\u001f\\]/.test(address)) return "/";
  return placeOf(address).view === "login" ? "/" : address;
}

/** @typedef {{ query?: Record<string, string | number | boolean | null | undefined>, replace?: boolean }} Change */

export class Router {
  /** @param {(place: Place, before: Place | null) => void} show Called for the first place, and each one after it. */
  constructor(show) {
    this.show = show;
    /** @type {Place | null} */
    this.place = null;
  }

  start() {
    addEventListener("popstate", () => this.#arrive());
    document.addEventListener("click", (event) => this.#clicked(event));
    this.#arrive();
  }

  /** @param {string | Change} to @param {{ replace?: boolean }} [how] */
  go = (to, how = {}) => {
    const change = typeof to === "string" ? how : to;
    const address = typeof to === "string" ? to : this.#changed(to);
    if (address === location.pathname + location.search) return;
    if (change.replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    this.#arrive();
  };

  /** @param {Change} change */
  #changed(change) {
    return location.pathname + queryText({ ...readQuery(location.search.slice(1)), ...change.query });
  }

  #arrive() {
    const before = this.place;
    this.place = placeOf(location.pathname + location.search);
    this.show(this.place, before);
  }

  /** Links of the console itself are followed without loading it again. @param {MouseEvent} event */
  #clicked(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(target instanceof HTMLAnchorElement) || target.target || target.hasAttribute("download")) return;
    if (target.origin !== location.origin || placeOf(target.pathname).view === "unknown") return;
    event.preventDefault();
    if (target.hash && target.pathname === location.pathname) return;
    this.go(target.pathname + target.search);
  }
}
