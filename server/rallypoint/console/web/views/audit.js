// What operators and their tokens have done or tried: newest first, live; older ones page by page.

import { pageOf, pathOf, withNewest, withOlder } from "../audit_rows.js";
import { el, replace, text } from "../dom.js";
import { clock } from "../format.js";
import { act, badge, link, panel } from "../parts.js";
import { table } from "../table.js";

/** @typedef {import("../audit_rows.js").AuditRow} AuditRow */
/** @typedef {import("../audit_rows.js").AuditPage} AuditPage */

const LIVE_ROWS = 50;
const PAGE_ROWS = 200;
const TYPING_MS = 250;
/** Name in the query, words, placeholder. */
const FILTERS = /** @type {const} */ ([
  ["operator", "Operator", "anybody"],
  ["action", "Operation", "any, as end_session"],
  ["object", "On", "session, player, queue"],
]);

export default {
  title: () => "Audit",

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const rows = table(columns(), [], {
      key: (/** @type {AuditRow} */ row) => String(row.id),
      empty: "Nothing was done yet, or nothing that fits.",
    });
    const older = el("button", { type: "button", hidden: true }, "Older");
    const note = el("span", { class: "muted", role: "status" });
    const known = Object.fromEntries(FILTERS.map(([name]) => [name, el("datalist", { id: `audit-${name}` })]));
    const inputs = Object.fromEntries(
      FILTERS.map(([name, , placeholder], place) => [name, inputOf(name, placeholder, place === 0, ctx.query)]),
    );
    const fields = FILTERS.map(([name, words]) =>
      el("label", {}, `${words} `, /** @type {Node} */ (inputs[name]), /** @type {Node} */ (known[name])),
    );
    const form = el("form", { class: "toolbar filters", role: "search" }, fields);
    replace(root, panel("Audit log", form, rows.node, el("p", { class: "audit-more" }, older, " ", note)));

    /** @type {AuditPage} */
    let page = { rows: [], next: null };
    let stop = () => {};
    let typing = 0;

    function filter() {
      return Object.fromEntries(FILTERS.map(([name]) => [name, inputs[name]?.value.trim() ?? ""]));
    }

    /** @param {AuditPage} is */
    function show(is) {
      page = is;
      rows.set(page.rows);
      older.hidden = page.next === null;
      text(note, page.rows.length > LIVE_ROWS ? `${page.rows.length} rows` : "");
      for (const name of /** @type {const} */ (["operator", "action"]))
        offer(
          known[name],
          page.rows.map((row) => row[name]),
        );
    }

    function watch() {
      stop();
      page = { rows: [], next: null };
      stop = ctx.live.watch(pathOf(filter(), LIVE_ROWS), (/** @type {any} */ body, /** @type {number} */ status) => {
        if (status === 200) show(withNewest(page, body));
        else text(note, body?.reason ?? "The log cannot be read now.");
      });
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      clearTimeout(typing);
      typing = window.setTimeout(() => {
        ctx.setQuery(filter());
        watch();
      }, TYPING_MS);
    });
    older.addEventListener("click", () => {
      const of = JSON.stringify(filter());
      void act(ctx, older, async () => {
        const more = await ctx.api.get(pathOf(filter(), PAGE_ROWS, page.next));
        if (of === JSON.stringify(filter())) show(withOlder(page, more));
      });
    });
    watch();
    return () => clearTimeout(typing);
  },
};

/** @param {string} name @param {string} placeholder @param {boolean} first @param {URLSearchParams} query */
function inputOf(name, placeholder, first, query) {
  const input = el("input", {
    type: "search",
    name,
    placeholder,
    list: `audit-${name}`,
    autocomplete: "off",
    maxlength: "64",
    dataset: first ? { search: "" } : {},
  });
  input.value = query.get(name) ?? "";
  return input;
}

/** @param {HTMLElement | undefined} list @param {string[]} seen */
function offer(list, seen) {
  const values = [...new Set(seen)].filter((value) => value !== "").sort();
  if (list !== undefined && list.dataset["has"] !== values.join(" ")) {
    list.dataset["has"] = values.join(" ");
    replace(
      list,
      values.map((value) => el("option", { value })),
    );
  }
}

function columns() {
  return [
    { key: "at", title: "When", render: (/** @type {AuditRow} */ row) => el("time", { class: "at" }, clock(row.at)) },
    { key: "who", title: "Who", render: whoOf },
    { key: "peer", title: "From", phone: false, render: (/** @type {AuditRow} */ row) => row.peer },
    {
      key: "action",
      title: "Operation",
      render: (/** @type {AuditRow} */ row) => [row.action.replaceAll("_", " "), detailOf(row)],
    },
    { key: "object", title: "On", render: objectOf },
    {
      key: "outcome",
      title: "Outcome",
      render: (/** @type {AuditRow} */ row) => badge(row.outcome, row.outcome === "ok" ? "ok" : "bad"),
    },
  ];
}

/** @param {AuditRow} row @returns {Node} */
function whoOf(row) {
  const as = [row.role, row.via].filter(Boolean).join(", ");
  return el(
    "span",
    { class: "name audit-word" },
    row.operator || "nobody",
    el("span", { class: "muted wide-only" }, ` ${as}`),
  );
}

/** @param {AuditRow} row @returns {Node} */
function objectOf(row) {
  const page = pageOf(row);
  return el("span", { class: "name audit-word" }, page === null ? row.object || "–" : link(page, row.object));
}

/** What else was sent. @param {AuditRow} row @returns {Node | null} */
function detailOf(row) {
  const fields = Object.entries(row.detail);
  if (fields.length === 0) return null;
  const short = fields.map(([name]) => name).join(", ");
  const words = fields.flatMap(([name, value]) => [
    el("dt", {}, name),
    el("dd", { class: "name" }, typeof value === "string" ? value : JSON.stringify(value)),
  ]);
  return el("details", { class: "audit-detail" }, el("summary", {}, short), el("dl", { class: "kv" }, words));
}
