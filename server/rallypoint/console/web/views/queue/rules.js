// A queue's rules, and what other ones would make of those who wait.

import { el, replace, text } from "../../dom.js";
import { act, panel, reasonOf, toast } from "../../parts.js";
import { Editor } from "./editor.js";
import { compared, fileName, remarks } from "./trial.js";
import { ruleLines } from "./words.js";

/** @typedef {import("./trial.js").DryRun} DryRun */
/** @typedef {{queue: string, game: string, kind: string, text: string, toml: string}} RulesInfo */

const CHARS_MAX = 16_384;
const RUN_MS = 10_000;
const STEP_MS = 200;

/** What was written, of each queue: it is still there after a look at something else. @type {Map<string, string>} */
const drafts = new Map();

/** @param {HTMLElement} root @param {any} ctx @param {string} queue @returns {{destroy(): void}} */
export function rulesTab(root, ctx, queue) {
  let isOver = false;
  /** @type {DryRunner | null} */
  let runner = null;
  const path = `/queues/${encodeURIComponent(queue)}`;
  replace(root, el("p", { class: "muted" }, "Looking…"));
  ctx.api.get(`${path}/rules`).then(
    (/** @type {RulesInfo} */ info) => {
      if (isOver) return;
      replace(root, inWords(info));
      if (info.toml === "") return;
      runner = new DryRunner(ctx, info, path);
      root.append(runner.node);
    },
    (/** @type {unknown} */ error) => !isOver && replace(root, el("p", { class: "empty" }, `The rules cannot be shown: ${reasonOf(error)}`)),
  );
  return {
    destroy() {
      isOver = true;
      runner?.destroy();
    },
  };
}

/** @param {RulesInfo} info */
function inWords(info) {
  const { head, rules } = ruleLines(info.text);
  const quick = info.kind === "quick" ? el("p", { class: "muted" }, "Quick matches have no rules: who comes first is seated first. So there is nothing to try.") : null;
  return panel(
    "Rules in force",
    el("p", {}, head),
    el(
      "dl",
      { class: "kv" },
      [...rules].map(([name, words]) => [el("dt", { class: "name" }, name), el("dd", {}, words)]),
    ),
    quick,
  );
}

/** Tries rules that somebody writes, and says what they would make of those who wait. */
class DryRunner {
  #ctx;
  #info;
  #path;
  #tried = "";
  #busy = false;
  #timer = 0;

  /** @param {any} ctx @param {RulesInfo} info @param {string} path */
  constructor(ctx, info, path) {
    this.#ctx = ctx;
    this.#info = info;
    this.#path = path;
    const mayTry = ctx.me.admin;
    const value = drafts.get(info.queue) ?? info.toml;
    this.editor = new Editor({ label: `Rules of ${info.queue} as TOML`, value, readonly: !mayTry, max: CHARS_MAX, onchange: () => this.#changed(), onsubmit: () => void this.#run() });
    const press = (/** @type {string} */ words, /** @type {() => void} */ run, kind = "") => el("button", { type: "button", class: kind, onclick: run }, words);
    this.again = press("Undo all changes", () => this.#reset());
    this.button = press("Try these rules", () => void this.#run(), "primary");
    this.button.title = "Ctrl+Enter";
    this.copying = press("Copy", () => void this.#copy());
    this.saving = press("Download", () => this.#save());
    this.progress = el("progress", { class: "bar", max: RUN_MS, value: 0, "aria-label": "Dry run" });
    this.said = el("span", { class: "muted", role: "status" });
    this.going = el("div", { class: "trial-going", hidden: true }, this.progress);
    this.result = el("div", { class: "trial-result", "aria-live": "polite" });
    this.node = panel(
      { title: mayTry ? "Try other rules" : "As TOML", actions: [mayTry && this.again, this.copying, this.saving] },
      el("p", { class: "muted" }, mayTry ? WHAT_IT_IS : "Admins may change them here, and try what that would make of those who wait."),
      this.editor.node,
      mayTry && el("div", { class: "toolbar trial-bar" }, this.button, this.said),
      this.going,
      this.result,
    );
    this.#changed();
  }

  destroy() {
    clearInterval(this.#timer);
  }

  #changed() {
    const isOther = this.editor.value !== this.#info.toml;
    if (isOther) drafts.set(this.#info.queue, this.editor.value);
    else drafts.delete(this.#info.queue);
    this.again.disabled = !isOther;
    if (this.#busy) return;
    this.result.classList.toggle("old", this.#tried !== "" && this.#tried !== this.editor.value);
    text(this.said, this.#tried !== "" && this.#tried !== this.editor.value ? "Changed since: what is below is of the rules before." : isOther ? "" : "These are the rules in force.");
  }

  #reset() {
    this.editor.value = this.#info.toml;
    this.#changed();
  }

  async #run() {
    if (this.#busy || !this.#ctx.me.admin) return;
    this.#busy = true;
    const rules = this.editor.value;
    const began = performance.now();
    const tick = () => {
      const gone = performance.now() - began;
      this.progress.value = Math.min(gone, RUN_MS);
      text(this.said, `Played ahead, in small steps between those of the games: ${(gone / 1000).toFixed(0)} s of up to 10 s…`);
    };
    tick();
    this.going.hidden = false;
    this.#timer = window.setInterval(tick, STEP_MS);
    await act(this.#ctx, this.button, async () => this.#show(rules, await this.#ctx.api.post(`${this.#path}/dry-run`, { rules })));
    clearInterval(this.#timer);
    this.going.hidden = true;
    this.#busy = false;
    text(this.said, "");
    this.#changed();
  }

  /** @param {string} rules @param {DryRun} run */
  #show(rules, run) {
    this.#tried = rules;
    if (rules === this.editor.value) this.editor.mark(run.errors.flatMap((error) => error.line ?? []));
    replace(this.result, run.ok && run.now && run.then ? this.#compared(run) : this.#wrong(run));
  }

  /** @param {DryRun} run */
  #wrong(run) {
    return el(
      "div",
      { class: "alert bad" },
      el("p", {}, "These cannot be rules of this queue:"),
      el(
        "ul",
        { class: "plain-list" },
        run.errors.map(({ line, text: why }) => el("li", {}, line !== null && [el("button", { type: "button", class: "small", onclick: () => this.editor.show(line) }, `Line ${line}`), " "], why)),
      ),
    );
  }

  /** @param {DryRun} run */
  #compared(run) {
    const rows = compared(/** @type {any} */ (run.now), /** @type {any} */ (run.then));
    return [
      el("h3", {}, "What is different"),
      run.changed.length === 0 ? el("p", { class: "muted" }, "Nothing: these are the rules in force, in other words at most.") : el("ul", { class: "plain-list" }, run.changed.map((line) => el("li", {}, line))),
      el("h3", {}, "What becomes of those who wait now, within 300 s"),
      el(
        "div",
        { class: "table-box" },
        el(
          "table",
          { class: "data trial-table" },
          el("thead", {}, el("tr", {}, el("th", { scope: "col" }, ""), ["In force", "These", "Change"].map((words) => el("th", { scope: "col", class: "num" }, words)))),
          el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.what), el("td", { class: "num" }, row.now), el("td", { class: "num" }, row.then), el("td", { class: `num ${row.tone}` }, row.change)))),
        ),
      ),
      remarks(run).map((words) => el("p", { class: "warn" }, words)),
      el("p", { class: "muted" }, WHAT_NOW),
    ];
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.editor.value);
      toast("Copied.", "ok");
    } catch {
      this.editor.text.select(); // the clipboard is only there with https, or on the machine itself
      toast("The browser lets no page copy here: they are selected, press Ctrl+C.", "warn");
    }
  }

  #save() {
    const url = URL.createObjectURL(new Blob([this.editor.value], { type: "application/toml" }));
    const link = el("a", { href: url, download: fileName(this.#info.queue) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 0);
  }
}

const WHAT_IT_IS = "Change the rules and try them on those who wait. Their tickets are copied and played 300 s ahead, as if nobody else came or left and all accepted. Nothing is changed.";
const WHAT_NOW = "Nothing was changed. To have these rules: copy or download them, put them where the game has its queues (the file that its class names, or its option queues), and start the server again.";
