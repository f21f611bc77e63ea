// DEFLATE (RFC 1951) for filtered pixels of photographs. These are noise around zero: what is gained by looking for
// repeats is little, and nearly all of it is in runs. So only runs are looked for, eight bytes at a time, and the work
// goes into Huffman codes of their own for every 64 KiB.

#include "deflate_runs.h"

#include "huffman.h"

#include <string.h>

enum {
  MIN_RUN = 4,
  MAX_RUN = 258,
  BLOCK_SIZE = 1 << 16,  // input bytes after which a block ends
  MAX_TOKENS = BLOCK_SIZE / MIN_RUN + 1,
  MAX_STORED = 65535,
  LITERALS_AND_LENGTHS = 286,
  DISTANCES = 6,         // symbols for distances of 1 to 8 bytes
  END_OF_BLOCK = 256,
  MAX_BITS = 14,         // of a literal's code, where 15 are allowed: four fit 63 bits with what waits
};

/// Literals as they are in the input, then a run: bytes that are each the same as the one `distance` before (none if
/// `length` is 0).
typedef struct token {
  uint32_t literals, length;
} token;

typedef struct workspace {
  token tokens[MAX_TOKENS];
  uint32_t histogram[4][256];
} workspace;

/// Bits not yet written: the lowest is the first.
typedef struct bit_writer {
  uint64_t bits;
  unsigned count;
  uint8_t *at;
} bit_writer;

/// Eight bytes, the first in the lowest bits.
static inline uint64_t load64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  return v;
}

static inline void store64(uint8_t *p, uint64_t v) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap64(v);
#endif
  memcpy(p, &v, 8);
}

/// At most 63 bits may wait before `flush`, which leaves at most 7. Writes up to 8 bytes past the end.
static inline void put(bit_writer *w, uint64_t bits, unsigned count) {
  w->bits |= bits << w->count;
  w->count += count;
}

static inline void flush(bit_writer *w) {
  store64(w->at, w->bits);
  w->at += w->count >> 3;
  w->bits >>= w->count & ~7u;
  w->count &= 7;
}

/// RFC 1951, 3.2.5: the lengths of a symbol double every four symbols.
static inline unsigned length_symbol(unsigned length, unsigned *extra_bits) {
  unsigned l = length - 3;
  *extra_bits = 0;
  if (length == MAX_RUN) return 285;
  if (l < 8) return 257 + l;
  *extra_bits = 29 - (unsigned)__builtin_clz(l);
  return 257 + 4 * (*extra_bits + 1) + (l >> *extra_bits & 3);
}

static inline unsigned distance_symbol(unsigned distance) {
  return distance <= 4 ? distance - 1 : distance <= 6 ? 4 : 5;
}

static inline unsigned distance_extra_bits(unsigned distance) { return distance > 4; }

/// Marks the bytes of `x` that are 0 by their highest bits.
static inline uint64_t zero_bytes(uint64_t x) {
  const uint64_t low = 0x7F7F7F7F7F7F7F7F;
  return ~(((x & low) + low) | x | low);
}

/// Splits `count` bytes into tokens, of which there is always one; returns how many. With `has_past`, bytes before `in`
/// may be repeated, too.
static size_t find_runs(token *tokens, const uint8_t *in, size_t count, unsigned distance, int has_past) {
  size_t found = 0, position = has_past ? 0 : distance, literals_from = 0;
  while (position + 8 <= count) {
    uint64_t same = zero_bytes(load64(in + position) ^ load64(in + position - distance));
    uint64_t runs = same & same >> 8 & same >> 16 & same >> 24;
    if (runs == 0) {
      position += 8 - MIN_RUN + 1;
      continue;
    }
    position += (unsigned)__builtin_ctzll(runs) >> 3;
    size_t length = MIN_RUN, limit = count - position < MAX_RUN ? count - position : MAX_RUN;
    while (length < limit && in[position + length] == in[position + length - distance]) length++;
    tokens[found++] = (token){(uint32_t)(position - literals_from), (uint32_t)length};
    position += length;
    literals_from = position;
  }
  tokens[found++] = (token){(uint32_t)(count - literals_from), 0};
  return found;
}

static void count_symbols(workspace *w, const uint8_t *in, size_t tokens, uint32_t *literals) {
  memset(w->histogram, 0, sizeof w->histogram);
  memset(literals, 0, LITERALS_AND_LENGTHS * sizeof *literals);
  literals[END_OF_BLOCK] = 1;
  for (size_t t = 0; t < tokens; t++) {
    uint32_t run = w->tokens[t].literals, length = w->tokens[t].length, i = 0;
    // Four histograms, so that equal neighbours do not wait for each other.
    for (; i + 4 <= run; i += 4) {
      for (int k = 0; k < 4; k++) w->histogram[k][in[i + (uint32_t)k]]++;
    }
    for (; i < run; i++) w->histogram[0][in[i]]++;
    unsigned extra;
    if (length) literals[length_symbol(length, &extra)]++;
    in += run + length;
  }
  for (int s = 0; s < 256; s++) {
    literals[s] = w->histogram[0][s] + w->histogram[1][s] + w->histogram[2][s] + w->histogram[3][s];
  }
}

static void put_tokens(bit_writer *out, const workspace *w, const uint8_t *in, size_t tokens,
                       const huffman_code *literals, unsigned distance) {
  bit_writer b = *out;
  for (size_t t = 0; t < tokens; t++) {
    uint32_t run = w->tokens[t].literals, length = w->tokens[t].length, i = 0;
    for (; i + 4 <= run; i += 4) {
      for (int k = 0; k < 4; k++) put(&b, literals[in[i + (uint32_t)k]].bits, literals[in[i + (uint32_t)k]].length);
      flush(&b);
    }
    for (; i < run; i++) put(&b, literals[in[i]].bits, literals[in[i]].length);
    flush(&b);
    if (length) {
      unsigned extra, symbol = length_symbol(length, &extra);
      put(&b, literals[symbol].bits, literals[symbol].length);
      put(&b, (length - 3) & ((1u << extra) - 1), extra);
      // The only distance has the code 0, of one bit.
      put(&b, ((distance - 1) & distance_extra_bits(distance)) << 1, 1 + distance_extra_bits(distance));
      flush(&b);
    }
    in += run + length;
  }
  put(&b, literals[END_OF_BLOCK].bits, literals[END_OF_BLOCK].length);
  flush(&b);
  *out = b;
}

/// Bits that the symbols take with their extra bits.
static uint64_t size_of_symbols(const uint32_t *literals, const huffman_code *codes, unsigned distance) {
  uint64_t bits = 0;
  for (unsigned s = 0; s < LITERALS_AND_LENGTHS; s++) {
    unsigned extra = s < 265 || s == 285 ? 0 : (s - 261) / 4;
    if (s > END_OF_BLOCK) extra += 1 + distance_extra_bits(distance);
    bits += (uint64_t)literals[s] * (codes[s].length + extra);
  }
  return bits;
}

static void put_stored(bit_writer *out, const uint8_t *in, size_t count) {
  do {
    size_t part = count < MAX_STORED ? count : MAX_STORED;
    put(out, 0, 3);
    out->count = (out->count + 7) & ~7u;
    put(out, part | (~part & 0xFFFF) << 16, 32);
    flush(out);
    if (part) memcpy(out->at, in, part);
    out->at += part;
    in += part;
    count -= part;
  } while (count);
}

/// RFC 1951, 3.2.7: the lengths of both codes, run-length encoded in a code of their own.
typedef struct code_header {
  uint8_t symbols[LITERALS_AND_LENGTHS + DISTANCES], extra[LITERALS_AND_LENGTHS + DISTANCES];
  unsigned count, literals, distances, order_count;
  huffman_code codes[19];
  uint64_t size;  // in bits
} code_header;

static const uint8_t header_order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
static const uint8_t header_extra_bits[19] = {[16] = 2, [17] = 3, [18] = 7};

static void make_header(code_header *h, const huffman_code *literals, const huffman_code *distances) {
  uint8_t lengths[LITERALS_AND_LENGTHS + DISTANCES];
  h->literals = LITERALS_AND_LENGTHS;
  while (h->literals > 257 && literals[h->literals - 1].length == 0) h->literals--;
  h->distances = DISTANCES;
  while (h->distances > 1 && distances[h->distances - 1].length == 0) h->distances--;
  unsigned total = h->literals + h->distances;
  for (unsigned i = 0; i < total; i++) {
    lengths[i] = i < h->literals ? literals[i].length : distances[i - h->literals].length;
  }

  uint32_t frequencies[19] = {0};
  h->count = 0;
  for (unsigned i = 0; i < total;) {
    unsigned run = 1;
    while (i + run < total && lengths[i + run] == lengths[i]) run++;
    unsigned symbol = lengths[i], extra = 0;
    if (symbol == 0 && run >= 3) {
      if (run > 138) run = 138;
      symbol = run < 11 ? 17 : 18;
      extra = run - (run < 11 ? 3 : 11);
    } else if (symbol != 0 && i > 0 && lengths[i - 1] == symbol && run >= 3) {
      if (run > 6) run = 6;
      symbol = 16;
      extra = run - 3;
    } else {
      run = 1;
    }
    h->symbols[h->count] = (uint8_t)symbol;
    h->extra[h->count++] = (uint8_t)extra;
    frequencies[symbol]++;
    i += run;
  }
  make_huffman_code(frequencies, 19, 7, h->codes);
  h->order_count = 19;
  while (h->order_count > 4 && h->codes[header_order[h->order_count - 1]].length == 0) h->order_count--;
  h->size = 3 + 14 + 3 * h->order_count;
  for (unsigned s = 0; s < 19; s++) h->size += frequencies[s] * (h->codes[s].length + (uint64_t)header_extra_bits[s]);
}

static void put_header(bit_writer *out, const code_header *h) {
  put(out, 2 << 1, 3);
  put(out, h->literals - 257, 5);
  put(out, h->distances - 1, 5);
  put(out, h->order_count - 4, 4);
  flush(out);
  for (unsigned i = 0; i < h->order_count; i++) {
    put(out, h->codes[header_order[i]].length, 3);
    flush(out);
  }
  for (unsigned i = 0; i < h->count; i++) {
    put(out, h->codes[h->symbols[i]].bits, h->codes[h->symbols[i]].length);
    put(out, h->extra[i], header_extra_bits[h->symbols[i]]);
    flush(out);
  }
}

static void put_block(bit_writer *out, workspace *w, const uint8_t *in, size_t count, size_t tokens,
                      unsigned distance) {
  uint32_t literals[LITERALS_AND_LENGTHS];
  huffman_code literal_codes[LITERALS_AND_LENGTHS], distance_codes[DISTANCES] = {{0, 0}};
  code_header header;
  count_symbols(w, in, tokens, literals);
  make_huffman_code(literals, LITERALS_AND_LENGTHS, MAX_BITS, literal_codes);
  distance_codes[distance_symbol(distance)].length = 1;
  make_header(&header, literal_codes, distance_codes);
  if ((header.size + size_of_symbols(literals, literal_codes, distance)) / 8 >= count) {
    put_stored(out, in, count);
  } else {
    put_header(out, &header);
    put_tokens(out, w, in, tokens, literal_codes, distance);
  }
}

size_t deflate_runs_workspace(void) { return sizeof(workspace); }

// A block is no larger than if it were stored, which takes at most 5 bytes more for each 65535; then the end, and what
// `flush` writes past it.
size_t deflate_runs_bound(size_t count) { return count + 10 * (count / BLOCK_SIZE + 1) + 32; }

size_t deflate_runs(const uint8_t *in, size_t count, unsigned distance, uint8_t *out, void *memory) {
  workspace *w = memory;
  bit_writer writer = {.at = out};
  for (size_t start = 0; start < count; start += BLOCK_SIZE) {
    size_t part = count - start < BLOCK_SIZE ? count - start : BLOCK_SIZE;
    size_t tokens = find_runs(w->tokens, in + start, part, distance, start > 0);
    put_block(&writer, w, in + start, part, tokens, distance);
  }
  put_stored(&writer, in, 0);
  return (size_t)(writer.at - out);
}
