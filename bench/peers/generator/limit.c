// The C server: an input of 32 bytes whose first 8 a snapshot of 200 bytes shows in its sender's slot.
#include <string.h>

#include "blast.h"

static void start(client *c) {
  if (link_connect(c, PLAY)) link_upgrade(c, PLAY, "/", "");
}

static void http(client *c, const char *text, u32 size, int eof) {
  (void)text, (void)size, (void)eof;
  client_died(c, "http");
}

static void opened(client *c, int which) { (void)c, (void)which; }

static void message(client *c, int which, const u8 *data, u32 size) {
  (void)which;
  if (size == 4) {
    memcpy(&c->seat, data, 4);
    return client_seated(c);
  }
  u32 tick, slot = 8 + 8 * c->seat;
  if (size < slot + 8) return count_bad("snapshot");
  memcpy(&tick, data, 4);
  if (tick <= c->tick) count_bad("tick");
  c->tick = tick;
  client_snapshot(c);
  u64 shown;
  memcpy(&shown, data + slot, 8);
  client_shown(c, (u32)shown);
}

static u32 input(client *c, u8 *out) {
  u64 seq = c->seq;
  memset(out, 0x5a, 32);
  memcpy(out, &seq, 8);
  memcpy(out + 8, &c->seq, 4);
  return 32;
}

const protocol limit_protocol = {"limit", start, http, opened, message, input};
