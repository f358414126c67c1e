// Two clients play games/fourline in a private room: node fourline.mjs ws://127.0.0.1:8000
// In the middle of the game one of them loses its connection and comes back. Prints one line of JSON.

import { Lobby, Session } from './client.mjs';

const NAMES = ['Ann', 'Bob'];
const KILLED = 1; // the seat whose connection breaks,
const KILLED_AT = 5; // with the first disc of its own from this move on,
const AWAY_MS = 1500; // for so long
const RUNNING = 1;
const AWAY = 1;

const report = { result: null, drops: 0, resumes: 0, moves: '', crc_checked: 0, crc_failed: 0 };
Object.assign(report, { countdown_s: [], events: [] });
const note = (...words) => report.events.push(words.join(' '));

// ---- how they play: win, or else stop the other, or else drop a disc as near to the middle as one can ----

function discs(moves) {
  const columns = Array.from({ length: 7 }, () => []);
  [...moves].forEach((column, at) => columns[column].push(at % 2));
  return columns;
}

function wins(columns, column, seat) {
  const row = columns[column].length;
  const along = (dx, dy) => {
    let count = 0;
    while (columns[column + dx * (count + 1)]?.[row + dy * (count + 1)] === seat) count++;
    return count;
  };
  return [[1, 0], [0, 1], [1, 1], [1, -1]].some(([dx, dy]) => along(dx, dy) + along(-dx, -dy) >= 3);
}

function choose(moves, seat) {
  const columns = discs(moves);
  const free = [3, 2, 4, 1, 5, 0, 6].filter((column) => columns[column].length < 6);
  const winning = (who) => free.find((column) => wins(columns, column, who));
  return winning(seat) ?? winning(1 - seat) ?? free[0];
}

// ---- the clients ----

function follow(session, name) {
  const other = 1 - session.seat;
  let decided = -1; // at which number of moves the last disc was dropped
  let wasAway = false;
  note(name, session.outcome);

  const countdown = () => {
    const { state, away_until_ms: until } = session.playerIn(other);
    if (state === AWAY) report.countdown_s.push((until - session.nowMs) / 1000);
  };

  session.on('pass', () => {
    const { status, moves, turn } = session.game;
    const isAway = session.playerIn(other)?.state === AWAY;
    if (isAway !== wasAway) note(name, 'sees', NAMES[other], isAway ? 'away' : 'back');
    if (isAway && !wasAway) [0, AWAY_MS / 2].forEach((ms) => setTimeout(countdown, ms));
    wasAway = isAway;
    report.moves = moves.length > report.moves.length ? moves : report.moves;
    if (status !== RUNNING || turn !== session.seat || moves.length === decided) return;
    decided = moves.length;
    session.input('Drop', { column: choose(moves, session.seat) });
    if (session.seat !== KILLED || moves.length < KILLED_AT || report.drops) return;
    report.drops++;
    note(name, 'loses the connection');
    session.drop(AWAY_MS); // the disc may be on its way, or lost: it is sent again if it was
  });
  session.on('up', () => {
    note(name, session.outcome);
    if (session.outcome === 'resumed') report.resumes++;
  });
  session.on('event', ({ name: kind, fields }) => {
    note(name, kind);
    if (kind !== 'ended') return;
    if (report.result && JSON.stringify(report.result) !== JSON.stringify(fields[0])) note('two different results');
    report.result = fields[0];
  });
  session.on('closed', ({ code }) => note(name, 'closed', code));
}

async function main(url) {
  const lobbies = NAMES.map((name) => new Lobby(url, { name }));
  await Promise.all(lobbies.map((lobby) => lobby.ready));
  const opened = await lobbies[0].request('create', 'fourline', {}, { title: 'strangers' }, true);
  const joined = await lobbies[1].request('join', '', ` ${opened.code.toLowerCase()} `);
  const sessions = [new Session(lobbies[0], opened), new Session(lobbies[1], joined)];
  for (const [at, session] of sessions.entries()) session.once('up', () => follow(session, NAMES[at]));
  await Promise.all(sessions.map((session) => session.ready));
  lobbies[0].drop(); // lobbies come back by themselves, and answer what was asked meanwhile
  await lobbies[0].request('locate', sessions[0].id, sessions[0].token);
  note('Ann lobby answers');

  await Promise.all(sessions.map((session) => session.closed));
  for (const { crcs } of sessions) {
    report.crc_checked += crcs.checked;
    report.crc_failed += crcs.failed;
  }
  await Promise.all(lobbies.map((lobby) => lobby.leave()));
}

const late = setTimeout(() => {
  console.error('took too long:', JSON.stringify(report));
  process.exit(1);
}, 60_000);
await main(process.argv[2]);
clearTimeout(late);
console.log(JSON.stringify(report));
