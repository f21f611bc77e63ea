// Canonical Huffman codes of limited length (RFC 1951, 3.2.2).

#ifndef HUFFMAN_H
#define HUFFMAN_H

#include <stdint.h>

/// The bits in the order they are written, from the lowest.
typedef struct huffman_code {
  uint16_t bits;
  uint8_t length;  // 0: the symbol has no code
} huffman_code;

/// A code for every symbol whose frequency is not 0, of at most `limit` bits (up to 15); `count` is up to 288. One
/// symbol gets a code of 1 bit.
void make_huffman_code(const uint32_t *frequencies, unsigned count, unsigned limit, huffman_code *codes);

#endif
