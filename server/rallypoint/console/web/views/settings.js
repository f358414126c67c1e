// Every setting as it is in force, and where that comes from. They do not change while the server runs.

import { el, replace, text } from "../dom.js";
import { badge, panel, toast } from "../parts.js";
import { fits, isChanged, isNothing, valueWords } from "../settings_words.js";
import { table } from "../table.js";

/** @typedef {import("../settings_words.js").Setting} Setting */
/** @typedef {import("../settings_words.js").Option} Option */
/** @typedef {{game: string, where: string, options: Option[]}} GameSettings */

/** @type {Record<string, string>} */
const SOURCE_TONES = { "command line": "info", environment: "ok", code: "warn", default: "" };

export default {
  title: () => "Settings",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const search = el("input", {
      type: "search",
      placeholder: "name, variable, words",
      autocomplete: "off",
      dataset: { search: "" },
    });
    search.value = ctx.query.get("q") ?? "";
    const only = el("input", { type: "checkbox" });
    only.checked = ctx.query.get("set") === "1";
    const found = el("span", { class: "muted", role: "status" });
    const rows = table(columns(), [], { key: (/** @type {Setting} */ row) => row.name, empty: "No setting fits." });
    const games = el("div", { class: "grid" });
    const form = el(
      "form",
      { class: "toolbar filters", role: "search" },
      el("label", {}, "Search ", search),
      el("label", {}, only, " only those that were set"),
      found,
    );
    replace(root, panel("Settings in force", form, rows.node), games);

    /** @type {Setting[]} */
    let all = [];
    function show() {
      const fitting = all.filter((row) => fits(row, search.value) && (!only.checked || row.source !== "default"));
      rows.set(fitting);
      text(found, all.length > 0 ? `${fitting.length} of ${all.length}` : "");
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      ctx.setQuery({ q: search.value, set: only.checked ? "1" : "" });
      show();
    });
    void load();

    async function load() {
      try {
        /** @type {{rows: Setting[], games: GameSettings[]}} */
        const settings = await ctx.api.get("/settings");
        all = settings.rows;
        show();
        replace(games, settings.games.map(gamePanel));
      } catch (error) {
        toast(error instanceof Error ? error.message : String(error), "bad");
      }
    }
  },
};

/** @param {unknown} value @returns {Node} */
function shown(value) {
  return el("span", { class: isNothing(value) ? "muted" : "mono" }, valueWords(value));
}

function columns() {
  return [
    {
      key: "name",
      title: "Setting",
      render: (/** @type {Setting} */ row) =>
        el(
          "span",
          { class: "setting" },
          el("span", { class: "mono" }, breakable(row.name)),
          el("span", { class: "muted setting-what" }, plain(row.what)),
        ),
    },
    {
      key: "value",
      title: "Value",
      render: (/** @type {Setting} */ row) => (isChanged(row) ? el("strong", {}, shown(row.value)) : shown(row.value)),
    },
    { key: "default", title: "Default", phone: false, render: (/** @type {Setting} */ row) => shown(row.default) },
    {
      key: "source",
      title: "From",
      render: (/** @type {Setting} */ row) => badge(row.source, SOURCE_TONES[row.source] ?? ""),
    },
    {
      key: "variable",
      title: "Variable",
      phone: false,
      render: (/** @type {Setting} */ row) => el("span", { class: "mono muted" }, breakable(row.variable)),
    },
  ];
}

/** A long name may go on in the next line after its parts. @param {string} name */
function breakable(name) {
  return name.split(/(?<=[._])/).flatMap((part, place) => (place === 0 ? [part] : [el("wbr"), part]));
}

/** Without the marks of the source that it was written in. @param {string} what @returns {string} */
function plain(what) {
  return what.replaceAll("``", "");
}

/** @param {GameSettings} game @returns {Node} */
function gamePanel(game) {
  const options = table(
    [
      {
        key: "name",
        title: "Option",
        render: (/** @type {Option} */ row) => el("span", { class: "mono" }, breakable(row.name)),
      },
      {
        key: "value",
        title: "Value",
        render: (/** @type {Option} */ row) => (isChanged(row) ? el("strong", {}, shown(row.value)) : shown(row.value)),
      },
      { key: "default", title: "Default", render: (/** @type {Option} */ row) => shown(row.default) },
    ],
    game.options,
    { key: (/** @type {Option} */ row) => row.name, empty: "It has no options." },
  );
  return panel(game.game, el("p", { class: "muted mono" }, game.where), options.node);
}
