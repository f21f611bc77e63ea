// PNG and JPEG in memory, over libpng and libjpeg.
//
// Both libraries report failure by longjmp, which must never cross a Swift frame. Every function here
// starts and ends its own setjmp region, frees all it took, and answers with a status and a message.
// Nothing here exits the process or writes to standard error.
//
// Decoding is two calls, so that a caller can look at the size before it gives memory for the pixels.

#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

/// How many chars a `message` argument must have room for.
#define CIC_MESSAGE_SIZE 256

typedef enum cic_status {
  CIC_OK = 0,
  /// The bytes break the format's rules or end too early.
  CIC_CORRUPT = 1,
  /// The bytes may be right, but use a part of the format that is not handled.
  CIC_UNSUPPORTED = 2,
  CIC_NO_MEMORY = 3,
} cic_status;

typedef struct cic_header {
  /// Pixels, as stored in the file (any EXIF orientation not applied).
  uint32_t width, height;
  /// Samples per pixel once decoded: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  int channels;
  /// Bits per sample in the file: 1, 2, 4, 8 or 16. Palette images count as 8, for their entries are.
  int bit_depth;
} cic_header;

/// Reads up to the image data. Takes no memory in proportion to the image's size.
cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, char *message);

/// Decodes the whole file, to its end marker. `sample_bits` is 8 (16-bit samples keep their high byte) or
/// 16 (native byte order; only for files of that depth). `size` is in bytes and must be exact:
/// width * height * channels * sample_bits / 8.
cic_status cic_png_pixels(const uint8_t *bytes, size_t count, int sample_bits, void *pixels, size_t size,
                          char *message);

/// `filters` is a union of CIC_FILTER_...: with several, libpng chooses for each row by its usual heuristic.
enum { CIC_FILTER_NONE = 0x08, CIC_FILTER_SUB = 0x10, CIC_FILTER_UP = 0x20, CIC_FILTER_PAETH = 0x80 };

/// Encodes rows of native-order samples. On success `*out` holds `*out_count` bytes, to be freed by `cic_free`.
/// `level` is zlib's, 0 to 9.
cic_status cic_png_encode(const void *pixels, uint32_t width, uint32_t height, int channels, int sample_bits,
                          int level, int filters, uint8_t **out, size_t *out_count, char *message);

/// Reads up to the first scan.
cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, char *message);

/// Decodes the whole file, to its end marker, to 8-bit grey or RGB at 1/denominator of its size (1, 2, 4 or 8; a side
/// is rounded up). `size` must be exact: width * height * channels.
cic_status cic_jpeg_pixels(const uint8_t *bytes, size_t count, int denominator, uint8_t *pixels, size_t size,
                           char *message);

void cic_free(void *pointer);

#endif
