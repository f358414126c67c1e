// Colyseus 0.18: matchmaking by HTTP, then the room's WebSocket. A join is acknowledged, the whole state follows, then
// patches.
//
// No patch says when an input was sent, but each carries the `lastSeq` of all players. A client's sequences begin with
// its own number (16 bits), so its newest one can be found in a patch without decoding the rest: the five bytes of
// `set field 4 to <number><sequence>` do not come about by chance.
#include <stdio.h>
#include <string.h>

#include "blast.h"
#include "msgpack.h"

enum { JOIN_ROOM = 10, ERROR = 11, ROOM_DATA = 13, ROOM_STATE = 14, ROOM_STATE_PATCH = 15 };
enum { SET_LAST_SEQ = 0x80 | 4 };  // the operation, and the field's number

static void start(client *c) {
  char request[512];
  if (!link_connect(c, DOOR)) return;
  int size = snprintf(request, sizeof request,
                      "POST /matchmake/joinOrCreate/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                      "Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: 2\r\n"
                      "Connection: close\r\n\r\n{}",
                      opt.game, opt.port);
  link_raw(c, DOOR, request, (u32)size);
}

static int value_of(const char *json, const char *key, char *out, size_t max) {
  char pattern[32];
  snprintf(pattern, sizeof pattern, "\"%s\":\"", key);
  const char *at = strstr(json, pattern);
  if (!at) return 0;
  at += strlen(pattern);
  size_t size = strcspn(at, "\"");
  if (at[size] != '"' || size >= max) return 0;
  memcpy(out, at, size);
  out[size] = 0;
  return 1;
}

static void http(client *c, const char *text, u32 size, int eof) {
  char session[64], room[64], process[64], path[256];
  (void)size;
  if (value_of(text, "sessionId", session, 64) && value_of(text, "roomId", room, 64) &&
      value_of(text, "processId", process, 64)) {
    link_close(c, DOOR);
    snprintf(path, sizeof path, "/%s/%s?sessionId=%s", process, room, session);
    if (link_connect(c, PLAY)) link_upgrade(c, PLAY, path, "");
  } else if (eof) {
    fprintf(stderr, "bad answer of the matchmaker: %.200s\n", text);
    client_died(c, "matchmaking");
  }
}

static void opened(client *c, int which) { (void)c, (void)which; }

static u32 newest(const client *c, const u8 *data, u32 size) {
  for (const u8 *p = data, *last = data + size - 5; p <= last; p++) {
    if (*p != SET_LAST_SEQ) continue;
    u32 value = (u32)p[1] | (u32)p[2] << 8 | (u32)p[3] << 16 | (u32)p[4] << 24;
    if (value >> 16 == c->index + 1) return value & 0xffff;
  }
  return 0;
}

static void message(client *c, int which, const u8 *data, u32 size) {
  const u8 acknowledged[1] = {JOIN_ROOM};
  (void)which;
  switch (size ? data[0] : 0) {
    case JOIN_ROOM:
      link_send(c, PLAY, 2, acknowledged, 1);
      return client_seated(c);
    case ERROR: return count_bad("error");
    case ROOM_STATE:
      if (!c->playing) client_snapshot(c);  // the first, whole: later ones are patches
      return;
    case ROOM_STATE_PATCH: {
      client_snapshot(c);
      u32 seq = newest(c, data, size);
      if (seq) client_shown(c, seq);
      return;
    }
    default: return;
  }
}

static u32 input(client *c, u8 *out) {
  u8 *p = out;
  *p++ = ROOM_DATA;
  p = put_text(p, "input", 5);
  *p++ = 0x83;
  p = put_float(put_text(p, "vx", 2), steer(c, 0));
  p = put_float(put_text(p, "vy", 2), steer(c, 1));
  p = put_text(p, "seq", 3);
  p = put_uint(p, (c->index + 1) << 16 | (c->seq & 0xffff));
  return (u32)(p - out);
}

const protocol colyseus_protocol = {"colyseus", start, http, opened, message, input};
