/**
 * The canvas: as large as the stage, sharp on every screen, with the square arena fitted into what is free.
 * On a phone the arena is above, and the buttons below.
 */

import { SIZE, STAR } from "./flight.js";
import { drawShip, drawShot } from "./ships.js";
import { drawSky, makeStar } from "./sky.js";
import { Sparks } from "./sparks.js";

/** @typedef {{ left: number, top: number, side: number }} Arena In CSS pixels of the stage. */

export class Picture {
  #ratio = 1; // device pixels for each CSS pixel
  #width = 0;
  #height = 0;
  /** @type {Arena} */
  #arena = { left: 0, top: 0, side: 0 };
  #sky = document.createElement("canvas");
  #star = makeStar();
  #watcher = new ResizeObserver(() => this.#fit());
  #styles = new MutationObserver(() => this.#fit()); // the first finger makes room for buttons

  /** @param {HTMLElement} stage @param {import("/sdk/kit/shell.js").Ui} ui */
  constructor(stage, ui) {
    this.stage = stage;
    this.ui = ui;
    this.sparks = new Sparks(ui.calm);
    this.canvas = document.createElement("canvas");
    this.canvas.className = "orbit-canvas";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "The arena: ships around a star");
    stage.append(this.canvas);
    this.pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    this.#watcher.observe(stage);
    this.#styles.observe(stage, { attributes: true, attributeFilter: ["class"] });
    this.#fit();
  }

  /**
   * @param {any} view
   * @param {number} mine This player's seat; -1 for who watches.
   * @param {any} own This player's ship where the keys have it already; `null` if it is not predicted.
   * @param {number} nowMs Of the page.
   */
  draw(view, mine, own, nowMs) {
    const { pen, ui, sparks } = this;
    if (devicePixelRatio !== this.#ratio) this.#fit();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#sky, 0, 0);
    const { left, top, side } = this.#arena;
    const scale = (side / SIZE) * this.#ratio;
    pen.setTransform(scale, 0, 0, scale, left * this.#ratio, top * this.#ratio);
    const pulse = ui.calm ? 1 : 1 + 0.03 * Math.sin(nowMs / 700) + 0.012 * Math.sin(nowMs / 130);
    const glow = this.#star.width * 0.5 * pulse;
    pen.drawImage(this.#star, STAR - glow / 2, STAR - glow / 2, glow, glow);
    const large = Math.max(1.15, 0.5 / (side / SIZE)); // larger than they are on a small screen
    for (const shot of view.all("Shot")) drawShot(pen, shot, ui.colour(shot.owner), large);
    sparks.draw(pen, nowMs);
    for (const ship of view.all("Ship")) {
      const isMine = ship.owner === mine;
      const at = isMine && own ? own : ship;
      const player = view.player(ship.owner);
      drawShip(
        pen,
        {
          x: at.x,
          y: at.y,
          angle: at.angle,
          thrust: at.thrust,
          hull: ship.hull,
          isMine,
          shieldMs: ship.shield_until_ms - view.nowMs,
          isAway: (player?.away_until_ms ?? 0) > 0,
          name: player?.name ?? "",
          colour: ui.colour(ship.owner),
        },
        large,
        ui.calm ? 0 : nowMs,
      );
      if (at.thrust)
        sparks.exhaust(
          at.x - 14 * Math.cos(at.angle),
          at.y - 14 * Math.sin(at.angle),
          at.angle,
          ship.vx,
          ship.vy,
        );
    }
  }

  close() {
    this.#watcher.disconnect();
    this.#styles.disconnect();
    this.canvas.remove();
  }

  #fit() {
    this.#ratio = devicePixelRatio || 1;
    this.#width = this.stage.clientWidth;
    this.#height = this.stage.clientHeight;
    const style = getComputedStyle(this.stage);
    const free = (/** @type {string} */ name) => parseFloat(style.getPropertyValue(name)) || 0;
    this.#arena = fitArena(this.#width, this.#height, free("--orbit-top"), free("--orbit-bottom"));
    for (const canvas of [this.canvas, this.#sky]) {
      canvas.width = Math.max(1, Math.round(this.#width * this.#ratio));
      canvas.height = Math.max(1, Math.round(this.#height * this.#ratio));
    }
    drawSky(this.#sky, this.#arena, this.#ratio);
  }
}

/**
 * The largest square between what is kept free above and below, in the middle of that.
 * @param {number} width @param {number} height @param {number} above @param {number} below
 * @returns {Arena}
 */
export function fitArena(width, height, above, below) {
  const margin = 6;
  const free = Math.max(1, height - above - below);
  const side = Math.max(1, Math.min(width, free) - 2 * margin);
  return { left: (width - side) / 2, top: above + (free - side) / 2, side };
}
