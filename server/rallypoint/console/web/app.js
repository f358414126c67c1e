// Begins: who is here, and then the page that they asked for.

import { api } from "./api.js";
import { closeDialogs, tell } from "./dialog.js";
import { el, replace } from "./dom.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import { reasonOf, toast, toastBox } from "./parts.js";
import { match, queryOf, safePath } from "./router.js";
import { Shell } from "./shell.js";
import { serverNow, serverTimeIs } from "./since.js";
import { followRows } from "./table.js";

/** @typedef {{name: string, role: string, via: string, csrf: string, node: string, version: string, play_url: any, replays: boolean, admin: boolean}} Me */
/** @typedef {{title: (params: Record<string, string>) => string, mount: (root: HTMLElement, ctx: any) => (() => void) | void}} View */

const AGAIN_MS = 2000;
/** A page in the background keeps its stream so long. */
const HIDDEN_MS = 60_000;

/** @type {Me | null} */
let me = null;
/** @type {Live | null} */
let live = null;
/** @type {Shell | null} */
let shell = null;
/** Ends the view that is shown. */
let endView = () => {};
let hasBegun = false;
let visits = 0;

/** @param {any} told @returns {Me} */
function knownAs(told) {
  api.csrf = told.csrf ?? "";
  return { ...told, admin: told.role === "admin" };
}

/** Nobody is logged in any more: to the login, and back here after it. */
function stranger() {
  if (me === null) return;
  me = null;
  toast("Your login is over. Log in to go on.", "warn");
  go(loginPath(), { replace: true });
}

/** @returns {string} with where one wants to be */
function loginPath() {
  const here = safePath(location.pathname + location.search);
  return `/login${queryOf({ next: here === "/" ? "" : here })}`;
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
  const path = location.pathname + queryOf({ ...now, ...names });
  if (path !== location.pathname + location.search) history.replaceState(history.state, "", path);
}

async function show() {
  if (!hasBegun) return;
  const place = match(location.pathname);
  if (me === null && place?.name !== "login") return go(loginPath(), { replace: true });
  if (me !== null && place?.name === "login") return go(safePath(new URLSearchParams(location.search).get("next")), { replace: true });
  const visit = ++visits;
  const isFirst = visit === 1;
  endView();
  endView = () => {};
  closeDialogs();
  const root = place?.name === "login" ? bare() : framed().root;
  replace(root);
  if (place === null) {
    titled("", "Nothing here");
    replace(root, el("section", { class: "panel" }, el("p", {}, "There is no such page. ", el("a", { href: "/" }, "The overview"))));
    return;
  }
  /** @type {View} */
  let view;
  try {
    view = (await import(`./views/${place.name}.js`)).default;
  } catch (error) {
    if (visit === visits) broken(root, "This part of the console is not there, or the server does not answer.", error);
    return;
  }
  if (visit !== visits) return; // somebody has gone on meanwhile
  titled(place.name, view.title(place.params));
  const { ctx, end } = contextOf(place.params);
  endView = end;
  try {
    const its = view.mount(root, ctx);
    if (its) endView = () => (its(), end());
  } catch (error) {
    broken(root, "This part of the console has failed.", error);
  }
  window.scrollTo(0, 0);
  if (!isFirst && !root.contains(document.activeElement)) root.focus({ preventScroll: true });
}

/** @param {string} view @param {string} title */
function titled(view, title) {
  document.title = `${title} · ${me?.node ?? "Rallypoint"}`;
  shell?.at(view, title);
}

/** @param {HTMLElement} root @param {string} words @param {unknown} error */
function broken(root, words, error) {
  console.error(error);
  replace(root, el("section", { class: "panel stack" }, el("p", {}, words), el("p", {}, el("button", { type: "button", onclick: () => location.reload() }, "Load it again"))));
}

/**
 * What a view gets. What is watched or bound through it ends with the view, and what it asks for later is not done.
 * @param {Record<string, string>} params
 */
function contextOf(params) {
  /** @type {(() => void)[]} */
  const ends = [];
  let isOver = false;
  const ctx = {
    params,
    query: new URLSearchParams(location.search),
    api,
    me,
    go,
    entered,
    /** @param {Record<string, unknown>} names */
    setQuery(names) {
      if (!isOver) setQuery(names);
    },
    live: {
      /** @param {string} path @param {import("./live.js").Told} told */
      watch(path, told) {
        const stop = (isOver ? null : live?.watch(path, told)) ?? (() => {});
        ends.push(stop);
        return stop;
      },
    },
    keys: {
      /** @param {string} key @param {string} words @param {() => void} run */
      bind(key, words, run) {
        const unbind = isOver ? () => {} : keys.bind(key, words, run);
        ends.push(unbind);
        return unbind;
      },
    },
  };
  const end = () => {
    isOver = true;
    for (const one of ends.splice(0)) one();
  };
  return { ctx, end };
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
  const root = el("main", { id: "view", class: "bare", tabindex: "-1" });
  replace(document.body, root, toastBox());
  return root;
}

/** @returns {Shell} */
function framed() {
  if (shell) return shell;
  live = new Live({ stillIn, now: () => serverNow() * 1000 });
  if (document.hidden) live.rest();
  shell = new Shell(/** @type {Me} */ (me), live, { logOut, showKeys });
  replace(document.body, ...shell.nodes, toastBox());
  return shell;
}

/** Whether the login holds; and whether it is still that of this page. */
async function stillIn() {
  const now = await api.get("/me");
  if (me === null) return false;
  if (now.name !== me.name || now.role !== me.role) toast(`This browser is logged in as ${now.name} (${now.role}) now: reload this page.`, "warn");
  else if (now.version !== me.version) toast(`The server is version ${now.version} now: reload this page.`, "warn");
  else me = Object.assign(me, knownAs(now));
  return true;
}

async function logOut() {
  try {
    await api.post("/logout");
  } catch (error) {
    if (me !== null) toast(`You are not logged out: ${reasonOf(error)}`, "bad");
    return;
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
    if (document.querySelector("dialog[open]")) return;
    const { target } = event;
    if (keys.press(event, event.timeStamp)) event.preventDefault();
    else if (event.key === "Escape" && target instanceof HTMLInputElement && target.dataset["search"] !== undefined && target.value === "") {
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
    event.preventDefault();
    if (anchor.getAttribute("href")?.startsWith("#")) document.getElementById(url.hash.slice(1))?.focus();
    else go(url.pathname + url.search);
  });
  followRows(go);
  window.addEventListener("popstate", () => void show());
}

/** A page that nobody sees needs no news. */
function restUnseen() {
  let hiding = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = window.setTimeout(() => live?.rest(), HIDDEN_MS);
    else live?.wake();
  });
  window.addEventListener("online", () => live?.wake());
}

/** Who is here. A server that does not answer is asked again. */
async function begin() {
  api.onstranger = stranger;
  api.ontime = serverTimeIs;
  bindKeys();
  followLinks();
  restUnseen();
  import(`./views/${match(location.pathname)?.name ?? "overview"}.js`).catch(() => {}); // meanwhile: `show` waits for it, and says so
  while (!hasBegun) {
    try {
      me = knownAs(await api.get("/me"));
      hasBegun = true;
    } catch (error) {
      if (/** @type {{status?: number}} */ (error).status === 401) hasBegun = true;
      else {
        replace(bare(), el("p", { class: "empty", role: "status" }, `${reasonOf(error)} It is asked again…`));
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }
  await show();
}

void begin();
