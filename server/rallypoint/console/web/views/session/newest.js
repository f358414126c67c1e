// Asks for what is wanted now: one question at a time, and of those that came up meanwhile only the newest.

/**
 * @template What, Answer
 */
export class Newest {
  #ask;
  #told;
  #failed;
  #rest;
  /** @type {{what: What} | null} */
  #wanted = null;
  #busy = false;
  #closed = false;

  /**
   * @param {(what: What) => Promise<Answer>} ask
   * @param {(answer: Answer, what: What, settled: boolean) => void} told `settled`: nothing else is wanted by now.
   * @param {(error: unknown, what: What) => void} failed Only of what is still wanted.
   * @param {() => Promise<void>} rest Waited for after each answer, before anything else is asked.
   */
  constructor(ask, told, failed, rest) {
    this.#ask = ask;
    this.#told = told;
    this.#failed = failed;
    this.#rest = rest;
  }

  /** @param {What} what */
  want(what) {
    this.#wanted = { what };
    if (!this.#busy) void this.#run();
  }

  /** Nothing is told any more. */
  close() {
    this.#closed = true;
    this.#wanted = null;
  }

  async #run() {
    this.#busy = true;
    while (this.#wanted) {
      const { what } = this.#wanted;
      this.#wanted = null;
      try {
        const answer = await this.#ask(what);
        if (!this.#closed) this.#told(answer, what, this.#wanted === null);
      } catch (error) {
        if (!this.#closed && !this.#wanted) this.#failed(error, what);
      }
      await this.#rest();
    }
    this.#busy = false;
  }
}
