// The same done to all that a filter finds: first it is counted, then asked, then done to just as many.

import { counted } from "./words.js";

/**
 * `title` and `button` get the count in words, as "12 sessions". `text`: what else is to be known. `fields`: as `ask` has them; what is
 * typed is sent along.
 * @typedef {{path: string, do: string, one: string, filter: Record<string, string>, danger?: boolean, title: (many: string) => string,
 *   button: (many: string) => string, done: (many: string) => string, text?: string, fields?: any[]}} Job
 */
/**
 * @typedef {object} Ways How to reach server and operator.
 * @property {(path: string, body: any) => Promise<{matched: number, done: number}>} post
 * @property {(question: any) => Promise<Record<string, any> | null>} ask
 * @property {(words: string, tone: string) => void} say
 */

/**
 * @param {Job} job
 * @param {Ways} ways
 * @returns {Promise<boolean>} whether it was done
 */
export async function bulk(job, ways) {
  const body = { filter: job.filter, do: job.do };
  // What is typed comes after the count, and servers refuse messages without a text.
  const count = { ...body, expect: null, ...(job.do === "message" ? { text: "-" } : {}) };
  let note = "";
  /** @type {Record<string, any> | null} */
  let typed = null;
  for (;;) {
    const { matched } = await ways.post(job.path, count);
    if (!matched) {
      ways.say(`No ${job.one} fits the filter now.`, "info");
      return false;
    }
    const many = counted(matched, job.one);
    const fields = job.fields?.map((field) => ({ ...field, value: typed?.[field.name] ?? field.value }));
    typed = await ways.ask({ title: job.title(many), text: [note, filterInWords(job.filter, many), job.text].filter(Boolean).join(" "), danger: job.danger, confirm: job.button(many), fields });
    if (!typed) return false;
    try {
      const { done } = await ways.post(job.path, { ...body, ...typed, expect: matched });
      ways.say(job.done(counted(done, job.one)), "ok");
      return true;
    } catch (error) {
      if (/** @type {any} */ (error).error !== "changed") throw error;
      note = `It was ${many} a moment ago, and nothing was done.`;
    }
  }
}

/**
 * @param {Record<string, string>} filter
 * @param {string} many
 * @returns {string}
 */
export function filterInWords(filter, many) {
  const { q, ...rest } = filter;
  const told = Object.entries(rest)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${value}`);
  if (q) told.push(`“${q}”`);
  return told.length ? `That is: ${many} with ${told.join(", ")}.` : `That is: all of them, ${many}. There is no filter.`;
}
