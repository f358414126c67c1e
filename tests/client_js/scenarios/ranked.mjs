// A queue with rules: why one waits, a ready check that is declined, a match; a party; a block list; a leaderboard.

import { errorOf, named, report, until } from "./scene.mjs";

const found = {};
const ann = await named("Ann");
const bob = await named("Bob");
const cid = await named("Cid");

// --- Ann waits, and is told why ---
const told = [];
const checks = [];
const playing = ann.play("ranked", {
  explainEveryS: 0.1,
  onWait: (waiting) => told.push(waiting),
  onReadyCheck: (check) => {
    checks.push(check);
    check.accept();
  },
});
const why = await until("she is told why", () => told.find(({ why }) => why?.queues[0].rules.length)?.why);
found.why = [why.queues.map(({ queue }) => queue), why.queues[0].rules.map(({ rule }) => rule).includes("rating"), why.text !== ""];
found.unknown = (await errorOf(bob.play("chess"))).code;

// --- Bob declines: he is out, and she keeps her place ---
found.declined = (await errorOf(bob.play("ranked", { onReadyCheck: (check) => check.decline() }))).code;
await until("she is told", () => checks[0].over);
found.off = [checks[0].over, checks[0].requeued];

// --- Cid comes, and both play ---
const [seat, other] = await Promise.all([playing, cid.play("ranked")]);
found.match = [seat.queue, seat.match !== "", seat.match === other.match, [seat.team, other.team].sort()];
found.over = checks.at(-1).over;
seat.act(seat.inputs.Resign());
await until("it is over", () => seat.ended && other.ended);
let board = await ann.leaderboard("ranked");
for (let tries = 0; board.total < 2 && tries < 200; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 20)); // results are written a moment later
  board = await ann.leaderboard("ranked");
}
found.board = [board.rows.map(({ name, games }) => [name, games]), board.total];
const around = await ann.leaderboard("ranked", { limit: 1, around: true });
found.around = [around.rows.map(({ name }) => name), around.me];
await ann.block(bob.player);
await ann.unblock(bob.player);

// --- a party ---
const party = await ann.createParty();
const mine = await bob.joinParty(party.code.toLowerCase());
await until("she sees him", () => party.members.length === 2);
found.notReady = (await errorOf(party.play("fourline"))).code;
found.notLeader = (await errorOf(bob.play("fourline"))).code;
await mine.ready();
await until("she sees that he is ready", () => party.members[1].ready);
found.tooLarge = (await errorOf(party.play("ranked"))).code;
const together = await Promise.all([party.play("fourline"), mine.play()]);
found.together = together[0].session === together[1].session;
await party.kick(bob.player);
await until("both are told", () => mine.over && party.members.length === 1);
found.kicked = [mine.over, bob.party, party.members.length];
await party.leave();
found.left = [party.over, ann.party];
report(found);
