// The reference work as a Colyseus room: node arena.js PORT [SEATS]
//
// Per seat one entity with x, y, vx, vy and the last input's number; each input changes the last three, each tick moves
// all. Positions and speeds are float32, as its users write them: 4 bytes each, where hundredths would be sent in 1 to 3.
'use strict';
const { Server, Room } = require('@colyseus/core');
const { WebSocketTransport } = require('@colyseus/ws-transport');
const { schema, t } = require('@colyseus/schema');

const PORT = Number(process.argv[2]);
const SEATS = Number(process.argv[3] || 8);
const INTERVAL_MS = 50;
setTimeout(() => process.exit(0), 300_000); // whatever becomes of who started it

const Mover = schema(
  { x: t.float32(), y: t.float32(), vx: t.float32(), vy: t.float32(), lastSeq: t.uint32() },
  'Mover',
);
const State = schema({ movers: t.map(Mover) }, 'State');

class Arena extends Room {
  constructor(...args) {
    super(...args);
    this.maxClients = SEATS;
    this.patchRate = INTERVAL_MS;
  }

  onCreate() {
    this.state = new State();
    this.setSimulationInterval((elapsedMs) => this.move(elapsedMs / 1000), INTERVAL_MS);
    this.onMessage('input', (client, input) => {
      const mover = this.state.movers.get(client.sessionId);
      if (!mover) return;
      mover.vx = input.vx;
      mover.vy = input.vy;
      mover.lastSeq = input.seq;
    });
  }

  onJoin(client) {
    const mover = new Mover();
    mover.x = 100 + Math.random() * 800;
    mover.y = 100 + Math.random() * 800;
    mover.vx = mover.vy = mover.lastSeq = 0;
    this.state.movers.set(client.sessionId, mover);
  }

  onLeave(client) {
    this.state.movers.delete(client.sessionId);
  }

  move(dt) {
    this.state.movers.forEach((mover) => {
      const x = mover.x + mover.vx * dt;
      const y = mover.y + mover.vy * dt;
      mover.x = x >= 0 && x <= 1000 ? x : 500;
      mover.y = y >= 0 && y <= 1000 ? y : 500;
    });
  }
}

const server = new Server({ greet: false, transport: new WebSocketTransport() });
server.define('arena', Arena);
server.listen(PORT, '127.0.0.1', 1024);
