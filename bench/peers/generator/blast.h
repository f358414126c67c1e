// A load generator for three servers: one thread, one epoll, WebSocket framing by hand.
//
// Each client has up to two links: the one that it is let in by (Colyseus' HTTP request, Rallypoint's lobby) and the one
// that it plays on. A protocol says what is sent and read; everything else is the same for all.
#pragma once
#include "clock.h"

enum { DOOR, PLAY };
enum link_state { IDLE, HTTP, UPGRADING, OPEN, CLOSED };

typedef struct client client;

typedef struct {
  client *of;
  int fd;
  u8 which;
  u8 state;
  u8 *kept;  // the first part of a frame
  u32 kept_size, kept_max;
  u8 *unsent;  // what the kernel did not take
  u32 unsent_size;
} link_;

#define RING 64

struct client {
  link_ links[2];
  u32 index;
  u8 seated;   // may send inputs
  u8 playing;  // has had its first snapshot
  u8 dead;
  u8 answered;  // protocol's own
  u32 seat;
  u32 seq;        // of the last input
  u32 seq_shown;  // newest own input that a snapshot showed
  u64 planned[RING];  // when each of the last inputs was to be sent
  u64 started_ns, last_ns;
  u64 tick, tick_told, epoch, event;
  u64 snapshots;  // while measuring
};

typedef struct {
  const char *name;
  void (*start)(client *c);
  void (*http)(client *c, const char *text, u32 size, int eof);  // what came on a link that is no WebSocket
  void (*opened)(client *c, int which);
  void (*message)(client *c, int which, const u8 *data, u32 size);
  u32 (*input)(client *c, u8 *out);  // the payload of the next input, at most 200 bytes; `c->seq` is its number
} protocol;

extern const protocol limit_protocol, colyseus_protocol, rallypoint_protocol;

typedef struct {
  const char *game;
  int port, n, server_pid, in_flight_max;
  double hz, warm_s, measure_s, join_s_max, all_s_max;
} options;

extern options opt;
extern const protocol *spoken;

// net.c
int link_connect(client *c, int which);
void link_upgrade(client *c, int which, const char *path, const char *headers);
void link_raw(client *c, int which, const void *data, u32 size);
void link_send(client *c, int which, int opcode, const u8 *payload, u32 size);  // at most 300 bytes
void link_close(client *c, int which);
void link_readable(link_ *l);

// blast.c: what protocols report
void client_seated(client *c);
void client_snapshot(client *c);
void client_shown(client *c, u32 seq);  // a snapshot shows this own input
void client_died(client *c, const char *why);
void count_octets(u32 octets);
void count_bad(const char *why);
int watched_epoll(void);
double steer(client *c, int axis);  // -10 to 10, in hundredths, another one with each input
