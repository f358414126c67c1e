/**
 * A party: create it, join it, bring friends, see who is ready. A member stays the same element, so that the
 * focus stays where it is.
 */

import { button, el, setText } from "./dom.js";
import { memberText } from "./words.js";

/**
 * @typedef {object} PartyActions
 * @property {() => void} create
 * @property {(code: string) => void} join
 * @property {(code: string) => void} share
 * @property {() => void} ready Or not any more.
 * @property {() => void} leave
 * @property {(player: string) => void} kick
 */

/** @typedef {import("../rallypoint.js").Party} Party */
/** @typedef {{ item: HTMLElement, name: HTMLElement, state: HTMLElement, kick: HTMLButtonElement }} Row */

export class PartyPanel {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #code = el("input", {
    test: "party-join-code",
    name: "party",
    placeholder: "K7M2QX",
    maxlength: 12,
    required: true,
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-label": "Code of a party",
  });
  #shown = el("span", { class: "rp-code", test: "party-code" });
  #items = el("ul", { class: "rp-list", test: "party-members" });
  #hint = el("p", { class: "rp-dim", "aria-live": "polite", test: "party-hint" });
  #create = button("Create a party", () => this.actions.create(), { test: "party-create" });
  #share = button("Copy a link", () => this.actions.share(this.#shown.textContent ?? ""), {
    class: "small",
    test: "party-share",
  });
  #ready = button("Ready", () => this.actions.ready(), { test: "party-ready" });

  /** @param {PartyActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.outside = this.#outside();
    this.inside = el(
      "div",
      { class: "rp-party", hidden: true, "data-always": true }, // also while one waits
      el("div", { class: "rp-row rp-party-code" }, this.#shown, this.#share),
      this.#items,
      this.#hint,
      el(
        "div",
        { class: "rp-row" },
        this.#ready,
        button("Leave the party", () => actions.leave(), { test: "party-leave" }),
      ),
    );
    this.element = el(
      "section",
      { class: "rp-card", test: "party" },
      el("h2", {}, "Party"),
      this.outside,
      this.inside,
    );
  }

  /** @param {Party | null} party */
  show(party) {
    const hidden = party === null ? this.inside : this.outside;
    const hadFocus = hidden.contains(document.activeElement);
    this.outside.hidden = party !== null;
    this.inside.hidden = party === null;
    if (party === null) {
      if (hadFocus) this.#create.focus();
      return;
    }
    setText(this.#shown, party.code);
    this.#members(party);
    const { isLeader } = party;
    const waitedFor = party.members.filter((it) => it.player !== party.leader && !it.ready).length;
    this.#ready.hidden = isLeader;
    setText(this.#ready, party.me?.ready ? "Not ready any more" : "Ready");
    this.#ready.classList.toggle("main", !party.me?.ready);
    if (hadFocus) (isLeader ? this.#share : this.#ready).focus();
    setText(
      this.#hint,
      !isLeader
        ? "When all are ready, the leader starts."
        : party.members.length === 1
          ? "Give the code to friends. You play in one team, or in one game."
          : waitedFor
            ? "You can start when all are ready."
            : "All are ready: start a game.",
    );
  }

  /** @param {Party} party */
  #members(party) {
    const ids = new Set(party.members.map(({ player }) => player));
    for (const [player, row] of this.#rows) {
      if (ids.has(player)) continue;
      row.item.remove();
      this.#rows.delete(player);
    }
    for (const member of party.members) {
      const row = this.#rows.get(member.player) ?? this.#add(member.player);
      const isLeader = member.player === party.leader;
      setText(row.name, member.player === party.me?.player ? `${member.name} (you)` : member.name);
      setText(row.state, memberText(member, isLeader));
      row.item.classList.toggle("ready", member.ready || isLeader);
      row.kick.hidden = !party.isLeader || isLeader;
    }
  }

  /** @param {string} player */
  #add(player) {
    const name = el("b", {});
    const state = el("small", {});
    const kick = button("Remove", () => this.actions.kick(player), { class: "small", test: "party-kick" });
    const item = el(
      "li",
      { class: "rp-list-row rp-party-row", test: "party-row" },
      el("span", { class: "rp-list-main" }, name, state),
      kick,
    );
    const row = { item, name, state, kick };
    this.#rows.set(player, row);
    this.#items.append(item);
    return row;
  }

  #outside() {
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.actions.join(this.#code.value);
    };
    return el(
      "div",
      { class: "rp-party" },
      el("div", { class: "rp-row" }, this.#create),
      el(
        "form",
        { class: "rp-row", on: { submit } },
        this.#code,
        el("button", { type: "submit", test: "party-join" }, "Join a party"),
      ),
    );
  }
}
