/**
 * Rallypoint in browsers and in Node: come in, get a seat, play; lost connections resume by themselves.
 *
 *     import { connect, Identity } from "/sdk/rallypoint.js";
 *
 *     const identity = Identity.storage("mygame");
 *     const lobby = await connect("ws://localhost:8000", { name: "Ann", identity });
 *     const seat = await lobby.quickMatch("orbit");
 *     seat.hold(seat.inputs.Steer({ turn: 1, thrust: true }));
 *     requestAnimationFrame(() => draw(seat.view()));
 *
 * Other ways to a seat:
 *
 *     const seat = await lobby.create("fourline", { private: true }); // others join with seat.code
 *     const seat = await lobby.join({ code: "K7M2QX" });
 *     const list = lobby.sessions("orbit", { where: ["free > 0"] });
 *     const seat = await lobby.join(list.rows[0]);
 *     const seat = await seat.rematch();
 *     const seat = await lobby.play("ranked", { onWait: (waiting) => say(waiting.text) }); // with rules
 *     const party = await lobby.createParty(); // others join with party.code
 *
 * @module
 */

/** @typedef {import("./src/chat_log.js").Line} Line */
/** @typedef {import("./src/conditions.js").Where} Where */
/** @typedef {import("./src/events.js").GameEvent} GameEvent */
/** @typedef {import("./src/explanation.js").QueueExplanation} QueueExplanation */
/** @typedef {import("./src/explanation.js").RuleExplanation} RuleExplanation */
/** @typedef {import("./src/heartbeat.js").Timing} Timing */
/** @typedef {import("./src/leaderboard.js").Leaderboard} Leaderboard */
/** @typedef {import("./src/leaderboard.js").LeaderboardRow} LeaderboardRow */
/** @typedef {import("./src/listing.js").Change} Change */
/** @typedef {import("./src/lobby_core.js").LobbyState} LobbyState */
/** @typedef {import("./src/lobby_link.js").LobbyOptions} LobbyOptions */
/** @typedef {import("./src/lobby_queues.js").PlayOptions} PlayOptions */
/** @typedef {import("./src/messages.js").Attributes} Attributes */
/** @typedef {import("./src/messages.js").Bag} Bag */
/** @typedef {import("./src/messages.js").SessionRow} SessionRow */
/** @typedef {import("./src/party_state.js").PartyMember} PartyMember */
/** @typedef {import("./src/predicted.js").Predicted} Predicted */
/** @typedef {import("./src/seat_state.js").SeatState} SeatState */
/** @typedef {import("./src/session_id.js").MySeat} MySeat */
/** @typedef {import("./src/session_id.js").SessionName} SessionName */
/** @typedef {import("./src/updates.js").Update} Update */
/** @typedef {import("./src/entity_view.js").Entity} Entity */
/** @typedef {import("./src/entity_view.js").Player} Player */

export { Room } from "./src/chat.js";
export { SchemaCache } from "./src/classes.js";
export { CloseCode, policy } from "./src/close.js";
export { connect } from "./src/connect.js";
export {
  Closed,
  ConnectFailed,
  InvalidInput,
  Kicked,
  LobbyClosed,
  NotConnected,
  OnlyWatching,
  RallypointError,
  RequestRefused,
  SeatClosed,
  SessionGone,
  TakenOver,
  TooManyOutstanding,
  UpdateRequired,
} from "./src/errors.js";
export { Ended, Event, Refused } from "./src/events.js";
export { Explanation } from "./src/explanation.js";
export { TIMING } from "./src/heartbeat.js";
export { Identity } from "./src/identity.js";
export { Input } from "./src/inputs.js";
export { Lobby } from "./src/lobby.js";
export { LobbySeat } from "./src/lobby_seat.js";
export { Notice } from "./src/notice.js";
export { Party } from "./src/party.js";
export { ReadyCheck } from "./src/ready_check.js";
export { openReplay, Replay, ReplayUnavailable } from "./src/replay.js";
export { Seat, takeSeat } from "./src/seat.js";
export { SeatOffer } from "./src/seat_offer.js";
export { SeatStats } from "./src/seat_stats.js";
export { SessionList } from "./src/session_list.js";
export { statusText } from "./src/status.js";
export { EntityView, PlayerView, View } from "./src/view.js";
export { Waiting } from "./src/waiting.js";
