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
    const wrong = el("p", { class: "danger", role: "alert" });
    const form = el(
      "form",
      { class: "login" },
      el("img", { src: "/assets/icon.svg", alt: "", width: 44, height: 44 }),
      el("h1", {}, "Rallypoint"),
      el("label", { class: "field" }, el("span", {}, "Name"), name),
      el("label", { class: "field" }, el("span", {}, "Password"), password),
      wrong,
      button,
      el("p", { class: "muted" }, "The first start of the server printed name and password. Lost? On its machine: ", el("code", {}, "rallypoint operators password NAME")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void logIn();
    });
    replace(root, form);
    name.focus();

    async function logIn() {
      button.disabled = true;
      text(wrong, "");
      try {
        ctx.entered(await ctx.api.post("/login", { name: name.value, password: password.value }));
      } catch (error) {
        const { error: kind, retry_s } = /** @type {{error?: string, retry_s?: number | null}} */ (error);
        const words = kind === "wrong_login" ? "There is no such operator, or the password is another one." : kind === "locked_out" ? `Too many failures. Try again in ${duration(retry_s ?? 1)}.` : reasonOf(error);
        text(wrong, words);
        password.select();
      } finally {
        button.disabled = false;
      }
    }
  },
};
