// A list that changes while it is read: rows that stay are not touched, so that focus and selection stay, too.

import { el } from "../../dom.js";

/** @type {WeakMap<Element, string>} */
const keys = new WeakMap();

/**
 * The list has these rows from now on. Rows of the same key look the same.
 * @template Row
 * @param {HTMLElement} list
 * @param {readonly Row[]} told
 * @param {(row: Row) => string} keyOf Several may have the same.
 * @param {(row: Row) => HTMLElement} make
 * @param {string} none What is said in place of rows.
 */
export function rows(list, told, keyOf, make, none) {
  /** @type {Map<string, Element[]>} */
  const had = new Map();
  for (const node of list.children) {
    const key = keys.get(node) ?? "";
    had.set(key, [...(had.get(key) ?? []), node]);
  }
  let at = list.firstElementChild;
  /** @param {string} key @param {() => HTMLElement} made */
  const put = (key, made) => {
    const node = had.get(key)?.shift() ?? made();
    keys.set(node, key);
    if (node === at) at = node.nextElementSibling;
    else list.insertBefore(node, at);
  };
  for (const row of told) put(`row ${keyOf(row)}`, () => make(row));
  if (!told.length) put(`none ${none}`, () => el("li", { class: "muted" }, none));
  for (const node of [...had.values()].flat()) node.remove();
}

/**
 * Makes what is in a node anew, only if it is to be something else than the last time. A button that has the focus gives it to
 * the one of the same `data-name`.
 * @param {HTMLElement} node
 * @param {string} key
 * @param {() => void} make
 */
export function anew(node, key, make) {
  if (keys.get(node) === key) return;
  keys.set(node, key);
  const focused = document.activeElement;
  const name = focused instanceof HTMLElement && node.contains(focused) ? focused.dataset["name"] : undefined;
  make();
  if (name !== undefined) /** @type {HTMLElement | null} */ (node.querySelector(`[data-name="${CSS.escape(name)}"]`))?.focus();
}
