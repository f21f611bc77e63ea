#pragma once
#include "ck_maps.h"

// 3×3 convolutions by F(m×m, 3×3): what they read and write, and their transforms.

/// Where the tiles of a Winograd convolution F(m×m, 3×3) lie in a map of height × width pixels.
///
/// A dilation of d splits the map into phases: every d-th pixel of every d-th row, on which the convolution is a dense one.
/// All phases get tiles_y × tiles_x tiles; tile t belongs to phase t / (tiles_y · tiles_x), the phases counted
/// row by row over phases_x columns; `phases` of them are an image, and the next image's tiles follow.
typedef struct {
  int32_t height, width, dilation, phases, phases_x, tiles_y, tiles_x;
} ck_tiling;

/// One block of a map that a convolution reads: height × width pixels, or fewer that are interpolated on the way.
typedef struct {
  const float *block;
  /// Pixels of a row as stored.
  int32_t width;
  /// Floats from one image to the next.
  intptr_t image;
  /// For every row and every column of the map what it is interpolated from; null for a map stored as it is.
  /// Interpolated maps need a dilation of 1.
  const ck_tap *rows, *columns;
  /// Whether it is interpolated to exactly twice its height and width.
  int32_t doubled;
} ck_source;

/// One block that a convolution writes: max(sum + bias, floor) + residual.
typedef struct {
  float *block;
  /// L floats.
  const float *bias;
  /// 0 for a ReLU, −∞ for none.
  float floor;
  /// A block of the same size, or null.
  const float *residual;
  /// Gets the block's 2×2 max-pool (see max_pool), for which m must be even and the dilation 1; or null.
  float *pooled;
  /// Whether to write past the caches, where they would not keep the block until it is read; `ck_streamed` must follow.
  int32_t streams;
} ck_result;

/// The 3×3 kernels between two lists of channels: that from input channel i to output channel o lies at
/// start + o·output_step + i·channel_step.
typedef struct {
  const float *start;
  intptr_t output_step, channel_step;
  /// Whether the kernels are to be turned by 180°: the convolution's transpose, if the lists change places, too.
  int32_t turned;
} ck_weights;

/// The transforms of F(m×m, 3×3) with n = m + 2. Each is called as its function: CKernels.h says where to find it.
typedef struct {
  int32_t m;
  /// Transforms tiles first ..< first + count of one source into v: value xi (of n·n) of tile t goes to
  /// v + xi·v_xi + (t − first)·v_tile, L floats.
  void (*input_tiles)(const ck_tiling *, const ck_source *, int32_t first, int32_t count, float *v, intptr_t v_tile,
                      intptr_t v_xi);
  /// Transforms products back: value xi of tile t is at p + xi·p_xi + (t − first)·p_tile.
  void (*output_tiles)(const ck_tiling *, const float *p, intptr_t p_xi, intptr_t p_tile, int32_t first, int32_t count,
                       const ck_result *);
  /// Transforms 3×3 kernels as `pack_kernels` leaves them: the n values of one row of the n×n, value x of input k to
  /// u + x·u_xi + k·nv·L, nv·L floats.
  void (*weight_row)(const float *kernels, int32_t k, int32_t nv, int32_t row, float *u, intptr_t u_xi);
} ck_winograd;

/// What this thread has streamed is visible to whoever sees what it does next.
static inline void ck_streamed(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}
