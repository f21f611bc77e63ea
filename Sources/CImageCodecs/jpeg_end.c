// Where a scan's coded data end. libjpeg reads ahead and does not tell how far; but it warns where a block lacks bits, so
// that the file is cut shorter and shorter until it does. Only blocks are decoded, not pixels.

#include "jpeg_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>

typedef struct trial {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  int is_complete;
  /// Of the last blocks.
  uint64_t sum;
  jmp_buf escape;
} trial;

_Noreturn static void on_error(j_common_ptr jpeg) { longjmp(((trial *)jpeg->client_data)->escape, 1); }

static void on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && jpeg->err->msg_code == JWRN_HIT_MARKER) on_error(jpeg);
}

static void open_trial(trial *t, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&t->jpeg);
  jpeg_mem_src(&t->jpeg, bytes, count);
  jpeg_read_header(&t->jpeg, TRUE);
  size_t blocks = ((size_t)t->jpeg.image_width + 32) * ((size_t)t->jpeg.image_height + 32);
  t->jpeg.mem->max_memory_to_use = (long)(2 * blocks * (size_t)t->jpeg.num_components + (16u << 20));
}

static void read_scans(trial *t, const uint8_t *bytes, size_t count, int scan) {
  if (setjmp(t->escape)) return;
  open_trial(t, bytes, count);
  // So that a scan is read after a scan, whatever kind of file it is.
  t->jpeg.buffered_image = TRUE;
  jpeg_start_decompress(&t->jpeg);
  int status = JPEG_REACHED_SOS;
  while (status != JPEG_REACHED_EOI && !t->is_complete) {
    status = jpeg_consume_input(&t->jpeg);
    t->is_complete =
      t->jpeg.input_scan_number == scan && (status == JPEG_SCAN_COMPLETED || t->jpeg.input_iMCU_row >= t->jpeg.total_iMCU_rows);
  }
}

static void read_last_blocks(trial *t, const uint8_t *bytes, size_t count) {
  if (setjmp(t->escape)) return;
  open_trial(t, bytes, count);
  jvirt_barray_ptr *maps = jpeg_read_coefficients(&t->jpeg);
  for (int c = 0; c < t->jpeg.num_components; c++) {
    const jpeg_component_info *info = &t->jpeg.comp_info[c];
    JDIMENSION last = (info->height_in_blocks - 1) / (JDIMENSION)info->v_samp_factor * (JDIMENSION)info->v_samp_factor;
    for (JDIMENSION y = last; y < info->height_in_blocks; y++) {
      JBLOCKARRAY row = t->jpeg.mem->access_virt_barray((j_common_ptr)&t->jpeg, maps[c], y, 1, FALSE);
      const uint8_t *data = (const uint8_t *)row[0];
      // FNV-1a
      for (size_t i = 0; i < info->width_in_blocks * sizeof(JBLOCK); i++) t->sum = (t->sum ^ data[i]) * 0x100000001B3;
    }
  }
  t->is_complete = 1;
}

static trial new_trial(void) { return (trial){.sum = 0xCBF29CE484222325}; }

static void prepare(trial *t) {
  t->jpeg.err = jpeg_std_error(&t->errors);
  t->jpeg.client_data = t;
  t->errors.error_exit = on_error;
  t->errors.emit_message = on_message;
}

/// Whether the first `count` bytes hold all blocks of a scan.
static int is_enough(const uint8_t *bytes, size_t count, int scan) {
  trial t = new_trial();
  prepare(&t);
  read_scans(&t, bytes, count, scan);
  jpeg_destroy_decompress(&t.jpeg);
  return t.is_complete;
}

/// A checksum of the last blocks; 0 if they are not complete.
static uint64_t last_blocks(const uint8_t *bytes, size_t count) {
  trial t = new_trial();
  prepare(&t);
  read_last_blocks(&t, bytes, count);
  jpeg_destroy_decompress(&t.jpeg);
  return t.is_complete ? t.sum : 0;
}

int is_filled_with_ones(const uint8_t *bytes, size_t count) {
  uint8_t last = bytes[count - 1];
  // An FF has a zero behind it.
  if (count > 1 && last == 0 && bytes[count - 2] == 0xFF) return 1;
  // Of the lowest zero: if blocks do not change with it, it is one of those that should be ones.
  uint8_t other = last | (uint8_t)(last + 1);
  uint8_t *changed = malloc(count + 1);
  if (changed == NULL) return 0;
  memcpy(changed, bytes, count);
  changed[count - 1] = other;
  changed[count] = 0;
  int same = last_blocks(bytes, count) == last_blocks(changed, count + (other == 0xFF));
  free(changed);
  return !same;
}

size_t end_of_scan(const uint8_t *bytes, size_t count, int scan, size_t read) {
  // It holds 64 bits at most, and each FF is two bytes in the file.
  enum { MOST_AHEAD = 20 };
  size_t enough = read < count ? read : count, few = enough > MOST_AHEAD ? enough - MOST_AHEAD : 0;
  // Mostly it took no byte too many.
  if (enough == 0 || !is_enough(bytes, enough - 1, scan)) return enough;
  if (is_enough(bytes, few, scan)) return 0;
  enough--;
  while (enough - few > 1) {
    size_t middle = few + (enough - few) / 2;
    if (is_enough(bytes, middle, scan)) {
      enough = middle;
    } else {
      few = middle;
    }
  }
  return enough;
}
