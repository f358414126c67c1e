/**
 * A list of sessions, as the server tells of it: the whole, and then what changes. Pure.
 *
 * @module
 */
/** @import { Listing, SessionRow } from "./messages.js" */
/**
 * What is different from the last time: rows that are `changed` are as they now are, those `removed` as they
 * were. All three are empty if only the totals changed.
 * @typedef {{ added: SessionRow[], changed: SessionRow[], removed: SessionRow[] }} Change
 */
/** The list, at most as long as was asked for, and what of it somebody has seen. */
export class Rows {
    total: number;
    /** @type {Record<string, number>} */
    counts: Record<string, number>;
    /** False until the whole list was told: what changes in another one is of no interest. */
    known: boolean;
    /** In the server's order. */
    get rows(): SessionRow[];
    /** The whole list will be told anew; until then, it stays as it was. */
    forget(): void;
    /**
     * Takes in what the server says.
     *
     * @param {Listing} listing
     */
    apply(listing: Listing): void;
    /**
     * What has changed since the last call, however often meanwhile; `null` if nothing has.
     *
     * @returns {Change | null}
     */
    takeChange(): Change | null;
    #private;
}
/**
 * What is different from the last time: rows that are `changed` are as they now are, those `removed` as they
 * were. All three are empty if only the totals changed.
 */
export type Change = {
    added: SessionRow[];
    changed: SessionRow[];
    removed: SessionRow[];
};
import type { SessionRow } from "./messages.js";
import type { Listing } from "./messages.js";
