import assert from "node:assert/strict";
import { test } from "node:test";
import { el, refresh, replace, text } from "../../server/rallypoint/console/web/dom.js";

/** As much of a page as elements are made of. What is written to it is counted. */
class FakeNode {
  /** @type {(FakeNode | string)[]} */
  childNodes = [];
  /** @type {Record<string, string>} */
  attributes = {};
  /** @type {Record<string, string>} */
  dataset = {};
  /** @type {[string, unknown][]} */
  listeners = [];
  writes = 0;
  /** @param {string} tagName */
  constructor(tagName) {
    this.tagName = tagName;
  }
  /** @param {...(FakeNode | string)} nodes */
  append(...nodes) {
    this.childNodes.push(...nodes.map((node) => (node instanceof FakeNode ? node : new FakeText(node))));
  }
  /** @param {...FakeNode} nodes */
  replaceChildren(...nodes) {
    this.writes += 1;
    this.childNodes = [...nodes];
  }
  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  /** @param {string} kind @param {unknown} told */
  addEventListener(kind, told) {
    this.listeners.push([kind, told]);
  }
  /** @type {string} */
  get textContent() {
    return this.childNodes.map((node) => /** @type {FakeNode} */ (node).textContent).join("");
  }
  set textContent(words) {
    this.writes += 1;
    this.childNodes = [new FakeText(words)];
  }
  /** @param {FakeNode} other */
  isEqualNode(other) {
    const said = (/** @type {unknown} */ node) => JSON.stringify(node, (key, value) => (key === "writes" || key === "listeners" ? undefined : value));
    return said(this) === said(other);
  }
}

class FakeText extends FakeNode {
  /** @param {string} words */
  constructor(words) {
    super("#text");
    this.words = words;
  }
  get textContent() {
    return this.words;
  }
}

/** @type {any} */ (globalThis).document = { createElement: (/** @type {string} */ tag) => new FakeNode(tag) };

/** @param {Parameters<typeof el>} made @returns {any} */
const fake = (...made) => el(...made);

test("strings are text, whatever is in them", () => {
  const hostile = '<img src=x onerror="alert(1)">&amp;';
  const node = fake("p", { title: hostile }, hostile);
  assert.deepEqual(node.childNodes.map((/** @type {FakeNode} */ child) => [child.tagName, child.textContent]), [["#text", hostile]]);
  assert.equal(node.attributes.title, hostile);
});

test("what is nothing makes no child, lists make theirs, and 0 is a number", () => {
  const node = fake("p", {}, null, undefined, false, 0, ["a", [el("b"), null]], "");
  assert.deepEqual(node.childNodes.map((/** @type {FakeNode} */ child) => child.tagName), ["#text", "#text", "b", "#text"]);
  assert.equal(node.textContent, "0a");
});

test("properties are attributes, listeners, data or properties", () => {
  const press = () => {};
  const node = fake("input", { class: "x", required: true, readonly: false, "aria-label": "Name", id: null, value: "typed", disabled: false, hidden: true, dataset: { search: "", n: 1 }, onclick: press });
  assert.deepEqual(node.attributes, { class: "x", required: "", "aria-label": "Name" });
  assert.deepEqual([node.value, node.disabled, node.hidden], ["typed", false, true]);
  assert.deepEqual(node.dataset, { search: "", n: "1" });
  assert.deepEqual(node.listeners, [["click", press]]);
});

test("a listener is a function: a string is never one", () => {
  const node = fake("a", { onclick: "alert(1)" });
  assert.deepEqual([node.listeners, node.attributes], [[], {}]);
});

test("children are replaced", () => {
  const node = fake("p", {}, "a", "b");
  replace(node, "c", null, ["d"]);
  assert.equal(node.textContent, "cd");
});

test("the same text again is not written: what somebody has selected stays", () => {
  const node = fake("p", {}, "a");
  text(node, "a");
  assert.equal(node.writes, 0);
  text(node, "b");
  assert.deepEqual([node.textContent, node.writes], ["b", 1]);
});

test("what looks the same stays, and what does not is replaced", () => {
  const node = fake("td", {}, el("b", {}, "1"), " of 2");
  const before = node.childNodes[0];
  refresh(node, [el("b", {}, "1"), " of 2"]);
  assert.equal(node.childNodes[0], before);
  refresh(node, [el("b", {}, "1"), " of 3"]);
  assert.equal(node.textContent, "1 of 3");
});
