/** The HTTP API, as the console asks it. A refusal is an `ApiError` with a sentence that can be shown. */

import { queryText } from "./router.js";

export const BASE = "/api/v1";
const ANSWER_MS = 20_000;

/** Why not. `message` is a sentence for people. */
export class ApiError extends Error {
  /** @param {number} status 0: no answer came. @param {string} error One word. @param {string} reason */
  constructor(status, error, reason) {
    super(sentence(reason));
    this.name = "ApiError";
    this.status = status;
    this.error = error;
  }
}

/** "there is no such session" as "There is no such session." @param {string} text */
export function sentence(text) {
  const cut = text.trim();
  if (!cut) return "The server did not say why.";
  const start = cut.charAt(0).toUpperCase() + cut.slice(1);
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}

/**
 * What a refusal says.
 * @param {number} status
 * @param {any} body What came with it, if it could be read.
 */
export function refusal(status, body) {
  const error = typeof body?.error === "string" ? body.error : "failed";
  const reason = typeof body?.reason === "string" ? body.reason : `the server answered ${status}`;
  return new ApiError(status, error, reason);
}

export class Api {
  #csrf = "";

  /** @param {{ onLost?: () => void, onDate?: (atS: number) => void }} [told] `onLost`: nobody is logged in (any more). */
  constructor(told = {}) {
    this.told = told;
  }

  /** @param {{ csrf: string } | null} me */
  use(me) {
    this.#csrf = me?.csrf ?? "";
  }

  /**
   * As `api.path("/tables/sessions", {q: "x", game: ""})`: "/tables/sessions?q=x".
   * @param {string} path
   * @param {Record<string, string | number | boolean | null | undefined>} query
   */
  path(path, query) {
    return path + queryText(query);
  }

  /** @param {string} path @param {{ signal?: AbortSignal }} [how] @returns {Promise<any>} */
  get(path, how = {}) {
    return this.#ask("GET", path, undefined, how.signal);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.#ask("POST", path, body);
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal] */
  async #ask(method, path, body, signal) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (method !== "GET") {
      headers["Content-Type"] = "application/json";
      headers["X-CSRF-Token"] = this.#csrf;
    }
    const late = AbortSignal.timeout(ANSWER_MS);
    const init = {
      method,
      headers,
      body: method === "GET" ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, late]) : late,
      credentials: /** @type {const} */ ("same-origin"),
      cache: /** @type {const} */ ("no-store"),
    };
    let response, read;
    try {
      response = await fetch(BASE + path, init);
      this.#heardTime(response);
      read = await readBody(response);
    } catch (error) {
      if (signal?.aborted) throw error;
      if (late.aborted) throw new ApiError(0, "late", "the server did not answer in time");
      throw new ApiError(0, "unreachable", "the server cannot be reached");
    }
    if (response.ok) return read;
    if (response.status === 401 && path !== "/login") this.told.onLost?.();
    throw refusal(response.status, read);
  }

  /** @param {Response} response */
  #heardTime(response) {
    const at = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isFinite(at)) this.told.onDate?.(at / 1000);
  }
}

/** @param {Response} response */
async function readBody(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's page, not an answer
  }
}
