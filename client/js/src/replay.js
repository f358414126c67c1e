/**
 * A session that is over, to be watched like one that goes on: it reads like a spectator's seat, and can be
 * paused, played at another speed, and moved to any tick.
 *
 *     const replay = await openReplay("/replays/3f2a91c07be64d15");
 *     replay.onPass = () => { ... };
 *     replay.play();
 *     requestAnimationFrame(() => draw(replay.view()));
 *
 * It can be watched while it loads. What is to come is known, so a frame between two passes is never late:
 * `view()` shows the moment `nowMs` itself.
 *
 * @module
 */

import { RallypointError } from "./errors.js";
import { Replay } from "./replay_player.js";
import { FrameReader, ReplayTape } from "./replay_tape.js";

/** @import { Fault } from "./close.js" */
/** @import { Timers } from "./replay_player.js" */

export { Replay };

const FRAMES_AT_ONCE = 300;

/** The server has no such replay, or cannot show it; the message says why. */
export class ReplayUnavailable extends RallypointError {
  /** @override @type {Fault} */
  fault = "server";

  /**
   * @param {string} sentence
   * @param {number} status of HTTP; 0: the connection was lost, or what came is no replay
   */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/** @type {Timers} */
const TIMERS = {
  nowMs: () => performance.now(),
  later: (what, ms) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Loads the replay of a session that has ended; resolves as soon as its first state is there.
 *
 * @param {string} url as `/replays/3f2a91c07be64d15`
 * @param {{ fetch?: typeof globalThis.fetch, timers?: Timers, signal?: AbortSignal }} [options]
 * @returns {Promise<Replay>}
 * @throws {ReplayUnavailable} the server has none, or cannot show it
 */
export async function openReplay(url, { fetch = globalThis.fetch, timers = TIMERS, signal } = {}) {
  const stop = new AbortController();
  signal?.addEventListener("abort", () => stop.abort(signal.reason));
  signal?.throwIfAborted();
  const answer = await fetch(url, { signal: stop.signal }).catch((error) => {
    signal?.throwIfAborted();
    throw new ReplayUnavailable(
      `The replay cannot be loaded: ${error instanceof Error ? error.message : error}`,
      0,
    );
  });
  if (!answer.ok || answer.body === null) {
    throw new ReplayUnavailable(await sentenceIn(answer), answer.status);
  }
  const chunks = answer.body.getReader();
  return new Promise((resolve, reject) => {
    const loading = new Loading(timers, resolve, () => stop.abort());
    void loading.read(chunks).catch(reject);
  });
}

/**
 * What the server says instead; not a whole page of it, as it is told to people.
 *
 * @param {Response} answer
 */
async function sentenceIn(answer) {
  const isText = (answer.headers.get("content-type") ?? "").startsWith("text/plain");
  return (isText && (await answer.text()).trim()) || `The server answered ${answer.status}.`;
}

/** Reads a stream into a replay. */
class Loading {
  #frames = new FrameReader();
  /** @type {ReplayTape | null} */
  #tape = null;
  /** @type {Replay | null} */
  #replay = null;
  #bytes = 0;
  #timers;
  #begun;
  #stop;

  /**
   * @param {Timers} timers
   * @param {(replay: Replay) => void} begun
   * @param {() => void} stop
   */
  constructor(timers, begun, stop) {
    this.#timers = timers;
    this.#begun = begun;
    this.#stop = stop;
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} chunks */
  async read(chunks) {
    /** @type {Error | null} */
    let failed = null;
    try {
      for (;;) {
        const { done, value } = await chunks.read();
        if (done) break;
        this.#bytes += value.length;
        await this.#take(this.#frames.push(value));
        if (this.#frames.error !== null) throw this.#frames.error;
        if (this.#replay?.state === "closed") {
          this.#stop();
          return;
        }
      }
      if (!this.#frames.isEmpty) failed = new ReplayUnavailable("The replay ends in the middle.", 0);
    } catch (error) {
      failed = new ReplayUnavailable(
        `The replay cannot be read: ${error instanceof Error ? error.message : error}`,
        0,
      );
      this.#stop();
    }
    if (this.#replay === null) throw failed ?? new ReplayUnavailable("There is nothing in this replay.", 0);
    this.#replay._whole(failed);
  }

  /**
   * Some at a time: the page goes on meanwhile.
   *
   * @param {Uint8Array[]} frames
   */
  async #take(frames) {
    for (let place = 0; place < frames.length; place += FRAMES_AT_ONCE) {
      try {
        for (const frame of frames.slice(place, place + FRAMES_AT_ONCE)) this.#add(frame);
      } finally {
        this.#tell(); // what was before a bad frame can be watched
      }
      if (this.#replay?.state === "closed") return;
      await new Promise((resolve) => this.#timers.later(() => resolve(undefined), 0));
    }
  }

  /** @param {Uint8Array} frame */
  #add(frame) {
    if (this.#tape === null) this.#tape = new ReplayTape(frame);
    else this.#tape.push(frame);
  }

  #tell() {
    if (this.#tape === null || this.#tape.length === 0) return;
    if (this.#replay === null) {
      this.#replay = new Replay(this.#tape, this.#timers);
      this.#begun(this.#replay);
    }
    this.#replay.stats.bytesIn = this.#bytes;
    this.#replay._grown();
  }
}
