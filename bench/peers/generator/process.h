// What the kernel says of the server's process and of ours.
#pragma once
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static inline double cpu_of(int pid) {  // seconds, all its threads
  char path[64], line[1024];
  unsigned long user, system;
  double seconds = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fgets(line, sizeof line, file)) {
    char *after = strrchr(line, ')');
    if (after && sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
      seconds = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
  }
  fclose(file);
  return seconds;
}

static inline long rss_kib_of(int pid) {
  char path[64];
  long all, resident = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%ld %ld", &all, &resident) != 2) resident = 0;
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static inline double cpu_self(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}
