/** Why one waits: in words, with how long it may take, and rule by rule for who wants to know. */

import { el, setText } from "./dom.js";
import { estimateText, queueName, ruleText } from "./words.js";

/** @typedef {import("../rallypoint.js").Waiting} Waiting */

export class WhyPanel {
  #text = el("p", { class: "rp-why-text", test: "why" });
  #estimate = el("p", { class: "rp-dim", test: "estimate" });
  #rules = el("ul", { class: "rp-why-rules", test: "why-rules" });
  #aloud = el("p", { class: "rp-aloud", role: "status", "aria-live": "polite" });
  #more = el("details", {}, el("summary", {}, "Rule by rule"), this.#rules);
  element = el("div", { class: "rp-why", hidden: true }, this.#text, this.#aloud, this.#estimate, this.#more);

  #said = "";

  /** @param {string} game Whose page this is. */
  constructor(game) {
    this.game = game;
  }

  /** @param {Waiting | null} waiting `null`: nobody waits. */
  show(waiting) {
    const queues = waiting?.why?.queues ?? [];
    this.element.hidden = queues.length === 0;
    if (waiting === null || queues.length === 0) return;
    setText(this.#text, waiting.text);
    const steady = waiting.text.replaceAll(/\d+/g, "");
    if (steady !== this.#said) setText(this.#aloud, waiting.text); // seconds that count down are not read out
    this.#said = steady;
    setText(this.#estimate, queues.length === 1 ? estimateText(queues[0]) : "");
    const several = queues.length > 1;
    const lines = queues.flatMap((queue) =>
      queue.rules.map((rule) =>
        several ? `${queueName(queue.queue, this.game)}: ${ruleText(rule)}` : ruleText(rule),
      ),
    );
    this.#more.hidden = lines.length === 0;
    while (this.#rules.children.length > lines.length) this.#rules.lastElementChild?.remove();
    lines.forEach((line, at) => {
      const item = this.#rules.children[at] ?? this.#rules.appendChild(el("li", {}));
      setText(item, line);
    });
  }
}
