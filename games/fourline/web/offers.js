/** Draws and resigning. */

import { button, el, setText } from "/sdk/kit/dom.js";

const SURE_MS = 4000;

export class Offers {
  #timer = 0;

  /**
   * @param {boolean} plays
   * @param {{ offer: () => void, accept: () => void, decline: () => void, resign: () => void }} actions
   */
  constructor(plays, actions) {
    this.words = el("span", {});
    this.asked = el(
      "div",
      { class: "rp-row", hidden: true, role: "alert" },
      this.words,
      button("Accept", actions.accept, { class: "small main", test: "accept" }),
      button("Decline", actions.decline, { class: "small", test: "decline" }),
    );
    this.offer = button("Offer a draw", actions.offer, { class: "small quiet", test: "offer" });
    const resign = () => this.#resign(actions.resign);
    this.resign = button("Resign", resign, { class: "small quiet", test: "resign" });
    this.own = el("div", { class: "rp-row" }, this.offer, this.resign);
    this.element = el("div", { class: "four-offers", hidden: !plays }, this.asked, this.own);
  }

  /**
   * @param {boolean} plays The game goes on, and the connection is there.
   * @param {string} asked What the other one asks.
   * @param {boolean} offered One's own offer stands.
   */
  show(plays, asked, offered) {
    this.element.classList.toggle("off", !plays);
    this.asked.hidden = asked === "";
    this.own.hidden = asked !== "";
    setText(this.words, asked);
    this.offer.disabled = !plays || offered;
    this.resign.disabled = !plays;
    setText(this.offer, offered ? "Draw offered" : "Offer a draw");
  }

  close() {
    clearTimeout(this.#timer);
  }

  /** @param {() => void} resign Only the second press counts. */
  #resign(resign) {
    clearTimeout(this.#timer);
    if (this.resign.textContent !== "Resign") {
      setText(this.resign, "Resign");
      resign();
      return;
    }
    setText(this.resign, "Really resign?");
    this.#timer = window.setTimeout(() => setText(this.resign, "Resign"), SURE_MS);
  }
}
