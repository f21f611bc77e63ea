#pragma once
#include "ck_maps.h"
#include "ck_winograd.h"

// The vector kernels of inference, as a table of functions for each instruction set; those that training adds are in
// CGradientKernels.h. ck_maps.h has the legend.
//
// A function has the name of its field and is written once, in templates/, for all instruction sets. What differs by the m of
// F(m×m, 3×3) ends in it, by one paste: weight_row_4 is `static void TILED(weight_row)` in templates/winograd.inc, included
// with TILED(function) as function##_4; so search for `TILED(weight_row)`. The transforms that these are made of are generated
// under their full names, as input_4 in templates/transforms.inc.

typedef struct {
  /// "avx512", "avx2", "portable".
  const char *name;
  /// L.
  int32_t lanes;
  /// Rows that `gemm` computes at once for nv = 1 and 2: multiples are fastest.
  int32_t gemm_rows[2];
  /// p[rows, nv·L] = v[rows, k] · u[k, nv·L] (+ p if accumulate); rows of v are v_row floats apart. nv is 1 or 2. What lies
  /// at `next_u` and `next_v` is fetched into the cache meanwhile: the next call's, of the same size.
  void (*gemm)(const float *v, intptr_t v_row, const float *u, float *p, int32_t rows, int32_t k, int32_t nv,
               int32_t accumulate, const float *next_u, const float *next_v);
  /// Lays out the 3×3 kernels from input channels channel[0 ..< k] to output channels output[0 ..< nv·L] (−1: zero) as
  /// packed[k][nv][9][L].
  void (*pack_kernels)(const ck_weights *, const int32_t *output, const int32_t *channel, int32_t k, int32_t nv,
                       float *packed);
  /// m = 2, 3, 4, 5, 6.
  ck_winograd winograd[5];
  /// Rows first ..< first + count of a 3×3 convolution to one planar channel, without ReLU; weights is
  /// [blocks][9][L].
  void (*single)(const float *const *blocks, int32_t count_blocks, int32_t height, int32_t width, const float *weights,
                 float bias, int32_t first, int32_t count, float *planar);
  /// 2×2 max-pool, stride 2, ceil mode, NaN kept: one block → ⌈H/2⌉×⌈W/2⌉.
  void (*max_pool)(const float *block, int32_t height, int32_t width, float *pooled);
  /// Mean of a window of one block: L floats.
  void (*mean)(const float *block, ck_window window, float *mean);
  /// Bilinear resize of one block, stored with `width` pixels a row: rows first ..< first + count of the result, whose rows
  /// and columns are interpolated as the taps say.
  void (*upsample)(const float *block, int32_t width, const ck_tap *rows, const ck_tap *columns, float *out,
                   int32_t out_width, int32_t first, int32_t count);
  /// The same for one planar channel.
  void (*upsample_planar)(const float *planar, int32_t width, const ck_tap *rows, const ck_tap *columns, float *out,
                          int32_t out_width, int32_t first, int32_t count);
  /// out = a + b, count floats.
  void (*add)(const float *a, const float *b, float *out, intptr_t count);
  /// y = max(x·scale + shift, floor) + residual, which may be null: `count` pixels of one block.
  void (*normalize)(const float *x, intptr_t count, const float *scale, const float *shift, float floor,
                    const float *residual, float *y);
  /// count ≤ L planar channels, `pixels` floats each and back to back, into one block, and back.
  void (*pack)(const float *planar, int32_t count, intptr_t pixels, float *block);
  void (*unpack)(const float *block, int32_t count, intptr_t pixels, float *planar);
} ck_kernels;

/// The kernels called `name`, or null if this build or this processor has none of that name.
const ck_kernels *ck_named(const char *name);

/// Name number `index` of those that ck_named accepts on this processor, fastest first; null past the end.
const char *ck_name(int32_t index);
