// Lets N clients join, then play for a while, and prints what they saw as one line of JSON. See `usage`.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "blast.h"
#include "histogram.h"
#include "process.h"

options opt = {.game = "arena", .n = 80, .in_flight_max = 40, .hz = 20, .warm_s = 2, .measure_s = 4,
               .join_s_max = 40, .all_s_max = 90};
const protocol *spoken = &rallypoint_protocol;

static client *clients;
static int epoll, joining, seated, playing, dead, measuring;
static u64 snapshots, octets, inputs, missed, bad, last_joined_ns;
static char why_dead[80], why_bad[80];
static histogram shown_us, late_us, join_us, lag_us;

int watched_epoll(void) { return epoll; }

void count_octets(u32 size) { octets += measuring ? size : 0; }

void count_bad(const char *why) {
  bad++;
  snprintf(why_bad, sizeof why_bad, "%s", why);
}

double steer(client *c, int axis) {
  u32 mixed = c->seq * 7919u + c->index * 104729u + (u32)axis * 15485863u;
  return (double)((int)(mixed % 2001u) - 1000) / 100.0;
}

void client_died(client *c, const char *why) {
  if (c->dead) return;
  c->dead = 1;
  dead++;
  if (!c->seated) joining--;
  snprintf(why_dead, sizeof why_dead, "%s%s%s", why, errno ? ": " : "", errno ? strerror(errno) : "");
  link_close(c, DOOR);
  link_close(c, PLAY);
}

void client_seated(client *c) {
  if (c->seated) return;
  c->seated = 1;
  seated++;
  joining--;
}

void client_snapshot(client *c) {
  u64 now = now_ns();
  if (!c->playing) {
    c->playing = 1;
    playing++;
    last_joined_ns = now;
    record(&join_us, (now - c->started_ns) / 1000);
  }
  if (measuring) {
    snapshots++;
    c->snapshots++;
    if (c->last_ns) {
      double late = (double)(now - c->last_ns) - 1e9 / opt.hz;
      record(&late_us, late > 0 ? (u64)(late / 1000) : 0);
    }
  }
  c->last_ns = now;
}

void client_shown(client *c, u32 seq16) {
  u32 behind = (c->seq - seq16) & 0xffff, seq = c->seq - behind;
  if (behind > c->seq || seq <= c->seq_shown) return;
  c->seq_shown = seq;
  if (!measuring) return;
  if (behind >= RING) record(&shown_us, (u64)(RING * 1e6 / opt.hz));  // later than is remembered
  else record(&shown_us, (now_ns() - c->planned[seq % RING]) / 1000);
}

static void start_client(client *c) {
  joining++;
  c->started_ns = now_ns();
  spoken->start(c);
}

static void send_input(client *c, u64 planned) {
  u8 payload[256];
  u64 now = now_ns();
  if (c->links[PLAY].unsent_size) {
    missed += (u64)measuring;
    return link_raw(c, PLAY, "", 0);
  }
  c->seq++;
  c->planned[c->seq % RING] = planned;
  link_send(c, PLAY, 2, payload, spoken->input(c, payload));
  if (measuring) {
    inputs++;
    record(&lag_us, now > planned ? (now - planned) / 1000 : 0);
  }
}

static void pump(u64 until) {
  static struct epoll_event events[2048];
  u64 now = now_ns(), wait = until > now ? until - now : 0;
  struct timespec at_most = {0, (long)(wait > 20000000 ? 20000000 : wait)};
  int ready = epoll_pwait2(epoll, events, 2048, &at_most, NULL);
  for (int i = 0; i < ready; i++) {
    link_ *l = events[i].data.ptr;
    errno = 0;
    if (l->fd >= 0) link_readable(l);
  }
}

static void join_all(void) {
  u64 begun = now_ns(), give_up = begun + (u64)(opt.join_s_max * 1e9);
  int next = 0;
  while (playing + dead < opt.n && now_ns() < give_up) {
    while (next < opt.n && joining < opt.in_flight_max) start_client(&clients[next++]);
    pump(now_ns() + 5000000);
  }
}

// Inputs go out evenly over the interval, by a plan that does not wait for anything: input j is client j % n's.
static void play(double seconds, u64 begun, u64 *made) {
  double apart = 1e9 / (opt.hz * opt.n);
  u64 end = now_ns() + (u64)(seconds * 1e9);
  for (u64 now = now_ns(); now < end; now = now_ns()) {
    u64 due = begun + (u64)((double)*made * apart);
    for (int burst = 0; due <= now && burst < 64; burst++) {
      client *c = &clients[*made % (u64)opt.n];
      errno = 0;
      if (c->seated && !c->dead) send_input(c, due);
      due = begun + (u64)((double)++*made * apart);
    }
    pump(due < end ? due : end);
  }
}

static void out_of_time(int number) {
  static const char text[] = "{\"error\": \"out of time\"}\n";
  (void)number;
  _exit(write(1, text, sizeof text - 1) > 0 ? 3 : 4);
}

static void usage(int code) {
  fputs("blast --port P --speak rallypoint|colyseus|limit --pid SERVER [--n 80] [--hz 20] [--warm S] [--measure S]\n"
        "      [--game arena] [--in-flight 40] [--join-max S] [--all-max S]\n"
        "Joins N clients (IN-FLIGHT at a time, until each has its seat), plays WARM seconds, then measures. One line of JSON.\n",
        code ? stderr : stdout);
  exit(code);
}

static void read_options(int count, char **words) {
  static const struct option known[] = {
      {"port", 1, 0, 'p'}, {"speak", 1, 0, 's'}, {"pid", 1, 0, 'x'}, {"n", 1, 0, 'n'}, {"hz", 1, 0, 'r'},
      {"warm", 1, 0, 'w'}, {"measure", 1, 0, 'd'}, {"game", 1, 0, 'g'}, {"in-flight", 1, 0, 'c'},
      {"join-max", 1, 0, 'j'}, {"all-max", 1, 0, 'a'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0}};
  const protocol *all[] = {&rallypoint_protocol, &colyseus_protocol, &limit_protocol};
  for (int letter; (letter = getopt_long(count, words, "", known, 0)) >= 0;) {
    switch (letter) {
      case 'p': opt.port = atoi(optarg); break;
      case 'x': opt.server_pid = atoi(optarg); break;
      case 'n': opt.n = atoi(optarg); break;
      case 'r': opt.hz = atof(optarg); break;
      case 'w': opt.warm_s = atof(optarg); break;
      case 'd': opt.measure_s = atof(optarg); break;
      case 'g': opt.game = optarg; break;
      case 'c': opt.in_flight_max = atoi(optarg); break;
      case 'j': opt.join_s_max = atof(optarg); break;
      case 'a': opt.all_s_max = atof(optarg); break;
      case 's':
        spoken = 0;
        for (int i = 0; i < 3; i++)
          if (!strcmp(all[i]->name, optarg)) spoken = all[i];
        if (!spoken) usage(2);
        break;
      default: usage(letter == 'h' ? 0 : 2);
    }
  }
  if (opt.port <= 0 || opt.n < 1 || opt.n > 60000 || opt.hz <= 0 || opt.in_flight_max < 1 || opt.in_flight_max > 200)
    usage(2);
}

int main(int count, char **words) {
  read_options(count, words);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, out_of_time);
  alarm((unsigned)opt.all_s_max);
  epoll = epoll_create1(0);
  clients = calloc((size_t)opt.n, sizeof *clients);
  for (int i = 0; i < opt.n; i++) {
    clients[i].index = (u32)i;
    clients[i].links[0].fd = clients[i].links[1].fd = -1;
  }
  long rss_before = rss_kib_of(opt.server_pid);
  u64 begun_ns = now_ns(), made = 0;
  double join_cpu = cpu_of(opt.server_pid);
  join_all();
  join_cpu = cpu_of(opt.server_pid) - join_cpu;
  int joined = playing;
  u64 schedule = now_ns();
  play(opt.warm_s, schedule, &made);

  double server = cpu_of(opt.server_pid), own = cpu_self();
  u64 from = now_ns();
  measuring = 1;
  play(opt.measure_s, schedule, &made);
  measuring = 0;
  double took = (double)(now_ns() - from) / 1e9;
  server = cpu_of(opt.server_pid) - server;
  own = cpu_self() - own;

  int starved = 0;
  for (int i = 0; i < opt.n; i++) starved += (double)clients[i].snapshots < 0.9 * opt.hz * took;
  double pairs = (double)(snapshots + inputs) / 2, due = opt.hz * took * opt.n;
  printf("{\"n\": %d, \"joined\": %d, \"dead\": %d, \"starved\": %d, \"bad\": %llu, \"why_dead\": \"%s\", \"why_bad\": \"%s\", ",
         opt.n, joined, dead, starved, (unsigned long long)bad, why_dead, why_bad);
  printf("\"join_s\": %.3f, \"join_p50_ms\": %.2f, \"join_p99_ms\": %.2f, \"join_cpu_s\": %.2f, ",
         joined ? (double)(last_joined_ns - begun_ns) / 1e9 : 0, quantile_ms(&join_us, .5), quantile_ms(&join_us, .99), join_cpu);
  printf("\"seconds\": %.3f, \"snapshots\": %llu, \"inputs\": %llu, \"inputs_missed\": %llu, \"snapshot_ratio\": %.4f, ",
         took, (unsigned long long)snapshots, (unsigned long long)inputs, (unsigned long long)missed, (double)snapshots / due);
  printf("\"bytes_per_client_s\": %.1f, \"server_cpu\": %.4f, \"generator_cpu\": %.4f, \"us_per_pair\": %.3f, ",
         (double)octets / took / opt.n, server / took, own / took, pairs > 0 ? server * 1e6 / pairs : 0);
  printf("\"shown_n\": %llu, \"shown_p50_ms\": %.3f, \"shown_p99_ms\": %.3f, \"late_p50_ms\": %.3f, \"late_p99_ms\": %.3f, "
         "\"lag_p99_ms\": %.3f, \"rss_before_kib\": %ld, \"rss_kib\": %ld}\n",
         (unsigned long long)shown_us.n, quantile_ms(&shown_us, .5), quantile_ms(&shown_us, .99), quantile_ms(&late_us, .5),
         quantile_ms(&late_us, .99), quantile_ms(&lag_us, .99), rss_before, rss_kib_of(opt.server_pid));
  return 0;
}
