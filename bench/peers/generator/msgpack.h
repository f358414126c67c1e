// As much MessagePack as the protocols need. A reader that meets what it cannot read is `bad` from then on, and gives
// zeros: look at `bad` once, at the end.
#pragma once
#include <string.h>

#include "clock.h"

typedef struct {
  const u8 *p, *end;
  int bad;
} reader;

static inline u64 read_big(reader *r, u32 n) {
  u64 value = 0;
  if (r->bad || (u64)(r->end - r->p) < n) {
    r->bad = 1;
    return 0;
  }
  while (n--) value = value << 8 | *r->p++;
  return value;
}

static inline u8 read_first(reader *r) { return (u8)read_big(r, 1); }

static inline i64 read_int(reader *r) {
  u8 b = read_first(r);
  if (b < 0x80) return b;
  if (b >= 0xe0) return (int8_t)b;
  switch (b) {
    case 0xcc: return (i64)read_big(r, 1);
    case 0xcd: return (i64)read_big(r, 2);
    case 0xce: return (i64)read_big(r, 4);
    case 0xcf: return (i64)read_big(r, 8);
    case 0xd0: return (int8_t)read_big(r, 1);
    case 0xd1: return (int16_t)read_big(r, 2);
    case 0xd2: return (int32_t)read_big(r, 4);
    case 0xd3: return (i64)read_big(r, 8);
    default: r->bad = 1; return 0;
  }
}

static inline u32 read_array(reader *r) {
  u8 b = read_first(r);
  if ((b & 0xf0) == 0x90) return b & 15;
  if (b == 0xdc) return (u32)read_big(r, 2);
  if (b == 0xdd) return (u32)read_big(r, 4);
  r->bad = 1;
  return 0;
}

static inline u32 read_map(reader *r) {
  u8 b = read_first(r);
  if ((b & 0xf0) == 0x80) return b & 15;
  if (b == 0xde) return (u32)read_big(r, 2);
  r->bad = 1;
  return 0;
}

// Text or bytes: gives where they are.
static inline const u8 *read_text(reader *r, u32 *size) {
  u8 b = read_first(r);
  *size = 0;
  if ((b & 0xe0) == 0xa0) *size = b & 31;
  else if (b == 0xc4 || b == 0xd9) *size = (u32)read_big(r, 1);
  else if (b == 0xc5 || b == 0xda) *size = (u32)read_big(r, 2);
  else r->bad = 1;
  const u8 *at = r->p;
  if (r->bad || (u64)(r->end - r->p) < *size) {
    r->bad = 1;
    *size = 0;
    return at;
  }
  r->p += *size;
  return at;
}

static inline int read_nil(reader *r) {
  if (r->bad || r->p >= r->end || *r->p != 0xc0) return 0;
  r->p++;
  return 1;
}

static inline void skip(reader *r) {
  for (u64 left = 1; left && !r->bad; left--) {
    u8 b = read_first(r);
    u64 size = 0;
    if (b < 0x80 || b >= 0xe0 || b == 0xc0 || b == 0xc2 || b == 0xc3) continue;
    if (b < 0x90) left += 2 * (b & 15u);
    else if (b < 0xa0) left += b & 15u;
    else if (b < 0xc0) size = b & 31u;
    else switch (b) {
      case 0xc4: case 0xd9: size = read_big(r, 1); break;
      case 0xc5: case 0xda: size = read_big(r, 2); break;
      case 0xc6: case 0xdb: size = read_big(r, 4); break;
      case 0xcc: case 0xd0: size = 1; break;
      case 0xcd: case 0xd1: size = 2; break;
      case 0xca: case 0xce: case 0xd2: size = 4; break;
      case 0xcb: case 0xcf: case 0xd3: size = 8; break;
      case 0xdc: left += read_big(r, 2); break;
      case 0xdd: left += read_big(r, 4); break;
      case 0xde: left += 2 * read_big(r, 2); break;
      default: r->bad = 1;
    }
    if ((u64)(r->end - r->p) < size) r->bad = 1;
    else r->p += size;
  }
}

static inline u8 *put_big(u8 *p, u64 value, int n) {
  for (int i = n - 1; i >= 0; i--) *p++ = (u8)(value >> (8 * i));
  return p;
}

static inline u8 *put_uint(u8 *p, u64 value) {
  if (value < 0x80) return put_big(p, value, 1);
  if (value < 0x100) return put_big(put_big(p, 0xcc, 1), value, 1);
  if (value < 0x10000) return put_big(put_big(p, 0xcd, 1), value, 2);
  if (value < 0x100000000ull) return put_big(put_big(p, 0xce, 1), value, 4);
  return put_big(put_big(p, 0xcf, 1), value, 8);
}

static inline u8 *put_int(u8 *p, i64 value) { return value >= -32 && value < 0 ? put_big(p, (u8)value, 1) : put_uint(p, (u64)value); }

static inline u8 *put_float(u8 *p, double value) {
  u64 bits;
  memcpy(&bits, &value, 8);
  return put_big(put_big(p, 0xcb, 1), bits, 8);
}

// At most 255 bytes.
static inline u8 *put_text(u8 *p, const void *text, u32 size) {
  p = size < 32 ? put_big(p, 0xa0 | size, 1) : put_big(put_big(p, 0xd9, 1), size, 1);
  memcpy(p, text, size);
  return p + size;
}

static inline u8 *put_bytes(u8 *p, const void *bytes, u32 size) {
  p = put_big(put_big(p, 0xc4, 1), size, 1);
  memcpy(p, bytes, size);
  return p + size;
}
