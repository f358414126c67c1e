/** What views are put together from. */

import { button, el, link } from "./dom.js";
import { toast } from "./dialog.js";
import { sentence } from "./api.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {"good" | "warn" | "bad" | "dim" | "main" | ""} Level */

/** @param {Child} title @param {...Child} children */
export function panel(title, ...children) {
  return el("section", { class: "panel" }, title !== "" && el("h2", {}, title), ...children);
}

/** The first line of a view. @param {Child} title @param {...Child} buttons */
export function heading(title, ...buttons) {
  return el("header", { class: "heading" }, el("h1", { tabindex: -1 }, title), el("div", { class: "buttons" }, ...buttons));
}

/**
 * One figure.
 * @param {string} label
 * @param {Child} value
 * @param {{ note?: Child, level?: Level, href?: string, test?: string }} [more]
 */
export function stat(label, value, { note, level = "", href, test } = {}) {
  const inner = [
    el("span", { class: "stat-label" }, label),
    el("span", { class: `stat-value ${level}` }, value),
    el("span", { class: "stat-note" }, note),
  ];
  return href ? el("a", { class: "stat", href, test }, ...inner) : el("div", { class: "stat", test }, ...inner);
}

/** Terms and what they are. A value of null leaves its line out. @param {[string, Child][]} lines */
export function facts(lines) {
  const shown = lines.filter(([, value]) => value !== null && value !== undefined);
  return el("dl", { class: "facts" }, ...shown.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

/** A state in a word. @param {Child} text @param {Level} [level] */
export function pill(text, level = "") {
  return el("span", { class: `pill ${level}` }, text);
}

/**
 * @param {{ key: string, label: string }[]} all
 * @param {string} chosen
 * @param {(key: string) => void} choose
 */
export function tabs(all, chosen, choose) {
  const made = all.map(({ key, label }) => {
    const isChosen = key === chosen;
    const props = { role: "tab", "aria-selected": String(isChosen), tabindex: isChosen ? 0 : -1, test: `tab-${key}` };
    return button(label, () => choose(key), props);
  });
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = made.findIndex((tab) => tab === document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    made[(at + step + made.length) % made.length]?.focus();
  };
  return el("div", { class: "tabs", role: "tablist", on: { keydown: onKey } }, ...made);
}

/**
 * A button that changes something. A viewer sees it, cannot press it, and is told why.
 * @param {{ role: string }} me
 * @param {string} label
 * @param {() => void} press
 * @param {import("./dom.js").Props} [props]
 */
export function adminButton(me, label, press, props = {}) {
  if (me.role === "admin") return button(label, press, props);
  const why = "That needs the role admin; yours is viewer.";
  return button(label, () => toast(why, "warn"), { ...props, "aria-disabled": "true", title: why });
}

/** Where nothing is. @param {Child} text */
export function empty(text) {
  return el("p", { class: "empty" }, text);
}

/** Why there is nothing to see. @param {{ status?: number, reason?: string, message?: string }} problem */
export function problemNote(problem) {
  return el("p", { class: "note bad", role: "alert" }, problem.message ?? sentence(problem.reason ?? ""));
}

/** @param {string} path @param {Child} text */
export function more(path, text) {
  const made = link(path, text);
  made.classList.add("more");
  return made;
}
