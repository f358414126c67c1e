/**
 * What is counted of one seat.
 *
 * @module
 */
/** Counts of one seat since it was taken. Bytes are those of messages, without frames. */
export class SeatStats {
    passes: number;
    bytesIn: number;
    bytesOut: number;
    /** Connections lost, for whatever reason. */
    losses: number;
    /** Times that the server let us in again. */
    resumes: number;
    /** Of these, with the whole state anew. */
    resyncs: number;
    /** Passes that did not fit: always a bug in the server or here. */
    desyncs: number;
    /** Channel hashes of the server that were compared with the state here. */
    hashChecks: number;
    /** Of these, different; each is also a desync. */
    hashMismatches: number;
    events: number;
    /** Events that the server had to drop before they got here. */
    eventsLost: number;
    /** Events that were here and that nobody took in time. */
    eventsDropped: number;
    /** Queued actions whose time ran out. */
    actionsExpired: number;
    /** Actions that could not be sent again, because the game has another schema now. */
    actionsLost: number;
}
