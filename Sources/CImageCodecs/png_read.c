// PNG decoding: every colour type, depth and interlacing, from memory.

#include "remarks.h"

#include <png.h>

typedef struct reader {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  /// Where the chunk starts whose data the file does not hold to their end; `count` if there is none.
  size_t cut_chunk;
  cic_status status;
  char *remarks, *message;
} reader;

static const char too_early[] = "the file ends too early";

/// Whether all rows have come, and only checksums, the end of the image data and other chunks can be lacking.
static int has_all_rows(png_structp png, png_infop info) {
  if (info == NULL || png_get_image_height(png, info) == 0) return 0;
  return png_get_interlace_type(png, info) == PNG_INTERLACE_NONE
           ? png_get_current_row_number(png) >= png_get_image_height(png, info)
           : png_get_current_pass_number(png) > 6;
}

static void on_error(png_structp png, png_const_charp text) {
  reader *r = png_get_error_ptr(png);
  // The checksum of the pixels is of them; what is said of the end and of other chunks is not.
  if (has_all_rows(png, r->info) && strcmp(text, "IDAT: CRC error") != 0) {
    int lacks_end = r->position >= r->count || strcmp(text, too_early) == 0;
    add_remark(r->remarks, lacks_end ? "the end of the file is missing; all pixels are there"
                                     : "the end of the file is damaged; all pixels are there");
    r->status = CIC_OK;
  } else {
    r->status = strcmp(text, "Out of memory") == 0 ? CIC_NO_MEMORY : CIC_CORRUPT;
    // A chunk that was cut is read as a shorter one, so that its bytes are used as far as they are there.
    int is_cut = r->cut_chunk < r->position && strstr(text, "Not enough image data") != NULL;
    snprintf(r->message, CIC_MESSAGE_SIZE, "%s", is_cut ? too_early : text);
  }
  png_longjmp(png, 1);
}

// What libpng only warns of does not change the pixels, but for transparency that it leaves out.
static void on_warning(png_structp png, png_const_charp text) {
  reader *r = png_get_error_ptr(png);
  const char *checksum = strstr(text, ": CRC error");
  if (checksum != NULL) {
    // The wrong byte may be one of the name.
    int same = 0;
    for (int i = 0; i < 4 && text + i < checksum; i++) same += text[i] == "tRNS"[i];
    if (same >= 3) png_error(png, text);
    char remark[64];
    snprintf(remark, sizeof remark, "the %.*s chunk has a wrong checksum and is left out", (int)(checksum - text), text);
    add_remark(r->remarks, remark);
  } else if (strstr(text, "incorrect data check") != NULL) {
    add_remark(r->remarks, "the image data have a wrong checksum of their own");
  }
}

static uint32_t number(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static size_t find_cut_chunk(const uint8_t *bytes, size_t count) {
  size_t at = 8;
  while (at <= count && count - at >= 8) {
    size_t data = number(bytes + at), rest = count - at - 8;
    if (data > rest) return at;
    if (rest - data < 4) return count;
    at += 12 + data;
  }
  return count;
}

static void read_bytes(png_structp png, png_bytep to, size_t wanted) {
  reader *r = png_get_io_ptr(png);
  if (wanted > r->count - r->position) {
    r->position = r->count;
    png_error(png, too_early);
  }
  memcpy(to, r->bytes + r->position, wanted);
  if (wanted == 8 && r->position == r->cut_chunk && memcmp(to + 4, "IDAT", 4) == 0) {
    uint32_t there = (uint32_t)(r->count - r->position - 8);
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(there >> (24 - 8 * i));
  }
  r->position += wanted;
}

static void read_header(png_structp png, png_infop info, cic_header *header) {
  // How large is too large is the caller's choice: it sees the size before it gives memory for the pixels.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // No chunk but IHDR, PLTE, tRNS, IDAT and IEND changes the pixels, so that the rest (texts and profiles
  // that may inflate without end) is skipped. The two limits hold should libpng keep one.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);

  png_read_info(png, info);
  int type = png_get_color_type(png, info);
  int colour = (type & PNG_COLOR_MASK_COLOR) != 0;
  int alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = (colour ? 3 : 1) + (alpha ? 1 : 0);
  header->bit_depth = type == PNG_COLOR_TYPE_PALETTE ? 8 : png_get_bit_depth(png, info);
}

static void read_pixels(png_structp png, png_infop info, int sample_bits, uint8_t *pixels, size_t size) {
  // Palette to RGB, 1, 2 and 4 bits to 8, a tRNS colour to alpha: in libpng all happen before strip_16.
  png_set_expand(png);
  if (sample_bits == 8) png_set_strip_16(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (sample_bits == 16) png_set_swap(png);
#endif
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);

  size_t row_size = png_get_rowbytes(png, info), height = png_get_image_height(png, info);
  if (row_size == 0 || size / row_size != height || size % row_size != 0) {
    png_error(png, "the image data does not have the size its header gives");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < height; y++) png_read_row(png, pixels + y * row_size, NULL);
  }
  png_read_end(png, NULL);
}

/// Without `pixels`, stops at the header. Apart from its caller, so that no local lives across the longjmp.
static void decode_guarded(reader *r, cic_header *header, int sample_bits, uint8_t *pixels, size_t size) {
  if (setjmp(png_jmpbuf(r->png))) return;
  r->info = png_create_info_struct(r->png);
  if (r->info == NULL) png_error(r->png, "Out of memory");
  png_set_read_fn(r->png, r, read_bytes);
  read_header(r->png, r->info, header);
  if (pixels != NULL) read_pixels(r->png, r->info, sample_bits, pixels, size);
  r->status = CIC_OK;
}

static cic_status decode(const uint8_t *bytes, size_t count, cic_header *header, int sample_bits, uint8_t *pixels,
                         size_t size, char *remarks, char *message) {
  reader r = {.bytes = bytes, .count = count, .status = CIC_NO_MEMORY, .remarks = remarks, .message = message};
  message[0] = remarks[0] = '\0';
  r.cut_chunk = find_cut_chunk(bytes, count);
  r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
  if (r.png == NULL) return r.status;
  decode_guarded(&r, header, sample_bits, pixels, size);
  png_destroy_read_struct(&r.png, &r.info, NULL);
  return r.status;
}

cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  char remarks[CIC_MESSAGE_SIZE];
  return decode(bytes, count, header, 8, NULL, 0, remarks, message);
}

cic_status cic_png_pixels(const uint8_t *bytes, size_t count, int sample_bits, void *pixels, size_t size,
                          char *remarks, char *message) {
  cic_header header;
  return decode(bytes, count, &header, sample_bits, pixels, size, remarks, message);
}
