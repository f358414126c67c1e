/**
 * Elements made in one line. Text is always set as text: what players write is never read as markup.
 *
 *     el("button", { class: "quiet", test: "pause", on: { click: pause } }, "Pause")
 */

/** @typedef {Record<string, (event: any) => void>} Listeners */
/** @typedef {{ [name: string]: string | number | boolean | null | Listeners | undefined, on?: Listeners }} Props */
/** @typedef {Node | string | number | null | undefined | false} Child Nothing is shown for the last three. */

/**
 * `test` becomes `data-test`, `on` listeners; `true` an empty attribute; `false`, `null` and `undefined` none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(/** @type {Listeners} */ (value))) {
        made.addEventListener(event, listener);
      }
    } else if (name === "style") {
      made.style.cssText = String(value); // as an attribute, the Content-Security-Policy forbids it
    } else if (value !== false && value !== undefined && value !== null) {
      made.setAttribute(name === "test" ? "data-test" : name, value === true ? "" : String(value));
    }
  }
  made.append(...given(children));
  return made;
}

/** @param {Child[]} children */
function given(children) {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * Puts these in the place of all that was there.
 * @param {Element} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren(...given(children));
}

/**
 * A real button: reached with Tab, pressed with Enter.
 * @param {Child} label
 * @param {() => void} press
 * @param {Props} [props]
 */
export function button(label, press, props = {}) {
  return el("button", { type: "button", on: { click: press }, ...props }, label);
}

/**
 * To a place of the console.
 * @param {string} path With its query; parts that others have named are encoded by `encodeURIComponent`.
 * @param {...Child} children
 */
export function link(path, ...children) {
  return el("a", { href: path }, ...children);
}

/**
 * A name that somebody chose: shown in its own direction, so that it cannot turn what stands around it.
 * @param {string} text
 */
export function name(text) {
  return el("bdi", { class: "name", title: text }, text || "(no name)");
}

/** For who listens, and not for who looks. @param {string} text */
export function aloud(text) {
  return el("span", { class: "aloud" }, text);
}

/**
 * Sets a text only if it is another: so that nothing is laid out, or read aloud, again.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Whether a key is meant for the element that has the focus: what is typed, or a button that is pressed.
 * @param {KeyboardEvent} event
 */
export function isForElement(event) {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return true;
  return (event.key === " " || event.key === "Enter") && target.closest("button, a, summary, input") !== null;
}
