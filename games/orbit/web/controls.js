/** From keys and thumbs to inputs: what is held is a `Steer`, and `Fire` goes on while its key is down. */

import { Keys } from "./keys.js";
import { Touch } from "./touch.js";

const FIRE_EVERY_MS = 360; // the gun cools for 0.3 s, to the next tick

export class Controls {
  #nextShotMs = 0;
  #wasFiring = false;
  #steered = "";

  /**
   * @param {HTMLElement} stage
   * @param {any} seat
   * @param {import("./hud.js").Hud} hud
   * @param {import("/sdk/kit/shell.js").Ui} ui
   * @param {boolean} touch Buttons are there from the beginning; otherwise with the first finger.
   */
  constructor(stage, seat, hud, ui, touch) {
    this.seat = seat;
    this.hud = hud;
    this.ui = ui;
    const changed = () => this.#changed();
    this.keys = new Keys(changed);
    this.touch = new Touch(stage, changed, touch);
  }

  /** @param {number} nowMs Of the page. */
  frame(nowMs) {
    if (this.#isFiring && nowMs >= this.#nextShotMs) this.#fire(nowMs);
  }

  close() {
    this.keys.close();
    this.touch.close();
  }

  get #isFiring() {
    return this.#has("fire");
  }

  /** @param {string} what By key or thumb. */
  #has(what) {
    return this.keys.has(what) || this.touch.has(what);
  }

  #changed() {
    const { seat } = this;
    const turn = Number(this.#has("right")) - Number(this.#has("left"));
    const thrust = this.#has("thrust");
    const steered = `${turn} ${thrust}`;
    if (steered !== this.#steered && seat.state !== "closed") {
      this.#steered = steered;
      seat.hold(seat.inputs.Steer({ turn, thrust }));
    }
    if (this.#isFiring && !this.#wasFiring) this.frame(performance.now()); // not only with the next frame
    this.#wasFiring = this.#isFiring;
  }

  /** @param {number} nowMs */
  #fire(nowMs) {
    const { seat } = this;
    const ship = seat.latest.me?.one("Ship");
    if (seat.state !== "playing" || !ship) return; // the banner says why
    this.#nextShotMs = nowMs + FIRE_EVERY_MS;
    if (ship.ammo === 0) this.hud.noAmmo();
    else this.ui.act(seat.inputs.Fire());
  }
}
