#pragma once
#include <stdint.h>

// The vector kernels of inference; those that training adds are in CGradientKernels.h. Legend: L lanes of a vector; a map of C
// channels is stored as ⌈C/L⌉ blocks, each H×W pixels of L channels (block b, row y, column x, lane l is channel b·L + l); lanes beyond C are zero.
// "Planar" is one channel: H×W floats. A block of several images holds one image's pixels after the other's.

/// Where the tiles of a Winograd convolution F(m×m, 3×3) lie in a map of height × width pixels.
///
/// A dilation of d splits the map into phases: every d-th pixel of every d-th row, on which the convolution is a dense one.
/// All phases get tiles_y × tiles_x tiles; tile t belongs to phase t / (tiles_y · tiles_x), the phases counted
/// row by row over phases_x columns; `phases` of them are an image, and the next image's tiles follow.
typedef struct {
  int32_t height, width, dilation, phases, phases_x, tiles_y, tiles_x;
} ck_tiling;

/// Linear interpolation between samples a and b: a + (b − a)·weight.
typedef struct {
  int32_t a, b;
  float weight;
} ck_tap;

/// height × width pixels of a map whose rows have map_width pixels, from row y and column x on.
typedef struct {
  int32_t map_width, y, x, height, width;
} ck_window;

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

/// The transforms of F(m×m, 3×3) with n = m + 2. Each is called as the function that templates/winograd.inc has for it.
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

/// What this thread has streamed is visible to whoever sees what it does next.
static inline void ck_streamed(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// Tells the processor that this thread is waiting in a loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
