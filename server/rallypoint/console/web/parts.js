// What every view is made of.

import { ApiError } from "./api.js";
import { el } from "./dom.js";

export { ago, until } from "./since.js";

/** @typedef {import("./dom.js").Child} Child */

/** A word with a colour: "ok", "warn", "bad", "info", or none. @param {Child} words @param {string} [tone] */
export function badge(words, tone = "") {
  return el("span", { class: `badge ${tone}`.trim() }, words);
}

/** @param {string} label @param {Child} value @param {Child} [note] */
export function stat(label, value, note = null) {
  return el("div", { class: "stat" }, el("span", { class: "stat-label" }, label), el("span", { class: "stat-value" }, value), el("span", { class: "stat-note muted" }, note));
}

/** @param {string | Node | {title: string | Node, actions?: Child}} head @param {...Child} children @returns {HTMLElement} */
export function panel(head, ...children) {
  const { title, actions = null } = typeof head === "string" || head instanceof Node ? { title: head } : head;
  return el("section", { class: "panel" }, el("div", { class: "panel-head" }, el("h2", {}, title), el("div", { class: "panel-actions" }, actions)), children);
}

/** A share from 0 to 1. @param {number} share @returns {HTMLElement} */
export function bar(share) {
  return el("progress", { class: "bar", max: 1, value: Math.max(0, Math.min(1, share)) });
}

/** @param {string} href @param {Child} words @returns {HTMLAnchorElement} */
export function link(href, words) {
  return el("a", { href }, words);
}

/** @param {string} id @param {string} [name] */
export function player(id, name = "") {
  return el("a", { href: `/players/${encodeURIComponent(id)}`, class: "name" }, name || id);
}

/** @param {string} id */
export function session(id) {
  return el("a", { href: `/sessions/${encodeURIComponent(id)}`, class: "mono" }, id);
}

/** @param {string} name */
export function queue(name) {
  return el("a", { href: `/queues/${encodeURIComponent(name)}` }, name);
}

const TOAST_MS = 6000;
const TOASTS_MAX = 4;
/** @type {HTMLElement | null} */
let toasts = null;

/** Where they are said: in the page before anything is, or it would not be read aloud. @returns {HTMLElement} */
export function toastBox() {
  toasts ??= el("div", { class: "toasts", role: "status", "aria-live": "polite" });
  return toasts;
}

/** Says something for some seconds. @param {string} words @param {string} [tone] */
export function toast(words, tone = "") {
  const box = toastBox();
  const close = el("button", { type: "button", class: "plain", "aria-label": "Close" }, "×");
  const node = el("div", { class: `toast ${tone}`.trim() }, el("span", {}, words), close);
  const gone = () => node.remove();
  close.addEventListener("click", gone);
  setTimeout(gone, tone === "bad" ? TOAST_MS * 2 : TOAST_MS);
  for (const other of [...box.children]) if (other.firstElementChild?.textContent === words) other.remove();
  while (box.children.length >= TOASTS_MAX) box.firstElementChild?.remove();
  box.append(node);
}

/** What went wrong, for people. @param {unknown} error @returns {string} */
export function reasonOf(error) {
  return error instanceof ApiError ? error.reason : error instanceof Error ? error.message : String(error);
}

/**
 * Does it, with the button at rest meanwhile; says what went wrong. Gives whether it worked.
 * @param {unknown} ctx @param {HTMLButtonElement | null} button @param {() => Promise<unknown>} run @returns {Promise<boolean>}
 */
export async function act(ctx, button, run) {
  const hadFocus = button !== null && document.activeElement === button;
  if (button) button.disabled = true;
  try {
    await run();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) toast(reasonOf(error), "bad");
    return false;
  } finally {
    if (button) button.disabled = false;
    // a button at rest loses the focus: who works by keyboard is to be where they were
    if (hadFocus && button.isConnected && document.activeElement === document.body) button.focus();
  }
}

/** A button that viewers see, and cannot press. @param {{me: {admin: boolean}}} ctx @param {HTMLButtonElement} button */
export function adminOnly(ctx, button) {
  if (!ctx.me.admin) {
    button.disabled = true;
    button.title = "For admins: you look as a viewer.";
  }
  return button;
}
