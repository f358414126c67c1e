/**
 * The policy for any close code, ours or RFC 6455's; `null` and unknown codes count as a broken connection.
 *
 * An unknown code in our own range (a newer server's) is retried too: the server's answer to the resume
 * decides.
 *
 * @param {number | null} code
 * @returns {ClosePolicy}
 */
export function policy(code: number | null): ClosePolicy;
/**
 * Why a connection was closed, whose fault it was, and what the client should do next: data, in one place.
 *
 * Codes below 4000 belong to RFC 6455 and to the WebSocket library; `policy` knows what to do about those as
 * well.
 *
 * @module
 */
/**
 * What a client does after a close: stop (trying again would end the same way); connect again, with backoff,
 * and resume with the newest token; start over from the lobby; ask the lobby where the session lives now,
 * then resume there; update.
 * @typedef {"never" | "resume" | "fresh" | "moved" | "update"} Retry
 */
/**
 * Whose fault a close, or an error, is.
 * @typedef {"nobody" | "client" | "network" | "game" | "server"} Fault
 */
/**
 * What a close code means: one row of `docs/close-codes.md`.
 * @typedef {{ readonly meaning: string, readonly fault: Fault, readonly retry: Retry }} ClosePolicy
 */
/** Application close codes (4000-4999). */
export const CloseCode: Readonly<{
    LEFT: 4000;
    ENDED: 4001;
    TAKEN_OVER: 4002;
    KICKED: 4003;
    MOVED: 4004;
    SHUTDOWN: 4005;
    CANCELLED: 4006;
    MALFORMED: 4010;
    UNEXPECTED: 4011;
    TOO_FAST: 4012;
    FIRST_FRAME_LATE: 4013;
    UPDATE: 4014;
    UNKNOWN: 4020;
    TOO_SLOW: 4021;
    SILENT: 4022;
    GAME_FAILED: 4030;
    SERVER_FAILED: 4031;
    FULL: 4032;
}>;
/**
 * What a client does after a close: stop (trying again would end the same way); connect again, with backoff,
 * and resume with the newest token; start over from the lobby; ask the lobby where the session lives now,
 * then resume there; update.
 */
export type Retry = "never" | "resume" | "fresh" | "moved" | "update";
/**
 * Whose fault a close, or an error, is.
 */
export type Fault = "nobody" | "client" | "network" | "game" | "server";
/**
 * What a close code means: one row of `docs/close-codes.md`.
 */
export type ClosePolicy = {
    readonly meaning: string;
    readonly fault: Fault;
    readonly retry: Retry;
};
