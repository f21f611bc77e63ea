// JPEG decoding, from memory, at libjpeg's accurate defaults (integer "islow" inverse DCT, smooth upsampling).

#include "CImageCodecs.h"

// jpeglib.h uses size_t and FILE without declaring them.
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>

// Each scan of a progressive file goes over all coefficients, so that a file of a few kilobytes with very
// many empty scans takes minutes. Real encoders write about ten.
enum { SCAN_LIMIT = 500 };

typedef struct reader {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  unsigned components_seen;
  jmp_buf escape;
  cic_status status;
  char *message;
} reader;

_Noreturn static void fail(reader *r, cic_status status) {
  r->status = status;
  longjmp(r->escape, 1);
}

static void on_error(j_common_ptr jpeg) {
  reader *r = jpeg->client_data;
  char text[JMSG_LENGTH_MAX];
  r->errors.format_message(jpeg, text);
  snprintf(r->message, CIC_MESSAGE_SIZE, "%s", text);
  switch (r->errors.msg_code) {
  case JERR_OUT_OF_MEMORY:
  case JERR_NO_BACKING_STORE:
    fail(r, CIC_NO_MEMORY);
  case JERR_ARITH_NOTIMPL:
  case JERR_BAD_PRECISION:
  case JERR_CCIR601_NOTIMPL:
  case JERR_COMPONENT_COUNT:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_NOTIMPL:
  case JERR_SOF_UNSUPPORTED:
    fail(r, CIC_UNSUPPORTED);
  default:
    fail(r, CIC_CORRUPT);
  }
}

// libjpeg goes on after lost data and fills in grey; it only warns. A warning is an error here unless it is
// known to leave the pixels whole.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
  case JWRN_ADOBE_XFORM:
  case JWRN_BOGUS_ICC:
  case JWRN_EXTRANEOUS_DATA:
  case JWRN_JFIF_MAJOR:
  case JWRN_NOT_SEQUENTIAL:
  case JWRN_TOO_MUCH_DATA:
    return;
  default:
    on_error(jpeg);
  }
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr common) {
  reader *r = common->client_data;
  if (r->jpeg.input_scan_number > SCAN_LIMIT) {
    snprintf(r->message, CIC_MESSAGE_SIZE, "more than %d scans", SCAN_LIMIT);
    fail(r, CIC_CORRUPT);
  }
  for (int i = 0; i < r->jpeg.comps_in_scan; i++) {
    r->components_seen |= 1u << r->jpeg.cur_comp_info[i]->component_index;
  }
}

static void read_header(reader *r, cic_header *header) {
  jpeg_read_header(&r->jpeg, TRUE);
  switch (r->jpeg.jpeg_color_space) {
  case JCS_GRAYSCALE:
    r->jpeg.out_color_space = JCS_GRAYSCALE;
    break;
  case JCS_RGB:
  case JCS_YCbCr:
    r->jpeg.out_color_space = JCS_RGB;
    break;
  case JCS_CMYK:
  case JCS_YCCK:
    r->jpeg.out_color_space = JCS_CMYK;
    break;
  default:
    snprintf(r->message, CIC_MESSAGE_SIZE, "a JPEG of %d components", r->jpeg.num_components);
    fail(r, CIC_UNSUPPORTED);
  }
  header->width = r->jpeg.image_width;
  header->height = r->jpeg.image_height;
  header->channels = r->jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  header->bit_depth = r->jpeg.data_precision;
}

/// a * b / 255, rounded.
static inline int scale255(int a, int b) {
  int t = a * b + 128;
  return ((t >> 8) + t) >> 8;
}

/// Adobe's inverted CMYK (255 is no ink) to RGB by Pillow's formula: R = (255-K) - C * (255-K) / 255.
/// Files without Adobe's mark are read the same way.
static void rgb_from_inverted_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, cmyk += 4, rgb += 3) {
    int white = cmyk[3];
    for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(white - scale255(255 - cmyk[c], white));
  }
}

static void read_pixels(reader *r, const cic_header *header, int denominator, uint8_t *pixels, size_t size) {
  r->jpeg.scale_num = 1;
  r->jpeg.scale_denom = (unsigned)denominator;
  jpeg_calc_output_dimensions(&r->jpeg);
  size_t width = r->jpeg.output_width, height = r->jpeg.output_height, row_size = width * (size_t)header->channels;
  if (size / row_size != height || size % row_size != 0) {
    snprintf(r->message, CIC_MESSAGE_SIZE, "the image data does not have the size its header gives");
    fail(r, CIC_CORRUPT);
  }
  // A file of several scans is held as 16-bit coefficients, for components at most as large as the image
  // rounded up to whole blocks. That, and room for rows and tables, is all that libjpeg may take.
  size_t coefficients = ((size_t)header->width + 32) * ((size_t)header->height + 32) * (size_t)r->jpeg.num_components;
  r->jpeg.mem->max_memory_to_use = (long)(2 * coefficients + 256 * row_size + (16u << 20));
  r->progress.progress_monitor = on_progress;
  r->jpeg.progress = &r->progress;

  jpeg_start_decompress(&r->jpeg);
  JSAMPARRAY inks = NULL;
  if (r->jpeg.out_color_space == JCS_CMYK) {
    inks = r->jpeg.mem->alloc_sarray((j_common_ptr)&r->jpeg, JPOOL_IMAGE, (JDIMENSION)(4 * width), 1);
  }
  while (r->jpeg.output_scanline < r->jpeg.output_height) {
    JSAMPROW row = pixels + r->jpeg.output_scanline * row_size;
    jpeg_read_scanlines(&r->jpeg, inks ? inks : &row, 1);
    if (inks) rgb_from_inverted_cmyk(inks[0], row, width);
  }
  jpeg_finish_decompress(&r->jpeg);
  if (r->components_seen != (1u << r->jpeg.num_components) - 1) {
    snprintf(r->message, CIC_MESSAGE_SIZE, "a colour component has no data");
    fail(r, CIC_CORRUPT);
  }
}

/// Without `pixels`, stops at the header. Apart from its caller, so that no local lives across the longjmp.
static void decode_guarded(reader *r, const uint8_t *bytes, size_t count, cic_header *header, int denominator,
                           uint8_t *pixels, size_t size) {
  if (setjmp(r->escape)) return;
  jpeg_create_decompress(&r->jpeg);
  jpeg_mem_src(&r->jpeg, bytes, count);
  read_header(r, header);
  if (pixels != NULL) read_pixels(r, header, denominator, pixels, size);
  r->status = CIC_OK;
}

static cic_status decode(const uint8_t *bytes, size_t count, cic_header *header, int denominator, uint8_t *pixels,
                         size_t size, char *message) {
  reader r = {.message = message};
  r.jpeg.err = jpeg_std_error(&r.errors);
  r.jpeg.client_data = &r;
  r.errors.error_exit = on_error;
  r.errors.emit_message = on_message;
  r.errors.output_message = on_output;
  decode_guarded(&r, bytes, count, header, denominator, pixels, size);
  jpeg_destroy_decompress(&r.jpeg);
  return r.status;
}

cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  return decode(bytes, count, header, 1, NULL, 0, message);
}

cic_status cic_jpeg_pixels(const uint8_t *bytes, size_t count, int denominator, uint8_t *pixels, size_t size,
                           char *message) {
  cic_header header;
  return decode(bytes, count, &header, denominator, pixels, size, message);
}
