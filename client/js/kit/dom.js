/**
 * Elements made in one line. Text is always set as text: what players write is never read as HTML.
 *
 *     el("button", { class: "quiet", test: "leave", on: { click: leave } }, "Leave")
 */

/** @typedef {Record<string, (event: any) => void>} Listeners */
/** @typedef {{ [name: string]: string | number | boolean | Listeners | undefined, on?: Listeners }} Props */

/**
 * `test` becomes `data-test`, `on` listeners; `true` an empty attribute, `false` and `undefined` none.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props} [props]
 * @param {...(Node | string)} children
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
      made.style.cssText = String(value); // as an attribute, a Content-Security-Policy forbids it
    } else if (value !== false && value !== undefined) {
      made.setAttribute(name === "test" ? "data-test" : name, value === true ? "" : String(value));
    }
  }
  made.append(...children);
  return made;
}

/**
 * A real button: reached with Tab, pressed with Enter.
 * @param {string} label
 * @param {() => void} press
 * @param {Props} [props]
 */
export function button(label, press, props = {}) {
  return el("button", { type: "button", on: { click: press }, ...props }, label);
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
  if (target.closest("input, textarea, select, [contenteditable]")) return true;
  return (event.key === " " || event.key === "Enter") && target.closest("button, a, summary") !== null;
}
