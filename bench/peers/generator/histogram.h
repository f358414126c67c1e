// Log-linear histogram of microseconds, 0.2% exact: quantiles without keeping the values.
#pragma once
#include <math.h>

#include "clock.h"

#define EXACT 1024
#define HALF (EXACT / 2)
#define BINS (EXACT + HALF * 33)

typedef struct {
  u64 count[BINS];
  u64 n, max;
} histogram;

static inline void record(histogram *h, u64 us) {
  u32 i;
  if (us < EXACT) {
    i = (u32)us;
  } else {
    int shift = 63 - __builtin_clzll(us) - 9;
    i = EXACT + (u32)(shift - 1) * HALF + (u32)((us >> shift) - HALF);
  }
  h->count[i < BINS ? i : BINS - 1]++;
  h->n++;
  if (us > h->max) h->max = us;
}

static inline u64 bin_us(u32 i) {
  if (i < EXACT) return i;
  u32 k = i - EXACT;
  return ((u64)(k % HALF) + HALF) << (k / HALF + 1);
}

// The q-quantile in milliseconds; 0 of nothing.
static inline double quantile_ms(const histogram *h, double q) {
  if (!h->n) return 0;
  u64 wanted = (u64)ceil(q * (double)h->n), seen = 0;
  if (wanted < 1) wanted = 1;
  for (u32 i = 0; i < BINS; i++) {
    seen += h->count[i];
    if (seen >= wanted) return (double)bin_us(i) / 1000.0;
  }
  return (double)h->max / 1000.0;
}
