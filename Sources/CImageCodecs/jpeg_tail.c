// What phones, editors and broken downloads put behind image data, or in their place. Coded data look like noise, so that
// text, a pattern or a box's name before their end is no chance.

#include "jpeg_tail.h"

#include <string.h>

/// Bytes of a file around the end of coded data.
typedef struct place {
  const uint8_t *bytes;
  size_t count, end;
} place;

// What is appended may start a few bytes later than the coded data end.
enum { SLACK = 4 };

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/// The same byte from `at` on, so many times.
static size_t run_of(const place *p, size_t at, uint8_t byte) {
  size_t end = at;
  while (end < p->count && p->bytes[end] == byte) end++;
  return end - at;
}

static int is_text(uint8_t byte) {
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\r' || byte == '\t';
}

static size_t text_from(const place *p, size_t at, size_t most) {
  size_t length = 0;
  while (length < most && at + length < p->count && is_text(p->bytes[at + length])) length++;
  return length;
}

/// Fewer different bytes than text has are blocks of one colour.
static int is_varied(const uint8_t *bytes, size_t count) {
  enum { FEWEST = 6 };
  uint8_t seen[256] = {0};
  int different = 0;
  for (size_t i = 0; i < count; i++) {
    different += !seen[bytes[i]];
    seen[bytes[i]] = 1;
  }
  return different >= FEWEST;
}

/// Text that started before the end: six of its letters are chance once in four hundred files, sixteen never.
static int is_within_text(const place *p) {
  enum { FEWEST_BEFORE = 6, FEWEST = 16 };
  size_t before = 0, after = text_from(p, p->end, FEWEST);
  while (before < 64 && before < p->end && is_text(p->bytes[p->end - before - 1])) before++;
  return before >= FEWEST_BEFORE && before + after >= FEWEST && is_varied(p->bytes + p->end - before, before + after);
}

/// Bytes that repeat, each time by the same difference (a count, too), started before the end and go on behind it.
static int is_within_pattern(const place *p) {
  enum { LONGEST = 64, FEWEST_BEFORE = 1, FEWEST_AFTER = 5 };
  for (size_t period = 1; period <= LONGEST && period + FEWEST_BEFORE <= p->end; period++) {
    size_t start = p->end - FEWEST_BEFORE, stop = least(p->count, p->end + period + FEWEST_AFTER);
    if (stop < p->end + FEWEST_AFTER || start + period + FEWEST_AFTER > stop) continue;
    uint8_t step = (uint8_t)(p->bytes[start + period] - p->bytes[start]);
    size_t i = start;
    while (i + period < stop && (uint8_t)(p->bytes[i + period] - p->bytes[i]) == step) i++;
    if (i + period == stop) return 1;
  }
  return 0;
}

/// A box of a film: its length and its name.
static int is_box(const uint8_t *bytes, size_t count) {
  static const char names[][5] = {"ftyp", "mpvd", "mpv2", "moov", "mdat", "free", "wide"};
  if (count < 8 || bytes[0] != 0) return 0;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (memcmp(bytes + 4, names[i], 4) == 0) return 1;
  }
  return 0;
}

/// What Samsung's phones append starts with two zeros, a kind, the length of a name and the name.
static int is_named_block(const uint8_t *bytes, size_t count) {
  if (count < 8 || bytes[0] != 0 || bytes[1] != 0 || bytes[5] != 0 || bytes[6] != 0 || bytes[7] != 0) return 0;
  size_t length = bytes[4];
  if (length < 4 || length > 64 || count - 8 < length) return 0;
  for (size_t i = 0; i < length; i++) {
    if (!is_text(bytes[8 + i])) return 0;
  }
  return 1;
}

/// A box of a film, or a block or directory of Samsung's, that started before the end.
static int is_within_known(const place *p, size_t start) {
  static const char marks[][5] = {"SEFH", "SEFT", "ftyp"};
  for (size_t at = start; at < p->end; at++) {
    const uint8_t *here = p->bytes + at;
    size_t rest = p->count - at;
    if (here[0] == 0 && (is_box(here, rest) || (p->end - at < 4096 && is_named_block(here, rest)))) return 1;
    if (p->end - at > 4096 || rest < 4) continue;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
      if (memcmp(here, marks[i], 4) == 0) return 1;
    }
  }
  return 0;
}

int is_marker_behind_scan(uint8_t code) {
  switch (code) {
  case 0xC4:  // tables and the next scan
  case 0xDA:
  case 0xDB:
  case 0xDD:
  case 0xD8:  // another picture, or the end
  case 0xD9:
  case 0xFE:  // a comment
    return 1;
  default:
    return code >= 0xE0 && code <= 0xEF;
  }
}

/// Whether something that is known not to be image data starts where they end.
static int starts(const place *p) {
  enum { FEWEST = 8 };
  const uint8_t *here = p->bytes + p->end;
  size_t rest = p->count - p->end, run = run_of(p, p->end, here[0]);
  if (here[0] == 0xFF) return run == rest || is_marker_behind_scan(here[run]);
  return here[0] == 0 && run >= least(rest, FEWEST);
}

/// Whether text or one byte many times over follow the end, which image data may go over into without a trace, but for the
/// bits that fill up their last byte.
static int is_noise(const place *p) {
  enum { FEWEST = 8 };
  return run_of(p, p->end, p->bytes[p->end]) >= FEWEST || text_from(p, p->end, FEWEST) == FEWEST;
}

const char *doubt_of_end(const uint8_t *bytes, size_t count, size_t start, size_t end) {
  const place p = {bytes, count, end};
  int has_zeros = end < count && bytes[end] == 0 && run_of(&p, end, 0) >= least(count - end, 8);
  if (has_zeros && end > start && bytes[end - 1] == 0) {
    return "the file is filled up with zeros where image data should be";
  }
  if (is_within_known(&p, start) || is_within_text(&p) || is_within_pattern(&p)) {
    return "other data stand where image data should be";
  }
  if (end == count || starts(&p) || (is_noise(&p) && is_filled_with_ones(bytes, end))) return NULL;
  // Zeros may be in between, or a stray byte.
  for (size_t at = end; at < count && (at <= end + SLACK || bytes[at - 1] == 0); at++) {
    if (is_box(bytes + at, count - at) || is_named_block(bytes + at, count - at)) return NULL;
  }
  return "unknown data follow the image data or stand in their place";
}

int is_odd_end(const uint8_t *bytes, size_t start, size_t end) {
  enum { MOST = 16 };
  size_t count = end - start < MOST ? end - start : MOST, same = 1, text = 0;
  while (same < count && bytes[end - same - 1] == bytes[end - 1]) same++;
  while (text < count && is_text(bytes[end - text - 1])) text++;
  return same == MOST || (text == MOST && is_varied(bytes + end - text, text));
}
