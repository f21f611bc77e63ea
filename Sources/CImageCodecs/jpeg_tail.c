// What phones and broken downloads put behind image data.

#include "jpeg_tail.h"

#include <string.h>

static uint32_t number(const uint8_t *bytes) {
  return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/// How many bytes there are before what Samsung's phones append, which ends with a directory: "SEFH", version, how many
/// entries (of 12 bytes each, whose second four say how far before the directory the entry's data start), the
/// directory's length and "SEFT".
static size_t count_without_trailer(const uint8_t *bytes, size_t count) {
  if (count < 20 || memcmp(bytes + count - 4, "SEFT", 4) != 0) return count;
  size_t length = number(bytes + count - 8);
  if (length < 12 || length > count - 8) return count;
  size_t start = count - 8 - length;
  const uint8_t *directory = bytes + start;
  size_t entries = number(directory + 8), farthest = 0;
  if (memcmp(directory, "SEFH", 4) != 0 || entries > (length - 12) / 12) return count;
  for (size_t i = 0; i < entries; i++) {
    size_t before = number(directory + 12 + 12 * i + 4);
    if (before > farthest) farthest = before;
  }
  return farthest < start ? start - farthest : count;
}

static size_t count_without_zeros(const uint8_t *bytes, size_t count) {
  size_t rest = count;
  while (rest > 0 && bytes[rest - 1] == 0) rest--;
  // One may be the end of the image data.
  return count - rest > 1 ? rest : count;
}

size_t count_without_tail(const uint8_t *bytes, size_t count) {
  size_t rest = count_without_trailer(bytes, count_without_zeros(bytes, count));
  return count_without_zeros(bytes, rest);
}
