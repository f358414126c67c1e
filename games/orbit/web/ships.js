/** How a ship and a shot look, in the arena's units. */

/**
 * @typedef {object} Look
 * @property {number} x
 * @property {number} y
 * @property {number} angle
 * @property {boolean} thrust
 * @property {number} hull 4 is whole.
 * @property {number} shieldMs What is left of the shield.
 * @property {boolean} isMine
 * @property {boolean} isAway
 * @property {string} name
 * @property {string} colour
 */

const HULL_WHOLE = 4;
const SHIELD_RADIUS = 27;

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Look} ship
 * @param {number} large How much larger than it is: 1 or more.
 * @param {number} nowMs For what flickers; 0: nothing does.
 */
export function drawShip(pen, ship, large, nowMs) {
  pen.save();
  pen.translate(ship.x, ship.y);
  pen.scale(large, large);
  pen.globalAlpha = ship.isAway ? 0.45 : 1;
  if (ship.shieldMs > 0) drawShield(pen, ship, nowMs);
  drawHull(pen, ship);
  pen.save();
  pen.rotate(ship.angle);
  if (ship.thrust) drawFlame(pen, nowMs);
  drawBody(pen, ship);
  pen.restore();
  drawName(pen, ship);
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{ x: number, y: number, vx: number, vy: number }} shot
 * @param {string} colour
 * @param {number} large
 */
export function drawShot(pen, shot, colour, large) {
  const speed = Math.hypot(shot.vx, shot.vy) || 1;
  const back = { x: shot.x - (shot.vx / speed) * 20 * large, y: shot.y - (shot.vy / speed) * 20 * large };
  pen.save();
  pen.lineCap = "round";
  for (const [width, stroke, alpha] of /** @type {[number, string, number][]} */ ([
    [9, colour, 0.28],
    [4.5, colour, 1],
    [2, "#fff", 1],
  ])) {
    pen.globalAlpha = alpha;
    pen.strokeStyle = stroke;
    pen.lineWidth = width * large;
    pen.beginPath();
    pen.moveTo(back.x, back.y);
    pen.lineTo(shot.x, shot.y);
    pen.stroke();
  }
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen @param {Look} ship */
function drawBody(pen, ship) {
  pen.beginPath();
  pen.moveTo(21, 0);
  pen.quadraticCurveTo(4, -5, -13, -14);
  pen.quadraticCurveTo(-9, -6, -7, 0);
  pen.quadraticCurveTo(-9, 6, -13, 14);
  pen.quadraticCurveTo(4, 5, 21, 0);
  pen.closePath();
  pen.fillStyle = ship.colour;
  pen.fill();
  pen.lineJoin = "round";
  pen.lineWidth = ship.isMine ? 2.6 : 1.6;
  pen.strokeStyle = ship.isMine ? "#fff" : "rgba(5, 8, 18, 0.75)";
  pen.stroke();
  pen.fillStyle = "rgba(8, 14, 32, 0.8)";
  pen.beginPath();
  pen.ellipse(3, 0, 5, 2.6, 0, 0, 7);
  pen.fill();
}

/** @param {CanvasRenderingContext2D} pen @param {number} nowMs */
function drawFlame(pen, nowMs) {
  const long = 19 + 5 * Math.sin(nowMs / 33) + 3 * Math.sin(nowMs / 13);
  for (const [length, width, colour] of /** @type {[number, number, string][]} */ ([
    [long, 6, "#ff7a2f"],
    [long * 0.6, 3.5, "#ffe9a8"],
  ])) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(-7, -width);
    pen.quadraticCurveTo(-8 - length * 0.5, -width * 0.6, -8 - length, 0);
    pen.quadraticCurveTo(-8 - length * 0.5, width * 0.6, -7, width);
    pen.closePath();
    pen.fill();
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Look} ship @param {number} nowMs */
function drawShield(pen, ship, nowMs) {
  const ending = ship.shieldMs < 900 && nowMs > 0 ? 0.5 + 0.5 * Math.cos(nowMs / 60) : 1;
  const glow = pen.createRadialGradient(0, 0, SHIELD_RADIUS * 0.55, 0, 0, SHIELD_RADIUS);
  glow.addColorStop(0, "rgba(110, 200, 255, 0)");
  glow.addColorStop(1, `rgba(110, 200, 255, ${0.42 * ending})`);
  pen.fillStyle = glow;
  pen.strokeStyle = `rgba(170, 225, 255, ${0.9 * ending})`;
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.arc(0, 0, SHIELD_RADIUS, 0, 7);
  pen.fill();
  pen.stroke();
}

/**
 * Four strokes under the ship: what is left of its hull.
 * @param {CanvasRenderingContext2D} pen
 * @param {Look} ship
 */
function drawHull(pen, ship) {
  if (ship.hull >= HULL_WHOLE) return;
  for (let n = 0; n < HULL_WHOLE; n += 1) {
    pen.fillStyle = n < ship.hull ? (ship.hull === 1 ? "#ff7a6b" : "#ffd54a") : "rgba(255, 255, 255, 0.2)";
    pen.fillRect(-19 + n * 10, 27, 8, 3.4);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Look} ship */
function drawName(pen, ship) {
  pen.font = `600 17px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.lineWidth = 4;
  pen.lineJoin = "round";
  pen.strokeStyle = "rgba(5, 7, 15, 0.8)";
  pen.fillStyle = ship.isMine ? "#fff" : ship.colour;
  const name = ship.name.length > 14 ? `${ship.name.slice(0, 13)}…` : ship.name;
  pen.strokeText(name, 0, 48);
  pen.fillText(name, 0, 48);
}
