/** What a game came to, and what one can do now: play again, see it again, go back. */

import { button, el, setText } from "./dom.js";
import { outcome, scoresOf, whyNot } from "./words.js";

/**
 * @typedef {object} ResultActions
 * @property {((signal: AbortSignal) => Promise<void>) | null} rematch
 * @property {(() => Promise<string>) | null} replay The link to the replay, once there is one; "" if there is
 *   none.
 * @property {() => void} leave
 */

export class ResultCard {
  /** @type {AbortController | null} */
  #wish = null;
  #isClosed = false;

  /**
   * @param {import("./words.js").Outcome | null} result
   * @param {number} seat
   * @param {(seat: number) => string} nameOf
   * @param {ResultActions} actions
   */
  constructor(result, seat, nameOf, actions) {
    this.actions = actions;
    const { title, detail, mood } = outcome(result, seat, nameOf);
    this.line = el("p", { class: "rp-result-line", "aria-live": "polite" });
    this.again =
      actions.rematch && button("Rematch", () => void this.#rematch(), { test: "rematch", class: "main" });
    this.film = el("a", { class: "rp-button", test: "watch-replay", hidden: true }, "Watch the replay");
    const fold = button("Hide", () => this.#fold(fold), {
      class: "small",
      "aria-expanded": "true",
      test: "result-hide",
    });
    this.more = el(
      "div",
      { class: "rp-result-more" },
      el("p", { test: "result-detail", hidden: detail === "" }, detail),
      this.#scores(result, nameOf),
      this.line,
      el(
        "div",
        { class: "rp-row" },
        ...(this.again ? [this.again] : []),
        this.film,
        button("Back to the lobby", actions.leave, { test: "back" }),
      ),
    );
    const head = el("header", {}, el("h2", { tabindex: -1 }, title), fold);
    this.element = el(
      "section",
      { class: `rp-result ${mood}`, test: "result", "aria-label": "Result" },
      head,
      this.more,
    );
    void this.#findReplay();
  }

  /** On the title, and on no button: the space bar may be down, from the game. */
  focus() {
    this.element.querySelector("h2")?.focus();
  }

  /** @param {string} text How it stands with a rematch. */
  tell(text) {
    setText(this.line, text);
  }

  close() {
    this.#isClosed = true;
    this.#wish?.abort();
    this.element.remove();
  }

  /** @param {import("./words.js").Outcome | null} result @param {(seat: number) => string} nameOf */
  #scores(result, nameOf) {
    const scores = scoresOf(result);
    const rows = scores.map(([seat, score]) =>
      el("li", {}, el("span", {}, nameOf(seat)), el("b", {}, String(score))),
    );
    return el("ol", { class: "rp-scores", hidden: scores.length === 0 }, ...rows);
  }

  /** @param {HTMLButtonElement} fold */
  #fold(fold) {
    this.more.hidden = !this.more.hidden;
    setText(fold, this.more.hidden ? "Show" : "Hide");
    fold.setAttribute("aria-expanded", String(!this.more.hidden));
  }

  async #rematch() {
    const { rematch } = this.actions;
    if (!rematch || !this.again) return;
    if (this.#wish) {
      this.#wish.abort();
      return;
    }
    const wish = (this.#wish = new AbortController());
    setText(this.again, "Take it back");
    setText(this.line, "Waiting for the others to want it, too.");
    try {
      await rematch(wish.signal);
    } catch (error) {
      if (this.#isClosed) return;
      setText(this.line, wish.signal.aborted ? "" : whyNot(error));
    } finally {
      this.#wish = null;
      setText(this.again, "Rematch");
    }
  }

  async #findReplay() {
    const link = await this.actions.replay?.().catch(() => "");
    if (!link || this.#isClosed) return;
    this.film.setAttribute("href", link);
    this.film.hidden = false;
  }
}
