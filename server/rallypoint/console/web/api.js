// The HTTP API. Paths are those of its description, without `/api/v1`.

const BASE = "/api/v1";
const ANSWER_MS = 30_000;
/** What is written for programs, in words for people. @type {Record<string, string>} */
const WORDS = { csrf: "You have logged in anew in another window: reload this page." };

/** What the server has refused, in its words; or that it did not answer (status 0). */
export class ApiError extends Error {
  /** @param {number} status @param {string} error @param {string} reason @param {number | null} [retry_s] */
  constructor(status, error, reason, retry_s = null) {
    super(reason);
    this.name = "ApiError";
    this.status = status;
    this.error = error;
    this.reason = reason;
    this.retry_s = retry_s;
  }
}

export class Api {
  /** Of the login: sent with all that changes something. */
  csrf = "";
  /** Called when a request was answered that nobody is logged in (any more). */
  onstranger = () => {};
  /** Called with the server's time of each answer, in whole seconds. @type {(at: number) => void} */
  ontime = () => {};
  #fetch;

  /** @param {typeof fetch} [fetcher] */
  constructor(fetcher = (input, init) => fetch(input, init)) {
    this.#fetch = fetcher;
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) {
    return this.#ask("GET", path);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.#ask("POST", path, body);
  }

  /** @param {string} path @param {unknown} body @returns {Promise<any>} */
  put(path, body) {
    return this.#ask("PUT", path, body);
  }

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async #ask(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (method !== "GET") {
      headers["Content-Type"] = "application/json";
      if (this.csrf) headers["X-CSRF-Token"] = this.csrf;
    }
    /** @type {Response} */
    let answer;
    let text = "";
    try {
      answer = await this.#fetch(BASE + path, { method, headers, body: method === "GET" ? null : JSON.stringify(body), cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_MS) });
      text = await answer.text();
    } catch (error) {
      const late = /** @type {{name?: string}} */ (error)?.name === "TimeoutError";
      throw new ApiError(0, "away", late ? `The server did not answer within ${ANSWER_MS / 1000} s.` : "The server does not answer.");
    }
    const at = Date.parse(answer.headers.get("Date") ?? "");
    if (!Number.isNaN(at)) this.ontime(at / 1000);
    const told = parsed(text);
    if (answer.ok) return told;
    const error = String(told?.error ?? "failed");
    const reason = WORDS[error] ?? String(told?.reason ?? `The server answered ${answer.status}.`);
    const retry_s = Number(answer.headers.get("Retry-After")) || null;
    if (answer.status === 401 && error !== "wrong_login") this.onstranger();
    throw new ApiError(answer.status, error, sentence(reason), retry_s);
  }
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} words @returns {string} */
function sentence(words) {
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

export const api = new Api();
