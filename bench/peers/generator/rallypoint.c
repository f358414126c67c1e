// rallypoint.v1, as docs/protocol.md has it: hello on the lobby and a quick match, the seat on the session's own link;
// every pass read whole, acknowledged by the tick in the next input. The lobby's link stays, as a real client's does.
#include <stdio.h>
#include <string.h>

#include "blast.h"
#include "msgpack.h"

enum { HELLO = 1, TAKE_SEAT = 3, PROVED = 4, ACK = 5, QUICK_MATCH = 16, FIRST_INPUT = 64 };
enum { WELCOME = 32, ANSWER = 33, PUSH = 34, SEATED = 40, PASS = 41 };
enum { VERSION = 1, ACK_EVERY_TICKS = 5 };

static const char *const SUBPROTOCOL = "Sec-WebSocket-Protocol: rallypoint.v1\r\n";

// What `matched` gave, from then until the session's link is open: few clients join at a time.
typedef struct {
  client *of;
  char session[65], path[128];
  u8 token[64];
  u32 token_size;
} offer;

static offer offers[256];

static offer *offer_of(client *c) {
  for (u32 i = 0; i < 256; i++)
    if (offers[i].of == c) return &offers[i];
  return 0;
}

static void start(client *c) {
  if (link_connect(c, DOOR)) link_upgrade(c, DOOR, "/lobby", SUBPROTOCOL);
}

static void http(client *c, const char *text, u32 size, int eof) {
  (void)text, (void)size, (void)eof;
  client_died(c, "http");
}

static void send_words(client *c, int which, const u8 *from, const u8 *to) { link_send(c, which, 2, from, (u32)(to - from)); }

static void acknowledge(client *c, int which, u64 epoch, u64 tick, u64 event) {
  u8 out[64], *p = out;
  *p++ = 0x94;
  p = put_uint(put_uint(put_uint(put_uint(p, ACK), epoch), tick), event);
  send_words(c, which, out, p);
}

static void prove(client *c, int which) {
  const u8 out[2] = {0x91, PROVED};
  link_send(c, which, 2, out, 2);
}

static void opened(client *c, int which) {
  u8 out[256], *p = out;
  if (which == DOOR) {
    char name[16];
    int size = snprintf(name, sizeof name, "p%u", c->index);
    *p++ = 0x93;
    p = put_text(put_uint(put_uint(p, HELLO), VERSION), name, (u32)size);
  } else {
    offer *o = offer_of(c);
    if (!o) return client_died(c, "no offer");
    *p++ = 0x94;
    p = put_text(put_uint(put_uint(p, TAKE_SEAT), VERSION), o->session, (u32)strlen(o->session));
    p = put_bytes(p, o->token, o->token_size);
    o->of = 0;
  }
  send_words(c, which, out, p);
}

static void copy_text(char *to, u32 max, const u8 *text, u32 size) {
  if (size >= max) size = max - 1;
  memcpy(to, text, size);
  to[size] = 0;
}

static void matched(client *c, reader *r) {
  offer *o = offer_of(0);
  if (!o) return client_died(c, "too many join at a time");
  o->token_size = 0;
  o->session[0] = o->path[0] = 0;
  for (u32 left = read_map(r); left && !r->bad; left--) {
    u32 key_size, size;
    const u8 *key = read_text(r, &key_size), *value = r->p;
    if (key_size == 7 && !memcmp(key, "session", 7)) {
      value = read_text(r, &size);
      copy_text(o->session, sizeof o->session, value, size);
    } else if (key_size == 3 && !memcmp(key, "url", 3)) {
      value = read_text(r, &size);
      if (size && *value != '/') {  // absolute: this server's own, so its path is enough
        for (u32 slashes = 0; size && (slashes += *value == '/') < 3; value++, size--) {}
      }
      copy_text(o->path, sizeof o->path, value, size);
    } else if (key_size == 5 && !memcmp(key, "token", 5)) {
      value = read_text(r, &size);
      if (size <= sizeof o->token) memcpy(o->token, value, o->token_size = size);
    } else {
      skip(r);
    }
  }
  if (r->bad || !o->token_size || !o->path[0]) return client_died(c, "a match without a seat");
  o->of = c;
  if (link_connect(c, PLAY)) link_upgrade(c, PLAY, o->path, SUBPROTOCOL);
}

static void from_lobby(client *c, reader *r, i64 kind) {
  u32 size;
  const u8 *text;
  if (kind == WELCOME) {
    u8 out[128], *p = out;
    prove(c, DOOR);
    *p++ = 0x93;
    p = put_text(put_uint(put_uint(p, QUICK_MATCH), 1), opt.game, (u32)strlen(opt.game));
    send_words(c, DOOR, out, p);
  } else if (kind == ANSWER) {
    read_int(r);
    skip(r);
    if (r->p == r->end) return;  // no error was appended
    text = read_text(r, &size);
    if (size) {
      fprintf(stderr, "the lobby said: %.*s\n", (int)size, (const char *)text);
      client_died(c, "refused by the lobby");
    }
  } else if (kind == PUSH) {
    u64 n = (u64)read_int(r);
    text = read_text(r, &size);
    acknowledge(c, DOOR, 0, 0, n);
    if (size == 7 && !memcmp(text, "matched", 7) && !c->links[PLAY].state) matched(c, r);
  }
}

static void seated(client *c, reader *r) {
  u32 size;
  skip(r);
  read_text(r, &size);
  c->seat = (u32)read_int(r);
  skip(r);
  c->epoch = (u64)read_int(r);
  if (r->bad) return client_died(c, "bad seated");
  prove(c, PLAY);
  client_seated(c);
}

// `[seat part or nil, head, parts]`, to the last byte. Says which of our inputs is the newest that it shows.
static void pass(client *c, reader *r, u32 count) {
  if (!read_nil(r)) {
    u32 items = read_array(r);
    for (u32 i = 0; i < items; i++) {
      if (i || read_nil(r)) {
        if (i) skip(r);
        continue;
      }
      for (u32 events = read_array(r); events && !r->bad; events--) {
        u32 elements = read_array(r);
        c->event = (u64)read_int(r);
        while (--elements && !r->bad) skip(r);
      }
    }
  }
  u32 items = read_array(r), size = 0;
  u64 epoch = (u64)read_int(r), tick = (u64)read_int(r);
  read_int(r);
  read_int(r);
  const u8 *applied = items > 4 ? read_text(r, &size) : 0;
  for (u32 i = 5; i < items; i++) skip(r);
  for (u32 i = 3; i < count; i++) skip(r);
  if (r->bad || r->p != r->end || count < 4) return count_bad("pass");
  if (epoch == c->epoch && tick <= c->tick && c->playing) count_bad("tick");
  c->epoch = epoch;
  c->tick = tick;
  client_snapshot(c);
  if (size >= 2 * c->seat + 2) client_shown(c, (u32)(applied[2 * c->seat] << 8 | applied[2 * c->seat + 1]));
  if (tick >= c->tick_told + ACK_EVERY_TICKS) {
    acknowledge(c, PLAY, epoch, tick, c->event);
    c->tick_told = tick;
  }
}

static void message(client *c, int which, const u8 *data, u32 size) {
  reader r = {data, data + size, 0};
  u32 count = read_array(&r);
  i64 kind = read_int(&r);
  if (r.bad) return count_bad("message");
  if (which == DOOR) from_lobby(c, &r, kind);
  else if (kind == PASS) pass(c, &r, count);
  else if (kind == SEATED) seated(c, &r);
}

static u32 input(client *c, u8 *out) {
  u8 *p = out;
  *p++ = 0x96;
  p = put_uint(put_uint(p, FIRST_INPUT), c->seq);
  p = put_int(p, c->playing ? (i64)c->tick : -1);
  p = put_float(put_float(p, steer(c, 0)), steer(c, 1));
  p = put_uint(p, c->seq);
  c->tick_told = c->tick;
  return (u32)(p - out);
}

const protocol rallypoint_protocol = {"rallypoint", start, http, opened, message, input};
