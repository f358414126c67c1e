// Questions before something is done, on the browser's own dialogs: they keep the focus, and Escape takes them back.

import { el } from "./dom.js";

/** @typedef {{name: string, label: string, kind?: "text" | "number" | "area" | "choice", value?: string | number, options?: [string, string][], required?: boolean, max?: number, min?: number, placeholder?: string}} Field */
/** @typedef {{title: string, text?: string, danger?: boolean, confirm?: string, fields?: Field[]}} Question */

/** What takes each open dialog back. @type {Set<() => void>} */
const opened = new Set();

/** The page that asked is left: nobody answers any more. */
export function closeDialogs() {
  for (const close of [...opened]) close();
}

/** What was filled in, by name; null: taken back. @param {Question} question @returns {Promise<Record<string, string> | null>} */
export function ask(question) {
  const inputs = (question.fields ?? []).map(inputOf);
  const confirm = el("button", { type: "submit", class: question.danger ? "danger" : "primary" }, question.confirm ?? "Do it");
  const cancel = el("button", { type: "button" }, "Cancel");
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", {}, question.title),
    question.text ? el("p", {}, question.text) : null,
    (question.fields ?? []).map((field, place) => el("label", { class: "field" }, el("span", {}, field.label), inputs[place])),
    el("div", { class: "dialog-actions" }, cancel, confirm),
  );
  return open(form, question.title, (done) => {
    cancel.addEventListener("click", () => done(null));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const blank = inputs.find((input) => input.required && input.value.trim() === "");
      if (blank) return unfilled(blank);
      done(Object.fromEntries((question.fields ?? []).map((field, place) => [field.name, /** @type {any} */ (inputs[place]).value])));
    });
    return inputs[0] ?? (question.danger ? cancel : confirm);
  });
}

/** Spaces say nothing. @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input */
function unfilled(input) {
  input.setCustomValidity("Please fill this in.");
  input.reportValidity();
  input.addEventListener("input", () => input.setCustomValidity(""), { once: true });
}

/** Shows something until it is closed. @param {{title: string, body: import("./dom.js").Child}} what */
export async function tell({ title, body }) {
  const close = el("button", { type: "submit", class: "primary" }, "Close");
  const form = el("form", { method: "dialog" }, el("h2", {}, title), body, el("div", { class: "dialog-actions" }, close));
  await open(form, title, (done) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      done(null);
    });
    return close;
  });
}

/**
 * @template Answer
 * @param {HTMLFormElement} form @param {string} title
 * @param {(done: (answer: Answer | null) => void) => HTMLElement} prepare Gives what has the focus first.
 * @returns {Promise<Answer | null>}
 */
function open(form, title, prepare) {
  const before = document.activeElement;
  const dialog = el("dialog", { "aria-label": title }, form);
  return new Promise((answered) => {
    /** @param {Answer | null} answer */
    function done(answer) {
      opened.delete(takeBack);
      dialog.close();
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      answered(answer);
    }
    const takeBack = () => done(null);
    const first = prepare(done);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      takeBack();
    });
    opened.add(takeBack);
    document.body.append(dialog);
    dialog.showModal();
    first.focus();
  });
}

/** @param {Field} field @returns {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */
function inputOf({ kind = "text", name, value = "", options = [], required = false, max, min, placeholder }) {
  const common = { name, required, placeholder };
  if (kind === "choice") {
    return el("select", common, options.map(([is, words]) => el("option", { value: is, selected: is === String(value) }, words)));
  }
  if (kind === "area") return el("textarea", { ...common, rows: 3, maxlength: max, value: String(value) });
  if (kind === "number") return el("input", { ...common, type: "number", min: min ?? 0, max, step: "any", value: String(value) });
  return el("input", { ...common, type: "text", maxlength: max, value: String(value), autocomplete: "off" });
}
