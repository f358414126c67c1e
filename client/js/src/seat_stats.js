/**
 * What is counted of one seat.
 *
 * @module
 */

/** Counts of one seat since it was taken. Bytes are those of messages, without frames. */
export class SeatStats {
  passes = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Connections lost, for whatever reason. */
  losses = 0;
  /** Times that the server let us in again. */
  resumes = 0;
  /** Of these, with the whole state anew. */
  resyncs = 0;
  /** Passes that did not fit: always a bug in the server or here. */
  desyncs = 0;
  /** Channel hashes of the server that were compared with the state here. */
  hashChecks = 0;
  /** Of these, different; each is also a desync. */
  hashMismatches = 0;
  events = 0;
  /** Events that the server had to drop before they got here. */
  eventsLost = 0;
  /** Events that were here and that nobody took in time. */
  eventsDropped = 0;
  /** Queued actions whose time ran out. */
  actionsExpired = 0;
  /** Actions that could not be sent again, because the game has another schema now. */
  actionsLost = 0;
}
