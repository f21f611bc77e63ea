// PNG, JPEG and WebP in memory, over libpng, zlib, libjpeg and libwebp; colours by lcms2.
//
// libpng and libjpeg report failure by longjmp, which must never cross a Swift frame. Every function here
// starts and ends its own setjmp region, frees all it took, and answers with a status and a message.
// Nothing here exits the process or writes to standard error.
//
// Decoding is two calls, so that a caller can look at the size before it gives memory for the pixels.

#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

/// How many chars a `message` or `remarks` argument must have room for.
///
/// A message says why there is no result. Remarks say what is odd about a file whose pixels are all there; they are
/// empty, or joined by "; ".
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
  /// Whether the picture is the first of an animated WebP, which cannot be decoded at another size.
  int is_first_of_many;
} cic_header;

/// Reads up to the image data. Takes no memory in proportion to the image's size.
cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, char *message);

/// Decodes all pixels; what is wrong behind them, or beside them, is a remark. `sample_bits` is 8 (16-bit samples keep their high byte) or
/// 16 (native byte order; only for files of that depth). `size` is in bytes and must be exact:
/// width * height * channels * sample_bits / 8.
cic_status cic_png_pixels(const uint8_t *bytes, size_t count, int sample_bits, void *pixels, size_t size,
                          char *remarks, char *message);

/// Rows of a picture: `rows` from `first_row` on. Filters look at the row before them, too.
typedef struct cic_png_band {
  /// Of the whole picture, in native byte order.
  const uint8_t *pixels;
  uint32_t width, first_row, rows;
  int channels, sample_bits;
} cic_png_band;

/// Makes an IDAT chunk of the rows, length and checksum included, to be freed by `cic_free`. The chunks of all bands,
/// of any sizes, follow each other to one zlib stream that lacks a last block and its checksum; `adler` is the band's
/// part of that. `level` is 0 to 9: 1 is this library's own quick encoder, the others are zlib's. The rows must have
/// less than 1 GiB. Takes memory of about three times the rows.
cic_status cic_png_encode_band(const cic_png_band *band, int level, uint8_t **chunk, size_t *chunk_count,
                               uint32_t *adler);

/// Reads up to the first scan.
cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, char *message);

/// Decodes all pixels to 8-bit grey or RGB at 1/denominator of its size (1, 2, 4 or 8; a side is rounded up); what is
/// wrong behind them is a remark. `size` must be exact: width * height * channels. With a CMYK `profile`, inks become
/// the sRGB colours that they have by it; with NULL, those that Pillow gives them.
cic_status cic_jpeg_pixels(const uint8_t *bytes, size_t count, int denominator, const uint8_t *profile,
                           size_t profile_count, uint8_t *pixels, size_t size, char *remarks, char *message);

typedef struct cic_jpeg_options {
  /// 1 to 100; from 90 on, colours are not subsampled.
  int quality;
  /// Pixels per inch, or if not that, per lengths of no unit that are equal; 0 if unknown.
  uint16_t density_x, density_y;
  int is_per_inch;
  /// Marker segments to write after JFIF's: marker, length and data as in the file, each.
  const uint8_t *segments;
  size_t segments_count;
} cic_jpeg_options;

/// Encodes 8-bit grey or RGB as a baseline JPEG. On success `*out` holds `*out_count` bytes, to be freed by `cic_free`.
cic_status cic_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                           const cic_jpeg_options *options, uint8_t **out, size_t *out_count, char *message);

/// Reads what kind of WebP it is.
cic_status cic_webp_header(const uint8_t *bytes, size_t count, cic_header *header, char *message);

/// Decodes to RGB or RGBA, as the header says, scaled to `width` x `height`: of an animation the first picture, at the
/// size of all. `size` must be exact.
cic_status cic_webp_pixels(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels,
                           uint8_t *pixels, size_t size, char *remarks, char *message);

typedef struct cic_webp_options {
  int lossless;
  /// 0 to 100: how good it is to look, or if lossless, how much effort goes into a small file.
  float quality;
  /// 0 (quick) to 6 (small).
  int method;
  /// Whether colours stay where alpha is 0.
  int exact;
  /// Two are used at most. The bytes are the same.
  int threads;
} cic_webp_options;

/// Encodes 8-bit RGB or RGBA as a WebP without metadata. On success `*out` holds `*out_count` bytes, to be freed by
/// `cic_webp_free`.
cic_status cic_webp_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                           const cic_webp_options *options, uint8_t **out, size_t *out_count, char *message);

void cic_webp_free(void *pointer);

/// Whether colours of a picture with this ICC profile can be shown: whether it can be read, and leads to sRGB from whatever
/// kind of colours it is of.
int cic_is_profile(const uint8_t *profile, size_t count);

/// Turns colours of the ICC profile `from` into those of `to`, which look the same: RGB of 8 bits, in place. NULL is
/// sRGB. CIC_UNSUPPORTED if one of the profiles cannot be read or is not of RGB.
cic_status cic_convert_rgb(const uint8_t *from, size_t from_count, const uint8_t *to, size_t to_count, uint8_t *pixels,
                           size_t count);

/// An ICC profile of RGB colours with the given gamma (light = value ^ gamma), white and primaries (x and y of white,
/// red, green and blue), to be freed by `cic_free`.
cic_status cic_rgb_profile(double gamma, const double *white_and_primaries, uint8_t **profile, size_t *count);

/// The same with a curve in place of a gamma: the light of `curve_count` values evenly from 0 to the highest, of 65535.
cic_status cic_rgb_profile_of_curve(const uint16_t *curve, uint32_t curve_count, const double *white_and_primaries,
                                    uint8_t **profile, size_t *count);

/// The curve of an ICC profile of greys, as `cic_rgb_profile_of_curve` takes it. CIC_UNSUPPORTED if it cannot be read or is
/// not of greys.
cic_status cic_gray_curve(const uint8_t *profile, size_t count, uint16_t *curve, uint32_t curve_count);

/// Whether so many bytes of memory can be had; takes none.
int cic_has_memory(size_t count);

void cic_free(void *pointer);

#endif
