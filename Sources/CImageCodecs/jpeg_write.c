// JPEG encoding to a growing buffer: baseline, at libjpeg's accurate defaults.

#include "CImageCodecs.h"

// jpeglib.h uses size_t and FILE without declaring them.
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum { FULL_CHROMA_QUALITY = 90, FIRST_SIZE = 1 << 16 };

typedef struct writer {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  uint8_t *bytes;
  size_t count, capacity;
  jmp_buf escape;
  cic_status status;
  char *message;
} writer;

static void on_error(j_common_ptr jpeg) {
  writer *w = jpeg->client_data;
  char text[JMSG_LENGTH_MAX];
  w->errors.format_message(jpeg, text);
  snprintf(w->message, CIC_MESSAGE_SIZE, "%s", text);
  w->status = w->errors.msg_code == JERR_OUT_OF_MEMORY ? CIC_NO_MEMORY : CIC_UNSUPPORTED;
  longjmp(w->escape, 1);
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

/// Called when all room is taken, whatever `free_in_buffer` says.
static boolean on_full(j_compress_ptr jpeg) {
  writer *w = jpeg->client_data;
  size_t taken = w->capacity, capacity = taken ? 2 * taken : FIRST_SIZE;
  uint8_t *grown = realloc(w->bytes, capacity);
  if (grown == NULL) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  w->bytes = grown;
  w->capacity = capacity;
  w->destination.next_output_byte = grown + taken;
  w->destination.free_in_buffer = capacity - taken;
  return TRUE;
}

static void on_start(j_compress_ptr jpeg) { on_full(jpeg); }

static void on_end(j_compress_ptr jpeg) {
  writer *w = jpeg->client_data;
  w->count = w->capacity - w->destination.free_in_buffer;
}

static void write_segments(j_compress_ptr jpeg, const uint8_t *segments, size_t count) {
  for (size_t at = 0; at + 4 <= count;) {
    unsigned length = (unsigned)segments[at + 2] << 8 | segments[at + 3];
    jpeg_write_marker(jpeg, segments[at + 1], segments + at + 4, length - 2);
    at += 2 + length;
  }
}

/// Apart from its caller, so that no local lives across the longjmp.
static void encode_guarded(writer *w, const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                           const cic_jpeg_options *options) {
  if (setjmp(w->escape)) return;
  jpeg_create_compress(&w->jpeg);
  w->jpeg.dest = &w->destination;
  w->jpeg.image_width = width;
  w->jpeg.image_height = height;
  w->jpeg.input_components = channels;
  w->jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&w->jpeg);
  // Huffman codes made for the picture (`optimize_coding`) save 1 to 2%, but take two to three times as long.
  jpeg_set_quality(&w->jpeg, options->quality, TRUE);
  if (channels == 3 && options->quality >= FULL_CHROMA_QUALITY) {
    w->jpeg.comp_info[0].h_samp_factor = w->jpeg.comp_info[0].v_samp_factor = 1;
  }
  if (options->density_x != 0 && options->density_y != 0) {
    w->jpeg.density_unit = options->is_per_inch ? 1 : 0;
    w->jpeg.X_density = options->density_x;
    w->jpeg.Y_density = options->density_y;
  }
  jpeg_start_compress(&w->jpeg, TRUE);
  write_segments(&w->jpeg, options->segments, options->segments_count);
  size_t row_size = (size_t)width * (size_t)channels;
  while (w->jpeg.next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + w->jpeg.next_scanline * row_size);
    jpeg_write_scanlines(&w->jpeg, &row, 1);
  }
  jpeg_finish_compress(&w->jpeg);
  w->status = CIC_OK;
}

cic_status cic_jpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                           const cic_jpeg_options *options, uint8_t **out, size_t *out_count, char *message) {
  writer w = {.status = CIC_NO_MEMORY, .message = message};
  message[0] = '\0';
  w.jpeg.err = jpeg_std_error(&w.errors);
  w.jpeg.client_data = &w;
  w.errors.error_exit = on_error;
  w.errors.output_message = on_output;
  w.destination.init_destination = on_start;
  w.destination.empty_output_buffer = on_full;
  w.destination.term_destination = on_end;
  encode_guarded(&w, pixels, width, height, channels, options);
  jpeg_destroy_compress(&w.jpeg);
  if (w.status != CIC_OK) {
    free(w.bytes);
    return w.status;
  }
  *out = w.bytes;
  *out_count = w.count;
  return CIC_OK;
}
