/**
 * How a ship flies: the twin of `games/orbit/flight.py`. The page predicts its own ship with it, so that keys
 * answer at once; `flight.json` holds what the Python step makes of many flights, and a test compares.
 */

export const SIZE = 1000; // the arena is a square with this side
export const STAR = SIZE / 2; // x and y of the star
export const STAR_RADIUS = 40;
export const ORBIT_RADIUS = 300;
const GRAVITY = 10_000;
const TURN = 4; // radians in a second
const THRUST = 150; // speed gained in a second
const TAU = 2 * Math.PI;

/**
 * @typedef {object} Flying
 * @property {number} x
 * @property {number} y
 * @property {number} vx
 * @property {number} vy
 * @property {number} angle
 * @property {boolean} thrust
 */

/**
 * One step of `dt` seconds: changes `ship`.
 * @param {Flying} ship
 * @param {{ turn: number, thrust: boolean }} steer
 * @param {number} dt
 */
export function fly(ship, steer, dt) {
  const angle = (ship.angle + steer.turn * TURN * dt) % TAU;
  ship.angle = angle < 0 ? angle + TAU : angle; // as Python's %
  ship.thrust = steer.thrust;
  if (steer.thrust) {
    ship.vx += THRUST * dt * Math.cos(ship.angle);
    ship.vy += THRUST * dt * Math.sin(ship.angle);
  }
  fall(ship, dt);
  move(ship, dt);
}

/** @param {Flying} ship @param {number} dt */
function fall(ship, dt) {
  const dx = STAR - ship.x;
  const dy = STAR - ship.y;
  const pull = (GRAVITY * dt) / Math.max(dx * dx + dy * dy, STAR_RADIUS * STAR_RADIUS);
  ship.vx += dx * pull;
  ship.vy += dy * pull;
}

/** @param {Flying} ship @param {number} dt */
function move(ship, dt) {
  let x = ship.x + ship.vx * dt;
  let y = ship.y + ship.vy * dt;
  if (!(x >= 0 && x <= SIZE)) {
    x = Math.min(Math.max(x, 0), SIZE);
    ship.vx = -ship.vx;
  }
  if (!(y >= 0 && y <= SIZE)) {
    y = Math.min(Math.max(y, 0), SIZE);
    ship.vy = -ship.vy;
  }
  ship.x = x;
  ship.y = y;
}
