// Elements from data. Text is text: nothing here, or anywhere in this page, reads a string as markup.

/** @typedef {Node | string | number | null | undefined | false | readonly any[]} Child */
/** @typedef {Record<string, unknown>} Props */

/**
 * A new element. `on...` are listeners, `dataset` an object; properties that are no attributes (`value`, `checked`) are set
 * as such; `true` is an attribute without a value, `false`, `null` and `undefined` are none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Props} [props] @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  append(node, children);
  return node;
}

const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "hidden"]);

/** @param {HTMLElement} node @param {string} name @param {unknown} value */
function set(node, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith("on")) {
    // never an attribute: that would be text which is run
    if (typeof value === "function") node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  } else if (name === "dataset") {
    for (const [key, one] of Object.entries(/** @type {object} */ (value))) node.dataset[key] = String(one);
  } else if (PROPERTIES.has(name)) {
    /** @type {any} */ (node)[name] = value;
  } else if (value !== false) {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} node @param {readonly Child[]} children */
function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(/** @type {Node | string} */ (typeof child === "number" ? String(child) : child));
  }
}

/** Its children are these from now on. @param {Element} node @param {...Child} children */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
}

/** Its text, written only if it is another one: what is selected or read aloud stays. @param {Element} node @param {string} string */
export function text(node, string) {
  if (node.textContent !== string) node.textContent = string;
}

/** Shows what `made` is in place of what is there, unless that looks the same: focus and selection stay. @param {Element} node @param {Child} made */
export function refresh(node, made) {
  const box = document.createElement(node.tagName);
  append(box, [made]);
  const [now, then] = [[...node.childNodes], [...box.childNodes]];
  if (now.length === then.length && now.every((one, place) => one.isEqualNode(/** @type {Node} */ (then[place])))) return;
  node.replaceChildren(...then);
}
