#include "huffman.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SYMBOLS = 288, MAX_LENGTH = 15 };

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/// How many symbols, in ascending order of frequency, get a code of each length. Huffman's algorithm with two queues:
/// the symbols, and the trees made of them, whose weights ascend by themselves.
static void count_lengths(const uint64_t *sorted, unsigned used, unsigned limit, unsigned counts[MAX_LENGTH + 1]) {
  uint64_t weights[MAX_SYMBOLS];  // of the trees
  uint16_t parents[2 * MAX_SYMBOLS], depths[2 * MAX_SYMBOLS];  // nodes: symbols, then trees
  unsigned leaf = 0, tree = 0;
  for (unsigned made = 0; made + 1 < used; made++) {
    uint64_t weight = 0;
    for (int child = 0; child < 2; child++) {
      if (leaf < used && (tree == made || sorted[leaf] >> 16 <= weights[tree])) {
        weight += sorted[leaf] >> 16;
        parents[leaf++] = (uint16_t)(used + made);
      } else {
        weight += weights[tree];
        parents[used + tree++] = (uint16_t)(used + made);
      }
    }
    weights[made] = weight;
  }
  unsigned root = 2 * used - 2;
  depths[root] = 0;
  for (unsigned node = root; node-- > 0;) {
    depths[node] = depths[parents[node]] + 1;
    if (node < used) counts[depths[node] < limit ? depths[node] : limit]++;
  }

  // Codes cut to the limit claim more than there is, in units of the longest code. A code of the limit's length can
  // hang beside a shorter one, made longer by one bit; that gives back one unit.
  uint64_t claimed = 0;
  for (unsigned length = 1; length <= limit; length++) claimed += (uint64_t)counts[length] << (limit - length);
  for (; claimed > 1u << limit; claimed--) {
    unsigned length = limit - 1;
    while (counts[length] == 0) length--;
    counts[length]--;
    counts[length + 1] += 2;
    counts[limit]--;
  }
}

static uint16_t reversed(unsigned code, unsigned length) {
  unsigned result = 0;
  for (; length > 0; length--, code >>= 1) result = result << 1 | (code & 1);
  return (uint16_t)result;
}

void make_huffman_code(const uint32_t *frequencies, unsigned count, unsigned limit, huffman_code *codes) {
  uint64_t sorted[MAX_SYMBOLS];  // frequency, then symbol
  unsigned used = 0, counts[MAX_LENGTH + 1] = {0};
  memset(codes, 0, count * sizeof *codes);
  for (unsigned symbol = 0; symbol < count; symbol++) {
    if (frequencies[symbol]) sorted[used++] = (uint64_t)frequencies[symbol] << 16 | symbol;
  }
  if (used == 0) return;
  qsort(sorted, used, sizeof *sorted, ascending);
  if (used == 1) {
    counts[1] = 1;
  } else {
    count_lengths(sorted, used, limit, counts);
  }

  // The rarest symbols get the longest codes; among codes of a length, order is that of the symbols.
  unsigned symbol = 0;
  for (unsigned length = limit; length > 0; length--) {
    for (unsigned i = 0; i < counts[length]; i++) codes[sorted[symbol++] & 0xFFFF].length = (uint8_t)length;
  }
  unsigned next[MAX_LENGTH + 1], code = 0;
  for (unsigned length = 1; length <= limit; length++) {
    next[length] = code;
    code = (code + counts[length]) << 1;
  }
  for (unsigned s = 0; s < count; s++) {
    if (codes[s].length) codes[s].bits = reversed(next[codes[s].length]++, codes[s].length);
  }
}
