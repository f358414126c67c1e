/** What is asked before something is done, and told after it. */

import { button, el } from "./dom.js";
import { count } from "./format.js";

const TOAST_MS = 6000;
const TOASTS_MAX = 4;

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {string} [value]
 * @property {"text" | "number" | "password" | "textarea"} [type]
 * @property {boolean} [required]
 * @property {number} [max] Characters; of a number: its highest.
 * @property {number} [min] Of a number.
 * @property {string} [hint]
 */

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} [text]
 * @property {string} yes The word on the button: what it does.
 * @property {boolean} [danger]
 * @property {Field[]} [fields]
 */

/**
 * Asks. The answer is what was written, by the names of the fields; null if it shall not be done.
 * @param {Question} question
 * @returns {Promise<Record<string, string> | null>}
 */
export function ask({ title, text, yes, danger = false, fields = [] }) {
  return new Promise((resolve) => {
    /** @type {Record<string, string> | null} */
    let answer = null;
    const inputs = fields.map(input);
    const form = el(
      "form",
      {
        method: "dialog",
        on: {
          submit: () => {
            answer = Object.fromEntries(inputs.map((one) => [one.name, one.value.trim()]));
          },
        },
      },
      el("h2", { id: "dialog-title" }, title),
      text && el("p", {}, text),
      ...fields.map((field, n) => labelled(field, /** @type {HTMLInputElement} */ (inputs[n]))),
      el(
        "div",
        { class: "buttons end" },
        button("Cancel", () => dialog.close(), { test: "dialog-no" }),
        el("button", { type: "submit", class: danger ? "danger" : "main", test: "dialog-yes" }, yes),
      ),
    );
    const closed = () => {
      dialog.remove();
      resolve(answer);
    };
    const dialog = el("dialog", { "aria-labelledby": "dialog-title", test: "dialog", on: { close: closed } }, form);
    document.body.append(dialog);
    dialog.showModal();
    const first = inputs[0] ?? form.querySelector(danger ? "button[type=button]" : "button[type=submit]");
    /** @type {HTMLElement | null} */ (first)?.focus();
  });
}

/** @param {Field} field */
function input({ name, value = "", type = "text", required = false, max, min }) {
  if (type === "textarea") {
    const made = el("textarea", { name, rows: 3, required, maxlength: max });
    made.value = value;
    return made;
  }
  const bounds = type === "number" ? { min, max, step: "any" } : { maxlength: max };
  const made = el("input", { name, type, required, autocomplete: "off", ...bounds });
  made.value = value;
  return made;
}

/** @param {Field} field @param {HTMLElement} made */
function labelled({ label, hint }, made) {
  return el("label", { class: "field" }, el("span", {}, label), made, hint && el("small", {}, hint));
}

/**
 * @typedef {object} BulkQuestion
 * @property {{ post(path: string, body: unknown): Promise<any> }} api
 * @property {string} path
 * @property {Record<string, unknown>} body `action` and `filter`, to which the fields' values are added.
 * @property {(count: number) => string} title
 * @property {string} [text]
 * @property {string} yes
 * @property {boolean} [danger]
 * @property {Field[]} [fields]
 * @property {(values: Record<string, string>) => Record<string, unknown>} [read] Makes the body's part of the values.
 */

/**
 * For all that a filter finds: counts first, asks, and does it only if it is that many still. Tells how it went.
 * @param {BulkQuestion} question
 * @returns {Promise<number | null>} To how many it was done; null if to none.
 */
export async function bulk({ api, path, body, title, text, yes, danger, fields = [], read = (values) => values }) {
  try {
    let found = await api.post(path, body);
    let values = /** @type {Record<string, string>} */ ({});
    let note = text;
    for (;;) {
      if (!found.count) {
        toast("The filter finds none.", "warn");
        return null;
      }
      const asked = fields.map((field) => ({ ...field, value: values[field.name] ?? field.value }));
      const answer = await ask({ title: title(found.count), text: note, yes, danger, fields: asked });
      if (!answer) return null;
      values = answer;
      try {
        const done = await api.post(path, { ...body, ...read(values), confirm: found.count });
        toast(`Done: ${count(done.done)} of ${count(done.count)}.`, done.done === done.count ? "good" : "warn");
        return done.done;
      } catch (error) {
        if (/** @type {any} */ (error).error !== "changed") throw error;
        found = await api.post(path, body);
        note = `It was another number a moment ago: nothing was done yet. ${text ?? ""}`;
      }
    }
  } catch (error) {
    toast(messageOf(error), "bad");
    return null;
  }
}

/**
 * Does it, and tells how it went.
 * @template T
 * @param {() => Promise<T>} act
 * @param {string | ((answer: T) => string)} [done] What is told if it went well.
 * @returns {Promise<T | null>}
 */
export async function attempt(act, done) {
  try {
    const answer = await act();
    if (done) toast(typeof done === "string" ? done : done(answer), "good");
    return answer;
  } catch (error) {
    toast(messageOf(error), "bad");
    return null;
  }
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** A line that goes by itself. @param {string} text @param {"good" | "warn" | "bad" | ""} [level] */
export function toast(text, level = "") {
  const place = document.querySelector("#toasts");
  if (!place) return;
  while (place.childElementCount >= TOASTS_MAX) place.firstElementChild?.remove();
  const made = el("div", { class: `toast ${level}`, test: "toast" }, el("span", {}, text));
  made.append(button("✕", () => made.remove(), { class: "quiet", "aria-label": "Close" }));
  place.append(made);
  setTimeout(() => made.remove(), TOAST_MS);
}
