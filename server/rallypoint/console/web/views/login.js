// The way in.

import { el, replace, text } from "../dom.js";
import { duration } from "../format.js";
import { reasonOf } from "../parts.js";

export default {
  title: () => "Log in",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const name = el("input", { name: "name", autocomplete: "username", required: true, maxlength: 64, autocapitalize: "none", spellcheck: "false" });
    const password = el("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 1000 });
    const button = el("button", { type: "submit", class: "primary" }, "Log in");
    const wrong = el("p", { class: "danger login-wrong", role: "alert" });
    const form = el(
      "form",
      { class: "login", "aria-label": "Log in" },
      el("img", { src: "/assets/icon.svg", alt: "", width: 44, height: 44 }),
      el("h1", {}, "Rallypoint"),
      el("label", { class: "field" }, el("span", {}, "Name"), name),
      el("label", { class: "field" }, el("span", {}, "Password"), password),
      button,
      wrong,
      el("p", { class: "muted" }, "The first start of the server printed name and password. Lost? On its machine: ", el("code", {}, "rallypoint operators password NAME")),
    );
    let waiting = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void logIn();
    });
    replace(root, form);
    name.focus();

    async function logIn() {
      if (button.disabled) return;
      button.disabled = true;
      text(wrong, "");
      try {
        ctx.entered(await ctx.api.post("/login", { name: name.value.trim(), password: password.value }));
      } catch (error) {
        const { retry_s = null } = /** @type {{retry_s?: number | null}} */ (error);
        text(wrong, wordsOf(error));
        if (retry_s !== null) return rest(retry_s);
        password.select();
      }
      button.disabled = false;
    }

    /** Until then the server does not even look at a right one. @param {number} wait_s */
    function rest(wait_s) {
      waiting = window.setTimeout(() => {
        text(wrong, "");
        button.disabled = false;
        password.select();
      }, wait_s * 1000);
    }

    return () => clearTimeout(waiting);
  },
};

/** @param {any} error @returns {string} */
function wordsOf(error) {
  if (error.error === "wrong_login") return "There is no such operator, or the password is another one.";
  if (error.error === "locked_out" || error.error === "too_fast") return `Too many failures. Wait ${duration(error.retry_s ?? 1)}, then try again.`;
  return reasonOf(error);
}
