// JPEG decoding, from memory, at libjpeg's accurate defaults (integer "islow" inverse DCT, smooth upsampling).
//
// libjpeg goes on after lost data and fills in grey; it only warns. What counts as lost here:
// - a scan that needs bits when there are none (JWRN_HIT_MARKER): exactly then a block lacks data, for a file that ends
//   with the last block's last bits gives no such warning;
// - a scan that no marker ends, and whose last blocks may have been made of other bytes (jpeg_tail.h);
// - scans of a progressive file that have not come when the file ends without an end mark.
// Everything after the pixels is a remark at most.

#include "colours.h"
#include "jpeg_tail.h"
#include "remarks.h"

#include <jpeglib.h>
#include <jerror.h>
#include <limits.h>
#include <setjmp.h>

// Each scan of a progressive file goes over all coefficients, so that a file of a few kilobytes with very
// many empty scans takes minutes. Real encoders write about ten.
enum { SCAN_LIMIT = 500 };

// So many bytes without meaning are no accident of an encoder's.
enum { FEWEST_FILLING = 8 };

// Scans whose ends are looked for, which takes several passes over the file.
enum { ODD_END_LIMIT = 3 };

typedef struct reader {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  const uint8_t *bytes;
  size_t count;
  unsigned components_seen;
  /// Where the first scan ended after which nothing was missing; 0 if it has not come.
  size_t complete_at;
  /// Where the first scan starts.
  size_t data_start;
  /// The scan whose end was looked at last; all that are to come, if what follows them was cut off.
  int checked_scan;
  int odd_ends;
  /// The file ended, or scans did not follow each other as they should.
  int has_ended, is_odd;
  /// Bytes that are no image data follow a scan, or no marker does.
  int is_filled, is_followed;
  /// The header has been read.
  int is_decoding;
  /// All pixels are out: nothing can be wrong with them any more.
  int has_pixels;
  cmsHTRANSFORM inks;
  jmp_buf escape;
  cic_status status;
  char *remarks, *message;
} reader;

_Noreturn static void fail(reader *r, cic_status status) {
  r->status = status;
  longjmp(r->escape, 1);
}

/// Fails for good: without what follows the image data they would be no better.
_Noreturn static void fail_as_corrupt(reader *r, const char *reason) {
  r->complete_at = 0;
  snprintf(r->message, CIC_MESSAGE_SIZE, "%s", reason);
  fail(r, CIC_CORRUPT);
}

static void on_error(j_common_ptr jpeg) {
  reader *r = jpeg->client_data;
  if (r->has_pixels) {
    add_remark(r->remarks, "what follows the image data is damaged; all pixels are there");
    fail(r, CIC_OK);
  }
  char text[JMSG_LENGTH_MAX];
  r->errors.format_message(jpeg, text);
  snprintf(r->message, CIC_MESSAGE_SIZE, "%s", r->has_ended ? "Premature end of JPEG file" : text);
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

/// A scan that does not go on where the last one of its coefficients stopped. The means and first bits may be told again,
/// and the rest before the means; but refinements are read by what they refine, and a bit that was never told is lost.
static void on_odd_scan(reader *r) {
  const struct jpeg_decompress_struct *jpeg = &r->jpeg;
  int component = r->errors.msg_parm.i[0], coefficient = r->errors.msg_parm.i[1];
  // All was told: what follows can only spoil it, and is left out.
  if (r->complete_at != 0) on_error((j_common_ptr)jpeg);
  r->is_odd = 1;
  if (jpeg->Ss > 0 && coefficient == 0) return;  // before the means
  int known = jpeg->coef_bits[component][coefficient];
  if (jpeg->Ah != 0 && (jpeg->Ss > 0 || known < 0 || jpeg->Ah < known)) fail_as_corrupt(r, "scans are missing or out of order");
}

// A warning is an error here unless it is known to leave the pixels whole.
static void on_message(j_common_ptr jpeg, int level) {
  reader *r = jpeg->client_data;
  if (level >= 0 || r->has_pixels) {
    r->has_ended |= level < 0 && jpeg->err->msg_code == JWRN_JPEG_EOF;
    return;
  }
  switch (jpeg->err->msg_code) {
  case JWRN_ADOBE_XFORM:
  case JWRN_BOGUS_ICC:
  case JWRN_JFIF_MAJOR:
  case JWRN_NOT_SEQUENTIAL:
  case JWRN_TOO_MUCH_DATA:
    return;
  case JWRN_EXTRANEOUS_DATA:
    r->is_filled |= r->is_decoding && jpeg->err->msg_parm.i[0] >= FEWEST_FILLING;
    return;
  case JWRN_JPEG_EOF:
    r->has_ended = 1;
    // Data in arithmetic code need no last bits, so that nothing tells whether some are missing.
    if (r->jpeg.arith_code || !r->is_decoding) on_error(jpeg);
    return;
  case JWRN_BOGUS_PROGRESSION:
    on_odd_scan(r);
    return;
  default:
    on_error(jpeg);
  }
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

/// How far the file has been read, up to a marker that is still to be looked at.
static size_t position(reader *r) {
  const uint8_t *next = r->jpeg.src->next_input_byte;
  // At its end libjpeg reads an end mark of its own.
  if (next < r->bytes || next > r->bytes + r->count) return r->count;
  return (size_t)(next - r->bytes) - (r->jpeg.unread_marker != 0 ? 2 : 0);
}

static int has_all_scans(reader *r) {
  if (r->components_seen != (1u << r->jpeg.num_components) - 1) return 0;
  if (!r->jpeg.progressive_mode || r->jpeg.coef_bits == NULL) return 1;
  for (int c = 0; c < r->jpeg.num_components; c++) {
    for (int i = 0; i < DCTSIZE2; i++) {
      if (r->jpeg.coef_bits[c][i] != 0) return 0;
    }
  }
  return 1;
}

/// Whether a marker follows what has been read, after a few bytes at most: some encoders fill up to an even number.
static int is_before_marker(reader *r) {
  if (r->has_ended) return 0;
  if (r->jpeg.unread_marker != 0) return is_marker_behind_scan((uint8_t)r->jpeg.unread_marker);
  for (size_t at = position(r), end = at + FEWEST_FILLING; at < end && at < r->count; at++) {
    size_t next = at;
    while (next < r->count && r->bytes[next] == 0xFF) next++;
    if (next > at && next < r->count && is_marker_behind_scan(r->bytes[next])) return 1;
  }
  return 0;
}

/// At the end of a scan: fails unless its last blocks were made of image data beyond doubt.
static void check_end(reader *r) {
  if (r->checked_scan >= r->jpeg.input_scan_number) return;
  r->checked_scan = r->jpeg.input_scan_number;
  size_t read = position(r);
  int has_marker = is_before_marker(r);
  if (has_marker && (r->jpeg.arith_code || !is_odd_end(r->bytes, r->data_start, read))) return;
  if (r->jpeg.arith_code) fail_as_corrupt(r, "nothing tells whether its arithmetic code is whole");
  if (++r->odd_ends > ODD_END_LIMIT) fail_as_corrupt(r, "unknown data stand between its scans");
  size_t end = end_of_scan(r->bytes, r->count, r->checked_scan, read);
  const char *doubt = end == 0 ? "nothing tells where the image data end" :
    doubt_of_end(r->bytes, r->count, r->data_start, end);
  if (doubt != NULL) fail_as_corrupt(r, doubt);
  r->is_followed |= !has_marker;
}

static void on_progress(j_common_ptr common) {
  reader *r = common->client_data;
  if (r->jpeg.input_scan_number > SCAN_LIMIT) {
    char reason[32];
    snprintf(reason, sizeof reason, "more than %d scans", SCAN_LIMIT);
    fail_as_corrupt(r, reason);
  }
  for (int i = 0; i < r->jpeg.comps_in_scan; i++) {
    r->components_seen |= 1u << r->jpeg.cur_comp_info[i]->component_index;
  }
  if (r->jpeg.input_iMCU_row >= r->jpeg.total_iMCU_rows) {
    if (r->complete_at != 0) return;
    check_end(r);
    if (has_all_scans(r)) r->complete_at = position(r);
  }
}

static void read_header(reader *r, cic_header *header) {
  jpeg_read_header(&r->jpeg, TRUE);
  r->data_start = position(r);
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

/// After the last scan, or all rows of the only one.
static void check_scans(reader *r) {
  if (r->components_seen != (1u << r->jpeg.num_components) - 1) fail_as_corrupt(r, "a colour component has no data");
  if (!has_all_scans(r)) {
    if (r->has_ended) fail_as_corrupt(r, "Premature end of JPEG file");
    if (r->is_odd || r->is_filled) fail_as_corrupt(r, "scans are missing or out of order");
    add_remark(r->remarks, "it has no scans of the finest details");
  } else if (r->is_odd) {
    add_remark(r->remarks, "its scans come in an odd order; all pixels are there");
  }
}

static void read_pixels(reader *r, const cic_header *header, int denominator, uint8_t *pixels, size_t size) {
  r->jpeg.scale_num = 1;
  r->jpeg.scale_denom = (unsigned)denominator;
  jpeg_calc_output_dimensions(&r->jpeg);
  size_t width = r->jpeg.output_width, height = r->jpeg.output_height, row_size = width * (size_t)header->channels;
  if (size / row_size != height || size % row_size != 0) {
    fail_as_corrupt(r, "the image data does not have the size its header gives");
  }
  // A file of several scans is held as 16-bit coefficients, for components at most as large as the image
  // rounded up to whole blocks. That, and room for rows and tables, is all that libjpeg may take.
  size_t coefficients = ((size_t)header->width + 32) * ((size_t)header->height + 32) * (size_t)r->jpeg.num_components;
  r->jpeg.mem->max_memory_to_use = (long)(2 * coefficients + 256 * row_size + (16u << 20));
  r->progress.progress_monitor = on_progress;
  r->jpeg.progress = &r->progress;

  r->is_decoding = 1;
  jpeg_start_decompress(&r->jpeg);
  // A file of several scans has been read to its end by now.
  int has_several_scans = jpeg_has_multiple_scans(&r->jpeg);
  if (has_several_scans) check_scans(r);
  JSAMPARRAY inks = NULL;
  if (r->jpeg.out_color_space == JCS_CMYK) {
    inks = r->jpeg.mem->alloc_sarray((j_common_ptr)&r->jpeg, JPOOL_IMAGE, (JDIMENSION)(4 * width), 1);
  }
  while (r->jpeg.output_scanline < r->jpeg.output_height) {
    JSAMPROW row = pixels + r->jpeg.output_scanline * row_size;
    jpeg_read_scanlines(&r->jpeg, inks ? inks : &row, 1);
    if (inks && r->inks) {
      cmsDoTransform(r->inks, inks[0], row, (cmsUInt32Number)width);
    } else if (inks) {
      rgb_from_inverted_cmyk(inks[0], row, width);
    }
  }
  if (!has_several_scans) {
    check_scans(r);
    check_end(r);
  }
  r->has_pixels = 1;
  jpeg_finish_decompress(&r->jpeg);
}

/// Without `pixels`, stops at the header. Apart from its caller, so that no local lives across the longjmp.
static void decode_guarded(reader *r, cic_header *header, int denominator, uint8_t *pixels, size_t size) {
  if (setjmp(r->escape)) return;
  jpeg_create_decompress(&r->jpeg);
  jpeg_mem_src(&r->jpeg, r->bytes, r->count);
  read_header(r, header);
  if (pixels != NULL) read_pixels(r, header, denominator, pixels, size);
  r->status = CIC_OK;
}

/// - Parameter is_cut: whether the bytes end with the image data, which have been looked at.
/// - Returns: where the image data ended, if they are complete and something behind them is not.
static size_t decode(const uint8_t *bytes, size_t count, int is_cut, cic_header *header, int denominator,
                     cmsHTRANSFORM inks, uint8_t *pixels, size_t size, cic_status *status, char *remarks,
                     char *message) {
  reader r = {.bytes = bytes, .count = count, .inks = inks, .remarks = remarks, .message = message};
  if (is_cut) r.checked_scan = INT_MAX;
  message[0] = remarks[0] = '\0';
  r.jpeg.err = jpeg_std_error(&r.errors);
  r.jpeg.client_data = &r;
  r.errors.error_exit = on_error;
  r.errors.emit_message = on_message;
  r.errors.output_message = on_output;
  decode_guarded(&r, header, denominator, pixels, size);
  jpeg_destroy_decompress(&r.jpeg);
  *status = r.status;
  if (r.status == CIC_OK && r.has_ended) {
    add_remark(remarks, "the end mark is missing; all pixels are there");
  } else if (r.status == CIC_OK && r.is_followed) {
    add_remark(remarks, "other data follow the image data; all pixels are there");
  }
  return r.status == CIC_CORRUPT ? r.complete_at : 0;
}

cic_status cic_jpeg_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  char remarks[CIC_MESSAGE_SIZE];
  cic_status status;
  decode(bytes, count, 0, header, 1, NULL, NULL, 0, &status, remarks, message);
  return status;
}

cic_status cic_jpeg_pixels(const uint8_t *bytes, size_t count, int denominator, const uint8_t *profile,
                           size_t profile_count, uint8_t *pixels, size_t size, char *remarks, char *message) {
  cic_header header;
  cic_status status;
  cmsHTRANSFORM inks = inks_to_srgb(profile, profile_count);
  size_t end = decode(bytes, count, 0, &header, denominator, inks, pixels, size, &status, remarks, message);
  // What is appended to a file of several scans may look like more of them: it is read again without.
  if (end > 0 && end < count) {
    decode(bytes, end, 1, &header, denominator, inks, pixels, size, &status, remarks, message);
    snprintf(remarks, CIC_MESSAGE_SIZE, "what follows the image data is damaged; all pixels are there");
  }
  if (inks != NULL) cmsDeleteTransform(inks);
  if (inks == NULL && profile != NULL) add_remark(remarks, "its colour profile cannot be read and is left out");
  return status;
}
