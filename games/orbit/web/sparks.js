/** Particles: what flies off when something is hit. Places and speeds are in the arena's units. */

const MOST = 600;

/**
 * @typedef {{ x: number, y: number, vx: number, vy: number, size: number, bornMs: number, lifeMs: number,
 *   colour: string }} Spark
 */
/**
 * @typedef {{ x: number, y: number, bornMs: number, lifeMs: number, radius: number, colour: string }} Ring
 */

export class Sparks {
  /** @type {Spark[]} */
  #sparks = [];
  /** @type {Ring[]} */
  #rings = [];
  #nowMs = 0;

  /** @param {boolean} calm Fewer of them, and nothing that flashes. */
  constructor(calm) {
    this.calm = calm;
  }

  /** @param {number} x @param {number} y @param {string} colour */
  hit(x, y, colour) {
    this.#burst(x, y, this.calm ? 4 : 14, 130, 420, ["#fff6d8", colour]);
  }

  /** @param {number} x @param {number} y @param {string} colour */
  explode(x, y, colour) {
    this.#burst(x, y, this.calm ? 10 : 46, 210, 1100, ["#fff6d8", "#ffb04a", "#ff6a3d", colour, colour]);
    this.#rings.push({ x, y, bornMs: this.#nowMs, lifeMs: 520, radius: 74, colour: "#ffd9a0" });
  }

  /**
   * Behind an engine.
   * @param {number} x
   * @param {number} y
   * @param {number} angle
   * @param {number} vx
   * @param {number} vy
   */
  exhaust(x, y, angle, vx, vy) {
    if (this.calm || this.#sparks.length > MOST / 2) return;
    const off = angle + Math.PI + (Math.random() - 0.5) * 0.7;
    const speed = 70 + Math.random() * 70;
    this.#sparks.push({
      x,
      y,
      vx: vx * 0.5 + speed * Math.cos(off),
      vy: vy * 0.5 + speed * Math.sin(off),
      size: 2.4,
      bornMs: this.#nowMs,
      lifeMs: 260 + Math.random() * 200,
      colour: "#ffb35c",
    });
  }

  /**
   * @param {CanvasRenderingContext2D} pen In the arena's units.
   * @param {number} nowMs
   */
  draw(pen, nowMs) {
    const dt = Math.min(100, Math.max(0, nowMs - this.#nowMs)) / 1000;
    this.#nowMs = nowMs;
    this.#sparks = this.#sparks.filter((spark) => nowMs - spark.bornMs < spark.lifeMs);
    this.#rings = this.#rings.filter((ring) => nowMs - ring.bornMs < ring.lifeMs);
    pen.save();
    pen.globalCompositeOperation = "lighter";
    for (const spark of this.#sparks) {
      spark.x += spark.vx * dt;
      spark.y += spark.vy * dt;
      const left = 1 - (nowMs - spark.bornMs) / spark.lifeMs;
      pen.globalAlpha = Math.max(0, left);
      pen.fillStyle = spark.colour;
      pen.beginPath();
      pen.arc(spark.x, spark.y, spark.size * (0.4 + 0.6 * left), 0, 7);
      pen.fill();
    }
    for (const ring of this.#rings) {
      const gone = (nowMs - ring.bornMs) / ring.lifeMs;
      pen.globalAlpha = Math.max(0, 1 - gone) * 0.8;
      pen.strokeStyle = ring.colour;
      pen.lineWidth = 5 * (1 - gone) + 1;
      pen.beginPath();
      pen.arc(ring.x, ring.y, ring.radius * Math.sqrt(Math.max(0, gone)), 0, 7);
      pen.stroke();
    }
    pen.restore();
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} count
   * @param {number} speed
   * @param {number} lifeMs
   * @param {string[]} colours
   */
  #burst(x, y, count, speed, lifeMs, colours) {
    for (let n = 0; n < count && this.#sparks.length < MOST; n += 1) {
      const angle = Math.random() * 2 * Math.PI;
      const fast = speed * (0.15 + 0.85 * Math.random());
      this.#sparks.push({
        x,
        y,
        vx: fast * Math.cos(angle),
        vy: fast * Math.sin(angle),
        size: 2 + Math.random() * 3.5,
        bornMs: this.#nowMs,
        lifeMs: lifeMs * (0.4 + 0.6 * Math.random()),
        colour: colours[n % colours.length],
      });
    }
  }
}
