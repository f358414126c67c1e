/** @type {Map<unknown, Reader<Messages.LobbyReply>>} */
export const LOBBY_READERS: Map<unknown, Reader<Messages.LobbyReply>>;
/** @type {Map<unknown, Reader<Messages.SessionReply>>} */
export const SESSION_READERS: Map<unknown, Reader<Messages.SessionReply>>;
export type Reader<T> = (message: any[]) => T;
import type * as Messages from "./messages.js";
