/**
 * How one loop waits for what comes in between: told cheaply, and never twice at a time.
 *
 * @module
 */

export class News {
  #what;
  /** @type {(() => void) | null} */
  #tell = null;

  /** @param {string} what says in an error what is iterated over: "one seat" */
  constructor(what) {
    this.#what = what;
  }

  /** There is something new. Costs nothing if nobody waits. */
  tell() {
    const tell = this.#tell;
    this.#tell = null;
    tell?.();
  }

  /**
   * Until the next `tell`; look first whether there is something already.
   *
   * @returns {Promise<void>}
   * @throws {Error} another loop is waiting
   */
  async wait() {
    if (this.#tell !== null)
      throw new Error(`two loops iterate over ${this.#what}: let one do it, and tell the other`);
    await new Promise((resolve) => {
      this.#tell = () => resolve(undefined);
    });
  }
}
