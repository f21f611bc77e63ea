// Winograd's convolutions by this processor's portable kernels against the plain definition, in double precision.
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEIGHT = 13, WIDTH = 17, PIXELS = HEIGHT * WIDTH, MOST = 64 };

static float *random_values(int count) {
  float *values = malloc(sizeof(float) * count);
  for (int i = 0; i < count; i++) values[i] = 2 * (float)rand() / (float)RAND_MAX - 1;
  return values;
}

static double plain(const float *in, const float *weights, int channels, int o, int y, int x, int dilation, float bias) {
  double sum = bias;
  for (int c = 0; c < channels; c++)
    for (int tap = 0; tap < 9; tap++) {
      int row = y + (tap / 3 - 1) * dilation, column = x + (tap % 3 - 1) * dilation;
      if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH)
        sum += (double)in[(c * HEIGHT + row) * WIDTH + column] * weights[(o * channels + c) * 9 + tap];
    }
  return sum > 0 ? sum : 0;
}

/// The largest difference for F(m×m, 3×3) with dilation d, 2·L channels to 2·L channels.
static double largest_difference(const ck_kernels *kernels, const ck_winograd *winograd, int d) {
  const int lanes = kernels->lanes, channels = 2 * lanes, m = winograd->m, n2 = (m + 2) * (m + 2);
  const int tiles_y = ((HEIGHT + d - 1) / d + m - 1) / m, tiles_x = ((WIDTH + d - 1) / d + m - 1) / m;
  const int tiles = tiles_y * tiles_x * d * d;
  const ck_tiling tiling = {HEIGHT, WIDTH, d, d * d, d, tiles_y, tiles_x};
  float *in = random_values(channels * PIXELS), *weights = random_values(channels * channels * 9);
  float *bias = random_values(channels), *map = malloc(sizeof(float) * channels * PIXELS);
  float *out = malloc(sizeof(float) * channels * PIXELS), *v = malloc(sizeof(float) * n2 * tiles * channels);
  float *u = malloc(sizeof(float) * n2 * channels * channels), *p = malloc(sizeof(float) * n2 * tiles * channels);
  float *packed = malloc(sizeof(float) * channels * channels * 9);
  int32_t every[MOST];
  for (int i = 0; i < channels; i++) every[i] = i;

  for (int b = 0; b < 2; b++) {
    kernels->pack(in + b * lanes * PIXELS, lanes, PIXELS, map + b * lanes * PIXELS);
    const ck_source source = {.block = map + b * lanes * PIXELS, .width = WIDTH};
    winograd->input_tiles(&tiling, &source, 0, tiles, v + b * lanes, channels, tiles * channels);
  }
  const ck_weights kernel = {.start = weights, .output_step = channels * 9, .channel_step = 9};
  kernels->pack_kernels(&kernel, every, every, channels, 2, packed);
  for (int row = 0; row < m + 2; row++)
    winograd->weight_row(packed, channels, 2, row, u + row * (m + 2) * channels * channels, channels * channels);
  for (int xi = 0; xi < n2; xi++)
    kernels->gemm(v + xi * tiles * channels, channels, u + xi * channels * channels, p + xi * tiles * channels, tiles, channels,
                  2, 0, u, v);
  for (int b = 0; b < 2; b++) {
    const ck_result result = {.block = out + b * lanes * PIXELS, .bias = bias + b * lanes};
    winograd->output_tiles(&tiling, p + b * lanes, tiles * channels, channels, 0, tiles, &result);
  }

  double largest = 0;
  for (int o = 0; o < channels; o++)
    for (int i = 0; i < PIXELS; i++) {
      const float value = out[(o / lanes * PIXELS + i) * lanes + o % lanes];
      largest = fmax(largest, fabs(value - plain(in, weights, channels, o, i / WIDTH, i % WIDTH, d, bias[o])));
    }
  float *all[] = {in, weights, bias, map, out, v, u, p, packed};
  for (int i = 0; i < 9; i++) free(all[i]);
  return largest;
}

int main(void) {
  const ck_kernels *kernels = ck_named("portable");
  int failures = 0;
  for (int i = 0; i < 5; i++)
    for (int d = 1; d <= 4; d *= 2) {
      double difference = largest_difference(kernels, &kernels->winograd[i], d);
      int fails = !(difference < 1e-4);
      printf("%s, %d lanes: F(%d, 3), dilation %d: %.1e%s\n", kernels->name, kernels->lanes, kernels->winograd[i].m, d,
             difference, fails ? "  FAILS" : "");
      failures += fails;
    }
  return failures > 0;
}
