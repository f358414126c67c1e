/**
 * What happens, made visible: hits and explosions. They are seen in the state itself, hull by hull and ship
 * by ship, so that spectators and replays show them too; who did it comes with events, to those who play.
 */

/** @typedef {import("./sparks.js").Sparks} Sparks */
/** @typedef {import("/sdk/kit/shell.js").Ui} Ui */
/** @typedef {{ id: number, owner: number, x: number, y: number, hull: number }} Seen */

export class Battle {
  /** @type {Map<number, Seen>} Ships as they were drawn last, by id. */
  #ships = new Map();
  #round = -1;
  /** @type {Set<number>} Ships whose end was shown. */
  #gone = new Set();

  /** @param {Sparks} sparks @param {Ui} ui */
  constructor(sparks, ui) {
    this.sparks = sparks;
    this.ui = ui;
  }

  /** @param {any} view What is drawn. */
  look(view) {
    const isSameRound = view.game.round === this.#round;
    this.#round = view.game.round;
    /** @type {Map<number, Seen>} */
    const ships = new Map();
    for (const { id, owner, x, y, hull } of view.all("Ship")) {
      const before = this.#ships.get(id);
      if (before && hull < before.hull) this.sparks.hit(x, y, this.ui.colour(owner));
      ships.set(id, { id, owner, x, y, hull });
    }
    for (const ship of this.#ships.values()) {
      if (ships.has(ship.id)) continue;
      if (isSameRound) this.#explode(ship); // a new round has new ships: nothing has happened to the old
    }
    if (!isSameRound) this.#gone.clear();
    this.#ships = ships;
  }

  /** @param {any} event @param {number} mine @param {import("./hud.js").Hud} hud */
  event(event, mine, hud) {
    const { ui } = this;
    if (event.kind === "Killed") {
      const ship = [...this.#ships.values()].find((it) => it.owner === event.victim);
      if (ship) this.#explode(ship);
      ui.say(killText(event, mine, (seat) => ui.name(seat)));
    } else if (event.kind === "RoundOver") {
      hud.shout(roundText(event, mine, (seat) => ui.name(seat)));
    } else if (event.kind === "Hit") {
      hud.hit();
    }
  }

  /** @param {Seen} ship */
  #explode(ship) {
    if (this.#gone.has(ship.id)) return;
    this.#gone.add(ship.id);
    this.sparks.explode(ship.x, ship.y, this.ui.colour(ship.owner));
  }
}

/**
 * @param {{ victim: number, by: number | null }} event
 * @param {number} mine
 * @param {(seat: number) => string} nameOf
 */
export function killText(event, mine, nameOf) {
  const victim = event.victim === mine ? "you" : nameOf(event.victim);
  if (event.by === null)
    return event.victim === mine ? "You fell into the star." : `${victim} fell into the star.`;
  return event.by === mine ? `You shot ${victim} down.` : `${nameOf(event.by)} shot ${victim} down.`;
}

/**
 * @param {{ round: number, winner: number | null }} event
 * @param {number} mine
 * @param {(seat: number) => string} nameOf
 */
export function roundText(event, mine, nameOf) {
  if (event.winner === null) return `Round ${event.round}: nobody wins`;
  return `Round ${event.round}: ${event.winner === mine ? "you win" : `${nameOf(event.winner)} wins`}`;
}
