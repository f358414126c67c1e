/** Bytes in go to the receiver, bytes out through `send`; nothing waits. */
export class Connection {
    /**
     * @param {WebSocketClass} WebSocketOf
     * @param {string} url
     * @param {Receiver} receiver
     * @throws {SyntaxError} that is no address (as `DOMException`)
     */
    constructor(WebSocketOf: WebSocketClass, url: string, receiver: Receiver);
    /** When nothing of it is left. */
    closed: Promise<undefined>;
    /** @param {Uint8Array} payload */
    send(payload: Uint8Array): void;
    /**
     * Closes it, without listening to it any longer.
     *
     * @param {number} code 1000, or one of 3000 to 4999: pages may send no other
     * @param {string} reason
     * @param {boolean} cut nobody is there: where the platform can, do not say good-bye either
     */
    drop(code: number, reason: string, cut: boolean): void;
    #private;
}
export type WebSocketClass = new (url: string, protocols: string) => WebSocket;
/**
 * What a connection tells. `lost` comes once, unless `drop` came first: after that nothing is told any more.
 * `opened` in it is false if there never was a connection: no page is told why.
 */
export type Receiver = {
    opened(): void;
    received(payload: Uint8Array): void;
    lost(code: number | null, reason: string, opened: boolean): void;
};
