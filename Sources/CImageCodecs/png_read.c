// PNG decoding: every colour type, depth and interlacing, from memory.

#include "CImageCodecs.h"

#include <png.h>
#include <stdio.h>
#include <string.h>

typedef struct reader {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  cic_status status;
  char *message;
} reader;

static void on_error(png_structp png, png_const_charp text) {
  reader *r = png_get_error_ptr(png);
  r->status = strcmp(text, "Out of memory") == 0 ? CIC_NO_MEMORY : CIC_CORRUPT;
  snprintf(r->message, CIC_MESSAGE_SIZE, "%s", text);
  png_longjmp(png, 1);
}

// What libpng only warns of does not change the pixels.
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep to, size_t wanted) {
  reader *r = png_get_io_ptr(png);
  if (wanted > r->count - r->position) png_error(png, "the file ends too early");
  memcpy(to, r->bytes + r->position, wanted);
  r->position += wanted;
}

static void read_header(png_structp png, png_infop info, cic_header *header) {
  // How large is too large is the caller's choice: it sees the size before it gives memory for the pixels.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // No chunk but IHDR, PLTE, tRNS, IDAT and IEND changes the pixels, so that the rest (texts and profiles
  // that may inflate without end) is checked and skipped. The two limits hold should libpng keep one.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);

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
                         size_t size, char *message) {
  reader r = {.bytes = bytes, .count = count, .status = CIC_NO_MEMORY, .message = message};
  message[0] = '\0';
  r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning);
  if (r.png == NULL) return r.status;
  decode_guarded(&r, header, sample_bits, pixels, size);
  png_destroy_read_struct(&r.png, &r.info, NULL);
  return r.status;
}

cic_status cic_png_header(const uint8_t *bytes, size_t count, cic_header *header, char *message) {
  return decode(bytes, count, header, 8, NULL, 0, message);
}

cic_status cic_png_pixels(const uint8_t *bytes, size_t count, int sample_bits, void *pixels, size_t size,
                          char *message) {
  cic_header header;
  return decode(bytes, count, &header, sample_bits, pixels, size, message);
}
