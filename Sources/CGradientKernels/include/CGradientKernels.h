#pragma once
#include "CKernels.h"

// The vector kernels that training adds to those of CKernels.h, whose legend holds here, too. All maps are blocked; x is one
// block, `count` or height × width pixels of it.

/// The transforms of F(m×m, 3×3) with n = m + 2 on the way back.
typedef struct {
  int32_t m;
  /// `output_tiles` transposed: the m×m pixels of tiles first ..< first + count, zero outside the map. Value xi of tile t goes to
  /// v + xi·v_xi + (t − first)·L.
  void (*gradient_tiles)(const ck_tiling *, const float *block, int32_t first, int32_t count, float *v, intptr_t v_xi);
  /// `weight_row` transposed: value xi of input channel k and of L outputs is at u + xi·u_xi + k·u_row. The 3×3 values go to
  /// gradient + output[lane]·output_step + k·9 unless output[lane] is negative.
  void (*weight_gradient)(const float *u, intptr_t u_xi, intptr_t u_row, const int32_t *output, int32_t channels,
                          intptr_t output_step, float *gradient);
} ck_winograd_gradients;

/// Adam: m ← m + (g − m)·(1 − β₁), v ← β₂·v + (1 − β₂)·g², value ← value − rate·m / (√v / root + ε), with
/// rate = lr / (1 − β₁ᵗ) and root = √(1 − β₂ᵗ) at step t.
typedef struct {
  float toward_gradient, beta2, toward_square, rate, root, epsilon;
} ck_adam;

typedef struct {
  /// As in the table of inference with the same name, whose maps these read and write.
  const char *name;
  /// L.
  int32_t lanes;
  /// m = 2, 3, 4, 5, 6.
  ck_winograd_gradients winograd[5];
  /// p[L, nv·L] = Σ_t v[t, L]' · d[t, nv·L] (+ p if accumulate) over `tiles` t; nv is 1 or 2. The second block of d starts
  /// d_block floats after the first, rows of p are p_row floats apart.
  void (*outer)(const float *v, const float *d, intptr_t d_block, int32_t tiles, int32_t nv, float *p, intptr_t p_row,
                int32_t accumulate);
  /// Mean and sum of squared deviations from it, lane by lane.
  void (*moments)(const float *x, intptr_t count, float *mean, float *squares);
  /// With g = dy where x·scale + shift > floor, else 0: sum = Σ g, product = Σ g·(x − mean).
  void (*normalization_sums)(const float *x, const float *dy, intptr_t count, const float *scale, const float *shift,
                             float floor, const float *mean, float *sum, float *product);
  /// dx = scale·g − offset − slope·(x − mean), g as above.
  void (*normalization_gradient)(const float *x, const float *dy, intptr_t count, const float *scale, const float *shift,
                                 float floor, const float *mean, const float *offset, const float *slope, float *dx);
  /// dx += the gradient of max_pool: each window's goes to the first of its largest values, row by row.
  void (*pool_gradient)(const float *x, int32_t height, int32_t width, const float *dpooled, float *dx);
  /// dx += the gradient of mean: a share of dmean for each pixel of the window.
  void (*mean_gradient)(const float *dmean, ck_window window, float *dx);
  /// dx += the transpose of upsample of all rows of dy; row: width vectors of scratch.
  void (*upsample_gradient)(const float *dy, int32_t height, int32_t width, const ck_tap *rows, const ck_tap *columns,
                            float *dx, int32_t dx_width, float *row);
  /// One step of Adam on `count` values, a multiple of L: m and v are the running moments, see ck_adam.
  void (*adam)(const ck_adam *, intptr_t count, const float *gradient, float *value, float *m, float *v);
} ck_gradient_kernels;

/// The gradient kernels called `name`, or null where ck_named has none of that name.
const ck_gradient_kernels *ck_gradients_named(const char *name);
