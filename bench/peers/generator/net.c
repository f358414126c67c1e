// Sockets and WebSocket frames, the client's side.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blast.h"

static const u8 MASK[4] = {0x11, 0x22, 0x33, 0x44};
static u8 incoming[1 << 18];

int link_connect(client *c, int which) {
  link_ *l = &c->links[which];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((u16)opt.port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (void *)&to, sizeof to) < 0) {
    if (fd >= 0) close(fd);
    client_died(c, "connect");
    return 0;
  }
  struct linger at_once = {1, 0};  // closed with a reset: no port is left waiting
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  *l = (link_){.of = c, .fd = fd, .which = (u8)which, .state = HTTP, .kept = l->kept, .kept_max = l->kept_max};
  struct epoll_event watch = {.events = EPOLLIN, .data.ptr = l};
  epoll_ctl(watched_epoll(), EPOLL_CTL_ADD, fd, &watch);
  return 1;
}

void link_close(client *c, int which) {
  link_ *l = &c->links[which];
  if (l->fd >= 0) close(l->fd);
  l->fd = -1;
  l->state = CLOSED;
  l->kept_size = l->unsent_size = 0;
}

void link_raw(client *c, int which, const void *data, u32 size) {
  link_ *l = &c->links[which];
  if (l->unsent_size) {
    ssize_t sent = send(l->fd, l->unsent, l->unsent_size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) memmove(l->unsent, l->unsent + sent, l->unsent_size -= (u32)sent);
  }
  u32 taken = 0;
  if (!l->unsent_size) {
    ssize_t sent = send(l->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) taken = (u32)sent;
    else if (sent < 0 && errno != EAGAIN) return client_died(c, "send");
  }
  if (taken < size) {
    if (l->unsent_size + size - taken > 65536) return client_died(c, "the server reads nothing");
    l->unsent = realloc(l->unsent, l->unsent_size + size - taken);
    memcpy(l->unsent + l->unsent_size, (const u8 *)data + taken, size - taken);
    l->unsent_size += size - taken;
  }
}

void link_send(client *c, int which, int opcode, const u8 *payload, u32 size) {
  u8 frame[320];
  u32 head = 2;
  frame[0] = (u8)(0x80 | opcode);
  if (size < 126) {
    frame[1] = (u8)(0x80 | size);
  } else {
    frame[1] = 0x80 | 126;
    frame[2] = (u8)(size >> 8);
    frame[3] = (u8)size;
    head = 4;
  }
  memcpy(frame + head, MASK, 4);
  head += 4;
  for (u32 i = 0; i < size; i++) frame[head + i] = payload[i] ^ MASK[i & 3];
  link_raw(c, which, frame, head + size);
}

void link_upgrade(client *c, int which, const char *path, const char *headers) {
  char request[1024];
  int size = snprintf(request, sizeof request,
                      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                      path, opt.port, headers);
  c->links[which].state = UPGRADING;
  link_raw(c, which, request, (u32)size);
}

static void keep(link_ *l, const u8 *data, u32 size) {
  if (size > l->kept_max) {
    l->kept_max = size < 512 ? 512 : 2 * size;
    l->kept = realloc(l->kept, l->kept_max);
  }
  if (size) memmove(l->kept, data, size);
  l->kept_size = size;
}

static void frame_arrived(client *c, int which, int opcode, const u8 *data, u32 size) {
  switch (opcode) {
    case 9: return link_send(c, which, 10, data, size < 126 ? size : 125);
    case 10: return;
    case 8: {
      char why[64];
      snprintf(why, sizeof why, "closed with %d", size >= 2 ? data[0] << 8 | data[1] : 0);
      return client_died(c, why);
    }
    default: count_bad("frame"); return client_died(c, "a frame that nobody sends");
  }
}

void link_readable(link_ *l) {
  client *c = l->of;
  u32 have = l->kept_size;
  if (have) memcpy(incoming, l->kept, have);
  ssize_t got = recv(l->fd, incoming + have, sizeof incoming - have - 1, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0 && !(got == 0 && l->state == HTTP)) return client_died(c, got ? "reset" : "end of stream");
  have += (u32)got;
  const u8 *p = incoming, *end = incoming + have;
  if (l->state == HTTP) {
    incoming[have] = 0;
    keep(l, incoming, have);
    return spoken->http(c, (char *)incoming, have, got == 0);
  }
  if (l->state == UPGRADING) {
    u8 *head_end = memmem(incoming, have, "\r\n\r\n", 4);
    if (!head_end) return keep(l, incoming, have);
    if (memcmp(incoming, "HTTP/1.1 101", 12)) {
      fprintf(stderr, "refused: %.120s\n", incoming);
      return client_died(c, "upgrade refused");
    }
    l->state = OPEN;
    p = head_end + 4;
    spoken->opened(c, l->which);
  }
  while (end - p >= 2 && l->state == OPEN) {
    u64 size = p[1] & 127;
    u32 head = 2;
    if (size == 126) {
      if (end - p < 4) break;
      size = (u64)(p[2] << 8 | p[3]);
      head = 4;
    } else if (size == 127) {
      if (end - p < 10) break;
      size = 0;
      for (int i = 0; i < 8; i++) size = size << 8 | p[2 + i];
      head = 10;
    }
    if ((p[1] & 0x80) || (p[0] & 0x70) || !(p[0] & 0x80) || size > sizeof incoming / 2) {
      count_bad("frame");
      return client_died(c, "a frame that no server may send");
    }
    if ((u64)(end - p) < head + size) break;
    count_octets((u32)(head + size));
    if ((p[0] & 15) == 2) spoken->message(c, l->which, p + head, (u32)size);
    else frame_arrived(c, l->which, p[0] & 15, p + head, (u32)size);
    p += head + size;
  }
  if (l->state == OPEN) keep(l, p, (u32)(end - p));
}
