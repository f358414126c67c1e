// Begins: who is here, and then the page that they asked for.

import { api } from "./api.js";
import { tell } from "./dialog.js";
import { el, replace } from "./dom.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import { toast } from "./parts.js";
import { match, queryOf, safePath } from "./router.js";
import { Shell } from "./shell.js";
import { followRows } from "./table.js";

/** @typedef {{name: string, role: string, via: string, csrf: string, node: string, version: string, play_url: any, replays: boolean, admin: boolean}} Me */
/** @typedef {{title: (params: Record<string, string>) => string, mount: (root: HTMLElement, ctx: any) => (() => void) | void}} View */

/** @type {Me | null} */
let me = null;
/** @type {Live | null} */
let live = null;
/** @type {Shell | null} */
let shell = null;
/** What ends with the view that is shown. @type {(() => void)[]} */
let ends = [];
let visits = 0;

/** @param {any} told @returns {Me} */
function knownAs(told) {
  api.csrf = told.csrf ?? "";
  return { ...told, admin: told.role === "admin" };
}

function endView() {
  for (const end of ends.splice(0)) end();
}

/** Nobody is logged in any more: to the login, and back here after it. */
function stranger() {
  if (me === null) return;
  me = null;
  const here = location.pathname + location.search;
  go(`/login${queryOf({ next: here === "/" ? "" : here })}`, { replace: true });
}

/** @param {string} path @param {{replace?: boolean}} [how] */
function go(path, { replace: instead = false } = {}) {
  if (instead) history.replaceState(null, "", path);
  else if (path !== location.pathname + location.search) history.pushState(null, "", path);
  void show();
}

/** Into the address, without a new view. @param {Record<string, unknown>} names */
function setQuery(names) {
  const now = Object.fromEntries(new URLSearchParams(location.search));
  history.replaceState(null, "", location.pathname + queryOf({ ...now, ...names }));
}

async function show() {
  const place = match(location.pathname);
  if (me === null && place?.name !== "login") return go(`/login${queryOf({ next: safePath(location.pathname + location.search) })}`, { replace: true });
  if (me !== null && place?.name === "login") return go(safePath(new URLSearchParams(location.search).get("next")), { replace: true });
  const visit = ++visits;
  endView();
  const root = place?.name === "login" ? bare() : framed().root;
  replace(root);
  if (place === null) {
    document.title = "Nothing here · Rallypoint";
    replace(root, el("section", { class: "panel" }, el("h1", {}, "There is no such page"), el("p", {}, el("a", { href: "/" }, "The overview"))));
    return;
  }
  /** @type {View} */
  let view;
  try {
    view = (await import(`./views/${place.name}.js`)).default;
  } catch (error) {
    console.error(error);
    if (visit === visits) replace(root, el("p", { class: "empty" }, "This part of the console could not be loaded. Is the server there?"));
    return;
  }
  if (visit !== visits) return; // somebody has gone on meanwhile
  const title = view.title(place.params);
  document.title = `${title} · ${me?.node ?? "Rallypoint"}`;
  shell?.at(place.name, title);
  const end = view.mount(root, contextOf(place.params));
  if (end) ends.push(end);
  window.scrollTo(0, 0);
}

/** @param {Record<string, string>} params */
function contextOf(params) {
  const own = ends;
  return {
    params,
    query: new URLSearchParams(location.search),
    api,
    me,
    go,
    setQuery,
    entered,
    live: {
      /** @param {string} path @param {import("./live.js").Told} told */
      watch(path, told) {
        const stop = live?.watch(path, told) ?? (() => {});
        own.push(stop);
        return stop;
      },
    },
    keys: {
      /** @param {string} key @param {string} words @param {() => void} run */
      bind(key, words, run) {
        own.push(keys.bind(key, words, run));
      },
    },
  };
}

/** The login has worked. @param {any} told */
function entered(told) {
  me = knownAs(told);
  go(safePath(new URLSearchParams(location.search).get("next")), { replace: true });
}

/** Without anything around it. @returns {HTMLElement} */
function bare() {
  shell?.end();
  live?.close();
  shell = live = null;
  const root = el("main", { id: "view", class: "bare" });
  replace(document.body, root);
  return root;
}

/** @returns {Shell} */
function framed() {
  if (shell) return shell;
  live = new Live({
    stillIn: async () => {
      await api.get("/me");
      return me !== null;
    },
  });
  shell = new Shell(/** @type {Me} */ (me), live, { logOut, showKeys });
  replace(document.body, ...shell.nodes);
  return shell;
}

async function logOut() {
  try {
    await api.post("/logout");
  } catch {
    // whoever is not in any more is out
  }
  me = null;
  go("/login");
}

function showKeys() {
  const rows = keys.all().map((one) => el("tr", {}, el("td", {}, one.keys.split(" ").map((key) => [el("kbd", {}, key), " "])), el("td", {}, one.words)));
  void tell({ title: "Keys", body: el("table", { class: "data" }, el("tbody", {}, rows)) });
}

function bindKeys() {
  const views = [["o", "overview", "/"], ["q", "queues", "/queues"], ["s", "sessions", "/sessions"], ["p", "players", "/players"], ["n", "node", "/node"], ["a", "audit log", "/audit"], ["e", "settings", "/settings"]];
  for (const [key, words, path] of views) keys.bind(`g ${key}`, `go to ${words}`, () => me !== null && go(/** @type {string} */ (path)));
  keys.bind("/", "search", () => /** @type {HTMLElement | null} */ (document.querySelector("[data-search]"))?.focus());
  keys.bind("?", "show these keys", showKeys);
  document.addEventListener("keydown", (event) => {
    if (keys.press(event, event.timeStamp)) event.preventDefault();
    else if (event.key === "Escape" && event.target instanceof HTMLInputElement && event.target.dataset["search"] !== undefined) {
      /** @type {HTMLElement | null} */ (document.querySelector("[role=grid]"))?.focus();
    }
  });
}

function followLinks() {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const anchor = /** @type {Element} */ (event.target).closest("a");
    if (!anchor?.hasAttribute("href") || anchor.target || anchor.hasAttribute("download")) return;
    const url = new URL(anchor.href, location.href);
    if (url.origin !== location.origin || match(url.pathname) === null) return;
    if (anchor.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
  followRows(go);
  window.addEventListener("popstate", () => void show());
}

async function begin() {
  api.onstranger = stranger;
  bindKeys();
  followLinks();
  try {
    me = knownAs(await api.get("/me"));
  } catch (error) {
    if (/** @type {{status?: number}} */ (error).status !== 401) toast("The server does not answer yet: reload this page in a moment.", "bad");
  }
  await show();
}

void begin();
