/** What does not move: space, the edge of the arena; and the star. Each is drawn once, and copied. */

import { ORBIT_RADIUS, SIZE, STAR, STAR_RADIUS } from "./flight.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./picture.js").Arena} arena
 * @param {number} ratio Device pixels for each CSS pixel.
 */
export function drawSky(canvas, arena, ratio) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = canvas;
  pen.fillStyle = "#05070f";
  pen.fillRect(0, 0, width, height);
  const middle = { x: (arena.left + arena.side / 2) * ratio, y: (arena.top + arena.side / 2) * ratio };
  cloud(pen, middle.x, middle.y, arena.side * ratio * 0.8, "#17244c", width, height);
  cloud(
    pen,
    middle.x - arena.side * ratio * 0.45,
    middle.y + arena.side * ratio * 0.3,
    arena.side * ratio * 0.6,
    "#2a1740",
    width,
    height,
  );
  cloud(
    pen,
    middle.x + arena.side * ratio * 0.5,
    middle.y - arena.side * ratio * 0.3,
    arena.side * ratio * 0.5,
    "#0d3040",
    width,
    height,
  );
  drawStars(pen, width, height, ratio);
  drawEdge(pen, arena, ratio);
}

/** A picture of the star and its light, to be drawn at half its size. */
export function makeStar() {
  const size = STAR_RADIUS * 9;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * 2;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.scale(2, 2);
  const light = pen.createRadialGradient(size / 2, size / 2, STAR_RADIUS * 0.6, size / 2, size / 2, size / 2);
  light.addColorStop(0, "rgba(255, 190, 90, 0.75)");
  light.addColorStop(0.3, "rgba(255, 140, 50, 0.24)");
  light.addColorStop(1, "rgba(255, 110, 40, 0)");
  pen.fillStyle = light;
  pen.fillRect(0, 0, size, size);
  const body = pen.createRadialGradient(size / 2 - 9, size / 2 - 9, 4, size / 2, size / 2, STAR_RADIUS);
  body.addColorStop(0, "#fffdf0");
  body.addColorStop(0.45, "#ffe28a");
  body.addColorStop(0.85, "#ffac3e");
  body.addColorStop(1, "#ff8a2a");
  pen.fillStyle = body;
  pen.beginPath();
  pen.arc(size / 2, size / 2, STAR_RADIUS, 0, 7);
  pen.fill();
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} colour
 * @param {number} width
 * @param {number} height
 */
function cloud(pen, x, y, radius, colour, width, height) {
  const mist = pen.createRadialGradient(x, y, 0, x, y, Math.max(1, radius));
  mist.addColorStop(0, `${colour}b0`);
  mist.addColorStop(1, `${colour}00`);
  pen.fillStyle = mist;
  pen.fillRect(0, 0, width, height);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} width
 * @param {number} height
 * @param {number} ratio
 */
function drawStars(pen, width, height, ratio) {
  let seed = 7; // the same sky each time it is drawn
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const count = Math.round((width * height) / (ratio * ratio) / 3600);
  for (let n = 0; n < count; n += 1) {
    const bright = next() ** 3;
    pen.globalAlpha = 0.25 + 0.75 * bright;
    pen.fillStyle = next() < 0.2 ? "#ffdcb8" : "#dfe8ff";
    pen.beginPath();
    pen.arc(next() * width, next() * height, (0.45 + 1.1 * bright) * ratio, 0, 7);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} pen @param {import("./picture.js").Arena} arena @param {number} ratio */
function drawEdge(pen, arena, ratio) {
  const scale = (arena.side / SIZE) * ratio;
  pen.save();
  pen.translate(arena.left * ratio, arena.top * ratio);
  pen.scale(scale, scale);
  pen.strokeStyle = "rgba(140, 170, 255, 0.13)";
  pen.lineWidth = 1.5;
  pen.setLineDash([3, 14]);
  pen.beginPath();
  pen.arc(STAR, STAR, ORBIT_RADIUS, 0, 7);
  pen.stroke();
  pen.setLineDash([]);
  pen.shadowColor = "#5f8cff";
  pen.shadowBlur = 14 * ratio;
  pen.strokeStyle = "rgba(120, 160, 255, 0.6)";
  pen.lineWidth = Math.max(2, 1.4 / (arena.side / SIZE));
  pen.beginPath();
  pen.roundRect(0, 0, SIZE, SIZE, 10);
  pen.stroke();
  pen.restore();
}
