// PNG encoding to a growing buffer.

#include "CImageCodecs.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct writer {
  png_structp png;
  png_infop info;
  uint8_t *bytes;
  size_t count, capacity;
  cic_status status;
  char *message;
} writer;

static void on_error(png_structp png, png_const_charp text) {
  writer *w = png_get_error_ptr(png);
  w->status = strcmp(text, "Out of memory") == 0 ? CIC_NO_MEMORY : CIC_UNSUPPORTED;
  snprintf(w->message, CIC_MESSAGE_SIZE, "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void write_bytes(png_structp png, png_bytep from, size_t added) {
  writer *w = png_get_io_ptr(png);
  if (added > w->capacity - w->count) {
    size_t capacity = w->capacity < 4096 ? 4096 : w->capacity * 2;
    if (capacity < w->count + added) capacity = w->count + added;
    uint8_t *grown = realloc(w->bytes, capacity);
    if (grown == NULL) png_error(png, "Out of memory");
    w->bytes = grown;
    w->capacity = capacity;
  }
  memcpy(w->bytes + w->count, from, added);
  w->count += added;
}

static void flush_bytes(png_structp png) { (void)png; }

typedef struct layout {
  uint32_t width, height;
  int channels, sample_bits, level, filters;
} layout;

/// Apart from its caller, so that no local lives across the longjmp.
static void encode_guarded(writer *w, const uint8_t *pixels, const layout *l) {
  static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                              PNG_COLOR_TYPE_RGB_ALPHA};
  if (setjmp(png_jmpbuf(w->png))) return;
  w->info = png_create_info_struct(w->png);
  if (w->info == NULL) png_error(w->png, "Out of memory");
  png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_write_fn(w->png, w, write_bytes, flush_bytes);
  png_set_compression_level(w->png, l->level);
  png_set_compression_buffer_size(w->png, 1 << 16);  // the size of an IDAT chunk
  png_set_filter(w->png, PNG_FILTER_TYPE_BASE, l->filters);
  png_set_IHDR(w->png, w->info, l->width, l->height, l->sample_bits, types[l->channels - 1], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(w->png, w->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (l->sample_bits == 16) png_set_swap(w->png);
#endif
  size_t row_size = (size_t)l->width * (size_t)l->channels * (size_t)l->sample_bits / 8;
  for (uint32_t y = 0; y < l->height; y++) png_write_row(w->png, pixels + y * row_size);
  png_write_end(w->png, w->info);
  w->status = CIC_OK;
}

cic_status cic_png_encode(const void *pixels, uint32_t width, uint32_t height, int channels, int sample_bits,
                          int level, int filters, uint8_t **out, size_t *out_count, char *message) {
  writer w = {.status = CIC_NO_MEMORY, .message = message};
  layout l = {width, height, channels, sample_bits, level, filters};
  message[0] = '\0';
  w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &w, on_error, on_warning);
  if (w.png == NULL) return w.status;
  encode_guarded(&w, pixels, &l);
  png_destroy_write_struct(&w.png, &w.info);
  if (w.status != CIC_OK) {
    free(w.bytes);
    return w.status;
  }
  *out = w.bytes;
  *out_count = w.count;
  return CIC_OK;
}

void cic_free(void *pointer) { free(pointer); }
