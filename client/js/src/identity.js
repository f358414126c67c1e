/**
 * How a guest is known again: an id and a secret, which the server gives once and this side keeps.
 *
 *     connect(url, { name: "Ann", identity: Identity.storage("mygame") })
 *
 * A server that does not know them (or keeps nobody) lets the player in as a new guest; if it gives a new
 * secret, that replaces the former. An identity belongs to one server: another one gets one of its own. Of
 * two pages that use one at the same time, the newer takes the lobby over. To keep it elsewhere, extend
 * `Identity` and write `keep`.
 *
 * @module
 */

const NONE = new Uint8Array(0);

/** A player's id and secret, kept in memory; both empty for a new guest. The secret is in no log. */
export class Identity {
  player;
  /** @type {Uint8Array} */
  #secret;

  /**
   * @param {string} [player]
   * @param {Uint8Array} [secret]
   */
  constructor(player = "", secret = NONE) {
    this.player = player;
    this.#secret = secret;
  }

  /** @returns {Uint8Array} */
  get secret() {
    return this.#secret;
  }

  /**
   * The server knows this guest by these from now on. What it throws is told in the console: the player plays
   * on.
   *
   * @param {string} player
   * @param {Uint8Array} secret
   */
  keep(player, secret) {
    this.player = player;
    this.#secret = secret;
  }

  /**
   * A lobby of the server at `url` will use it. Called before anything is asked of it.
   *
   * @param {string} url
   */
  usedAt(url) {
    void url; // in memory there is one, for whatever server
  }

  /** For as long as the page, or the program, lives. */
  static memory() {
    return new Identity();
  }

  /**
   * One that is kept in the browser, one for each server. Where a browser keeps nothing (private windows of
   * some, blocked cookies), it is in memory.
   *
   * @param {string} key of your game: two of them on one page's origin are two players
   * @param {Storage | null} [storage] instead of `localStorage`
   */
  static storage(key, storage = localStorageIfAny()) {
    return storage === null ? new Identity() : new StoredIdentity(key, storage);
  }
}

class StoredIdentity extends Identity {
  #key;
  #storage;
  #name = "";

  /**
   * @param {string} key
   * @param {Storage} storage
   */
  constructor(key, storage) {
    super();
    this.#key = key;
    this.#storage = storage;
  }

  /**
   * @override
   * @param {string} url
   */
  usedAt(url) {
    const name = `rallypoint:${this.#key}@${new URL(url).host}`;
    if (name === this.#name) return;
    this.#name = name;
    const [player, secret] = read(this.#storage, name);
    super.keep(player, secret);
  }

  /**
   * @override
   * @param {string} player
   * @param {Uint8Array} secret
   */
  keep(player, secret) {
    super.keep(player, secret);
    this.#storage.setItem(this.#name, JSON.stringify({ player, secret: toHex(secret) }));
  }
}

/**
 * What is no identity is overwritten with the next one.
 *
 * @param {Storage} storage
 * @param {string} name
 * @returns {[string, Uint8Array]}
 */
function read(storage, name) {
  try {
    const { player, secret } = JSON.parse(storage.getItem(name) ?? "null") ?? {};
    if (typeof player === "string" && typeof secret === "string" && /^([0-9a-f]{2})*$/.test(secret)) {
      return [player, fromHex(secret)];
    }
  } catch {
    // nothing of what is in there is repeated: it may be a secret
  }
  return ["", NONE];
}

/** @returns {Storage | null} */
function localStorageIfAny() {
  try {
    return globalThis.localStorage ?? null; // some browsers throw at the mere look
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} hex */
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
