// What is around every view: where one can go, how the connection is, what is wrong, who one is.

import { el, replace, text } from "./dom.js";
import { ago, badge } from "./parts.js";
import { toggle } from "./theme.js";

/** Name, words, address, and the views that count as being there. */
const PLACES = /** @type {const} */ ([
  ["overview", "Overview", "/"],
  ["queues", "Queues", "/queues"],
  ["sessions", "Sessions", "/sessions"],
  ["players", "Players", "/players"],
  ["node", "Node", "/node"],
  ["audit", "Audit", "/audit"],
  ["settings", "Settings", "/settings"],
]);
/** @type {Record<string, string>} */
const PART_OF = { queue: "queues", session: "sessions", player: "players" };

export class Shell {
  #live;
  #stop;
  /** @type {Map<string, HTMLAnchorElement>} */
  #links;

  /**
   * @param {import("./app.js").Me} me @param {import("./live.js").Live} live
   * @param {{logOut: () => void, showKeys: () => void}} does
   */
  constructor(me, live, does) {
    this.#live = live;
    this.#links = new Map(PLACES.map(([name, words, path]) => [name, el("a", { href: path }, words)]));
    this.root = el("main", { id: "view", tabindex: "-1", "aria-labelledby": "title" });
    this.title = el("h1", { id: "title" });
    this.state = el("span", { role: "status", "aria-label": "Connection" });
    this.alerts = el("a", { href: "/", class: "alerts-link", hidden: true });
    const who = el("span", { class: "who", title: `${me.name}, ${me.role}` }, el("span", { class: "name" }, me.name), " ", badge(me.role));
    const head = el(
      "header",
      { class: "head" },
      this.title,
      el("span", { class: "head-state" }, el("span", { class: "mono node-name" }, me.node), this.state, this.alerts),
      el(
        "span",
        { class: "head-me" },
        who,
        el("button", { type: "button", class: "plain keys-button", title: "Keys (?)", "aria-label": "Keys", onclick: does.showKeys }, "?"),
        el("button", { type: "button", class: "plain", title: "Dark or light", "aria-label": "Dark or light", onclick: toggle }, "◐"),
        me.via === "console" && el("button", { type: "button", class: "plain", onclick: does.logOut }, "Log out"),
      ),
    );
    const nav = el("nav", { class: "nav", "aria-label": "Views" }, el("a", { href: "/", class: "brand" }, el("img", { src: "/assets/icon.svg", alt: "", width: 22, height: 22 }), el("span", {}, "Rallypoint")), [...this.#links.values()], el("span", { class: "nav-foot muted" }, me.version));
    const skip = el("a", { class: "skip", href: "#view" }, "To the content");
    this.nodes = [skip, nav, el("div", { class: "page" }, head, this.root)];
    live.onstate = (state) => this.#connection(state);
    this.#connection(live.state);
    this.#stop = live.watch("/overview", (body, status) => {
      if (status === 200) this.#alerted(body.alerts);
    });
  }

  /** @param {string} view @param {string} title */
  at(view, title) {
    text(this.title, title);
    const place = PART_OF[view] ?? view;
    for (const [name, link] of this.#links) {
      if (name === place) {
        link.setAttribute("aria-current", "page");
        link.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone they are a row that scrolls
      } else link.removeAttribute("aria-current");
    }
  }

  end() {
    this.#stop();
    this.#live.onstate = () => {};
    document.body.classList.remove("is-lost");
  }

  /** @param {import("./live.js").LiveState} state */
  #connection(state) {
    const { heardAt } = this.#live;
    // how long ticks by itself: it is seen, and not read aloud every second
    const since = heardAt === null ? null : el("span", { "aria-hidden": "true" }, " for ", ago(heardAt / 1000));
    if (state === "live") replace(this.state, badge("live", "ok"));
    else if (state === "late") replace(this.state, heardAt === null ? badge("connecting") : badge(["late", since], "warn"));
    else replace(this.state, badge(["lost", since], "bad"));
    this.state.title = state === "live" ? "What you see is at most a second or two old." : "What you see may be old: the server is not heard.";
    document.body.classList.toggle("is-lost", state === "lost");
  }

  /** @param {{level: string, text: string}[]} alerts */
  #alerted(alerts) {
    const bad = alerts.some((alert) => alert.level === "bad");
    const words = alerts.length === 1 ? "1 alert" : `${alerts.length} alerts`;
    this.alerts.hidden = alerts.length === 0;
    this.alerts.title = alerts.map((alert) => alert.text).join("\n");
    if (this.alerts.textContent !== words) replace(this.alerts, badge(words, bad ? "bad" : "warn"));
  }
}
