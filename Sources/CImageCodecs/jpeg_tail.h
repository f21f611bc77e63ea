// Whether bytes behind image data are none of it.

#ifndef CIC_JPEG_TAIL_H
#define CIC_JPEG_TAIL_H

#include <stddef.h>
#include <stdint.h>

/// Where the coded data of a scan end, to the byte: so many bytes are the fewest with which no block lacks bits.
/// `scan` counts from 1; `read` is how many bytes libjpeg took for it, which is a little more. 0 if that cannot be found.
size_t end_of_scan(const uint8_t *bytes, size_t count, int scan, size_t read);

/// Whether the bits that fill up the last byte of `count` bytes, which end with a scan, are ones, as they should be.
int is_filled_with_ones(const uint8_t *bytes, size_t count);

/// Whether data before a marker look as if they were no image data: a look at a few bytes.
int is_odd_end(const uint8_t *bytes, size_t start, size_t end);

/// Whether a marker can follow a scan.
int is_marker_behind_scan(uint8_t code);

/// NULL if coded data from `start` or later to `end` ended there of themselves: nothing follows, a marker, zeros, or something else that
/// starts just there. Otherwise why it is doubtful whether the last blocks were made of image data: what follows is
/// unknown, or it starts before.
const char *doubt_of_end(const uint8_t *bytes, size_t count, size_t start, size_t end);

#endif
