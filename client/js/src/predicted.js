/**
 * What `seat.predict` gives: the player's own entity, drawn where its inputs have it already.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { Motion } from "./motion.js";
import { Pacing } from "./pacing.js";
import { Prediction } from "./prediction.js";

/** @import { Classes } from "./classes.js" */
/** @import { Step } from "./prediction.js" */
/** @import { Schema } from "./schema.js" */

/**
 * `holds`: the hold classes that the step reads (all); `acts(entity, action)` is called before it for each
 * action of that tick, for actions that change the entity; `place`: the fields that say where the entity is
 * (those of x, y and z that move); a correction by more than `snap` (100), in their units, is not smoothed.
 * @typedef {object} PredictOptions
 * @property {string[]} [holds]
 * @property {((entity: any, action: any) => unknown) | null} [acts]
 * @property {string[]} [place]
 * @property {number} [snap]
 */

/**
 * See `Seat.predict`, which throws what this does.
 *
 * @param {Classes} classes
 * @param {string} kind
 * @param {Step} step
 * @param {PredictOptions} [options]
 */
export function makePrediction(classes, kind, step, { holds, acts, place, snap } = {}) {
  const { schema } = classes;
  if (!schema.tickHz) throw new RangeError(`${schema.game} is turn-based: there are no ticks to predict`);
  const known = schema.inputs.filter(({ hold }) => hold).map(({ name }) => name);
  const wrong = holds?.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    const has = [...known].sort().join(", ") || "none";
    throw new RangeError(`${schema.game} has no hold '${wrong}', but ${has}`);
  }
  const tickMs = 1000 / schema.tickHz;
  const defaults = Object.fromEntries((holds ?? known).map((name) => [name, classes.inputs[name]()]));
  const motion = Motion.of(definitionOf(schema, kind), place);
  const pacing = new Pacing(tickMs, schema.inputBufferTicks);
  return new Prediction(motion, pacing, tickMs, step, defaults, { acts, snap });
}

/**
 * @param {Schema} schema
 * @param {string} kind
 */
function definitionOf({ game, entities }, kind) {
  const own = entities.slice(2);
  const found = own.find(({ name }) => name === kind);
  if (found !== undefined) return found;
  const has = own.map(({ name }) => name).join(", ");
  throw new RangeError(`${game} has no entity class '${kind}', but ${has}`);
}

/** Of one seat. */
export class Predicted {
  /**
   * Called once when predictions go on being wrong although all inputs were in time.
   * @type {((predicted: Predicted) => unknown) | null}
   */
  onDiverged = null;
  #prediction;
  #look;
  #told = false;

  /**
   * @param {Prediction} prediction
   * @param {string} kind
   * @param {() => Record<string, any> | null} look gives the entity as it is to be drawn now
   */
  constructor(prediction, kind, look) {
    /** The entity's class. */
    this.kind = kind;
    this.#prediction = prediction;
    this.#look = look;
  }

  /**
   * The entity as it is to be drawn now: its public fields, and its `id`. Call it once a frame.
   *
   * `null` while the player has none. It is made anew each time, and nobody else uses it.
   */
  view() {
    return this.#look();
  }

  /** How far off the entity was, when the newest state's tick was predicted; in units of its fields. */
  get correction() {
    return this.#prediction.correction;
  }

  /** What was counted. */
  get stats() {
    const { stats, pacing } = this.#prediction;
    stats.lateInputs = pacing.late;
    stats.earlyInputs = pacing.early;
    stats.leadMs = pacing.leadMs;
    return stats;
  }

  /** True once predictions went on being wrong although all inputs were in time. */
  get diverged() {
    return this.#prediction.diverged;
  }

  /** After each pass: warns once. For the seat. */
  lookForDivergence() {
    if (!this.#prediction.diverged || this.#told) return;
    this.#told = true;
    console.warn(
      `rallypoint: the predicted ${this.kind} goes on being wrong (now by ${this.correction}): its step is not` +
        " what the server does, or the server moves it in other ways too",
    );
    call(this.onDiverged, this);
  }
}
