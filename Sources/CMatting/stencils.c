#include "CMatting.h"
#include "clones.h"

#define NEIGHBOURS 12
#define CHUNK 256
/// Pixels whose sums stay in registers while the terms go by.
#define BLOCK 32
#define TAIL 8

static const int rows_down[NEIGHBOURS] = {0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
static const int columns_right[NEIGHBOURS] = {1, 2, -2, -1, 0, 1, 2, -2, -1, 0, 1, 2};

// The 24 terms of a row of the matrix in this order: the rows below, the own row to the right, the own row to the left, the
// rows above.
#define BELOW 0
#define RIGHT 10
#define LEFT 12
#define ABOVE 14
#define TERMS 24

// Where the weights of a run and its neighbours start, so that weight and neighbour of column x are at [x].
#define FIND_TERMS(Number, values)                                                                                   \
  const float *weights[TERMS];                                                                                       \
  const Number *neighbours[TERMS];                                                                                   \
  for (int k = 0; k < NEIGHBOURS; k++) {                                                                             \
    const float *plane = matrix->weights + k * matrix->stride;                                                       \
    const ptrdiff_t after = run->base[2 + rows_down[k]] + columns_right[k];                                          \
    const ptrdiff_t before = run->base[2 - rows_down[k]] - columns_right[k];                                         \
    const int down = k < 2 ? RIGHT + k : BELOW + k - 2, up = k < 2 ? LEFT + k : ABOVE + k - 2;                       \
    weights[down] = plane + run->base[2];                                                                            \
    neighbours[down] = (values) + after;                                                                             \
    weights[up] = plane + before;                                                                                    \
    neighbours[up] = (values) + before;                                                                              \
  }

#define ADD_BLOCK(Number, size, from, to, sums, x)                                                                   \
  {                                                                                                                  \
    Number t_[size];                                                                                                 \
    for (int j = 0; j < size; j++) t_[j] = (sums)[j];                                                                \
    for (int k = from; k < to; k++) {                                                                                \
      const float *w_ = weights[k] + (x);                                                                            \
      const Number *v_ = neighbours[k] + (x);                                                                        \
      for (int j = 0; j < size; j++) t_[j] += w_[j] * v_[j];                                                         \
    }                                                                                                                \
    for (int j = 0; j < size; j++) (sums)[j] = t_[j];                                                                \
  }

// Adds terms from..<to to sums[0..<count], which start at column x, and some of what is stored behind to the sums behind
// those: vectors and sums must have room for TAIL more.
#define ADD_TERMS(Number, from, to, sums, x, count)                                                                  \
  {                                                                                                                  \
    ptrdiff_t i_ = 0;                                                                                                \
    for (; i_ + BLOCK <= (count); i_ += BLOCK) ADD_BLOCK(Number, BLOCK, from, to, (sums) + i_, (x) + i_)              \
    for (; i_ + TAIL < (count); i_ += 2 * TAIL) ADD_BLOCK(Number, 2 * TAIL, from, to, (sums) + i_, (x) + i_)         \
    if (i_ < (count)) ADD_BLOCK(Number, TAIL, from, to, (sums) + i_, (x) + i_)                                       \
  }

// Whether the run is so far inside first..<end that it has no neighbours in other rows than theirs.
#define IS_INNER(run) \
  ((run)->row >= matrix->runs[first].row + 2 && (run)->row <= matrix->runs[end - 1].row - 2)

CLONES double cm_multiply(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const double *diagonal, const double *x, double *y) {
  double product = 0;
  for (const cm_run *run = matrix->runs + first; run < matrix->runs + end; run++) {
    FIND_TERMS(double, x)
    const ptrdiff_t base = run->base[2];
    for (ptrdiff_t start = run->start; start < run->end; start += CHUNK) {
      const ptrdiff_t count = run->end - start < CHUNK ? run->end - start : CHUNK, at = base + start;
      double sums[CHUNK + TAIL] = {0};
      ADD_TERMS(double, 0, TERMS, sums, start, count)
      for (ptrdiff_t i = 0; i < count; i++) {
        const double value = diagonal[at + i] * x[at + i] - sums[i];
        y[at + i] = value;
        product += x[at + i] * value;
      }
    }
  }
  return product;
}

CLONES void cm_residual_after_sweep(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *diagonal, const float *b, const float *x,
  float *r) {
  for (const cm_run *run = matrix->runs + first; run < matrix->runs + end; run++) {
    FIND_TERMS(float, x)
    const ptrdiff_t base = run->base[2];
    for (ptrdiff_t start = run->start; start < run->end; start += CHUNK) {
      const ptrdiff_t count = run->end - start < CHUNK ? run->end - start : CHUNK, at = base + start;
      float sums[CHUNK + TAIL];
      if (IS_INNER(run)) {
        for (ptrdiff_t i = 0; i < count + TAIL; i++) sums[i] = 0;
        ADD_TERMS(float, BELOW, LEFT, sums, start, count)
      } else {
        for (ptrdiff_t i = 0; i < count + TAIL; i++) sums[i] = b[at + i] - diagonal[at + i] * x[at + i];
        ADD_TERMS(float, BELOW, TERMS, sums, start, count)
      }
      for (ptrdiff_t i = 0; i < count; i++) r[at + i] = sums[i];
    }
  }
}

// What lies in the rows above and below is summed for many pixels at once; then each pixel waits for those before it in
// its own row.
CLONES void cm_sweep_forward(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *inverse, const float *b, int is_from_zero,
  float *x) {
  for (const cm_run *run = matrix->runs + first; run < matrix->runs + end; run++) {
    FIND_TERMS(float, x)
    const ptrdiff_t base = run->base[2];
    const float *one = matrix->weights, *two = matrix->weights + matrix->stride;
    const int is_all_zero_after = is_from_zero && IS_INNER(run);
    for (ptrdiff_t start = run->start; start < run->end; start += CHUNK) {
      const ptrdiff_t count = run->end - start < CHUNK ? run->end - start : CHUNK, at = base + start;
      float sums[CHUNK + TAIL];
      for (ptrdiff_t i = 0; i < count + TAIL; i++) sums[i] = b[at + i];
      if (!is_all_zero_after) ADD_TERMS(float, BELOW, LEFT, sums, start, count)
      ADD_TERMS(float, ABOVE, TERMS, sums, start, count)
      float before = x[at - 1], before_that = x[at - 2];
      for (ptrdiff_t i = 0; i < count; i++) {
        const float scale = inverse[at + i];
        const float others = scale * sums[i] + scale * two[at + i - 2] * before_that;
        before_that = before;
        before = others + scale * one[at + i - 1] * before;
        x[at + i] = before;
      }
    }
  }
}

CLONES void cm_sweep_backward(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *inverse, const float *b, float *x) {
  for (const cm_run *run = matrix->runs + end - 1; run >= matrix->runs + first; run--) {
    FIND_TERMS(float, x)
    const ptrdiff_t base = run->base[2];
    const float *one = matrix->weights, *two = matrix->weights + matrix->stride;
    for (ptrdiff_t stop = run->end; stop > run->start; stop -= CHUNK) {
      const ptrdiff_t count = stop - run->start < CHUNK ? stop - run->start : CHUNK, start = stop - count;
      const ptrdiff_t at = base + start;
      float sums[CHUNK + TAIL];
      for (ptrdiff_t i = 0; i < count + TAIL; i++) sums[i] = b[at + i];
      ADD_TERMS(float, BELOW, RIGHT, sums, start, count)
      ADD_TERMS(float, LEFT, TERMS, sums, start, count)
      float after = x[at + count], after_that = x[at + count + 1];
      for (ptrdiff_t i = count - 1; i >= 0; i--) {
        const float scale = inverse[at + i];
        const float others = scale * sums[i] + scale * two[at + i] * after_that;
        after_that = after;
        after = others + scale * one[at + i] * after;
        x[at + i] = after;
      }
    }
  }
}

CLONES void cm_restrict(
  const cm_run *runs, const cm_link *links, ptrdiff_t first, ptrdiff_t end, const float *fine, float *coarse) {
  for (ptrdiff_t n = first; n < end; n++) {
    const float *above = fine + links[n].base[0], *row = fine + links[n].base[1], *below = fine + links[n].base[2];
    float *result = coarse + runs[n].base[2];
    for (ptrdiff_t x = runs[n].start; x < runs[n].end; x++) {
      const ptrdiff_t at = 2 * x;
      result[x] = row[at] + 0.5f * (row[at - 1] + row[at + 1] + above[at] + below[at])
        + 0.25f * (above[at - 1] + above[at + 1] + below[at - 1] + below[at + 1]);
    }
  }
}

CLONES void cm_prolong(
  const cm_run *runs, const cm_link *links, ptrdiff_t first, ptrdiff_t end, ptrdiff_t row, float weight,
  const float *coarse, float *fine) {
  for (ptrdiff_t n = first; n < end; n++) {
    const float *values = coarse + runs[n].base[2];
    float *result = fine + links[n].base[1 + row];
    for (ptrdiff_t x = runs[n].start; x < runs[n].end; x++) {
      const float value = weight * values[x];
      result[2 * x - 1] += 0.5f * value;
      result[2 * x] += value;
      result[2 * x + 1] += 0.5f * value;
    }
  }
}

CLONES void cm_coarsen(
  const cm_stencils *fine, const float *diagonal, const float *unknown, const int32_t *const *places, ptrdiff_t start,
  ptrdiff_t end, float *coarse_weights, ptrdiff_t coarse_stride, float *coarse_diagonal) {
  static const float shares[3] = {0.5f, 1, 0.5f};
  for (ptrdiff_t x = start; x < end; x++) {
    // The coarse pixel's share in its 3 x 3 fine ones, multiplied by the fine matrix: 7 x 7 pixels.
    float product[7][7] = {0};
    const ptrdiff_t column = 2 * x - 3;
    for (int y = 2; y < 5; y++)
      for (int i = 2; i < 5; i++) {
        const int32_t place = places[y][column + i];
        if (unknown[place] == 0) continue;
        const float share = shares[y - 2] * shares[i - 2];
        product[y][i] += share * diagonal[place];
        for (int k = 0; k < NEIGHBOURS; k++) {
          const float *plane = fine->weights + k * fine->stride;
          const int dy = rows_down[k], dx = columns_right[k];
          product[y + dy][i + dx] -= share * plane[place];
          product[y - dy][i - dx] -= share * plane[places[y - dy][column + i - dx]];
        }
      }
    for (int y = 0; y < 7; y++)
      for (int i = 0; i < 7; i++) product[y][i] *= unknown[places[y][column + i]];
    for (int k = -1; k < NEIGHBOURS; k++) {
      const int y = k < 0 ? 3 : 3 + 2 * rows_down[k], i = k < 0 ? 3 : 3 + 2 * columns_right[k];
      float sum = 0;
      for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
          if (y + dy < 7 && i + dx >= 0 && i + dx < 7) sum += shares[dy + 1] * shares[dx + 1] * product[y + dy][i + dx];
      if (k < 0)
        coarse_diagonal[x] = sum;
      else
        coarse_weights[k * coarse_stride + x] = -sum;
    }
  }
}

CLONES void cm_laplacian(
  ptrdiff_t start, ptrdiff_t end, const int32_t *bases, const double *const *photo, double epsilon, float *weights,
  ptrdiff_t stride) {
  // Which plane the pair of pixels p < q of a window belongs to.
  int planes[9][9];
  for (int p = 0; p < 9; p++)
    for (int q = p + 1; q < 9; q++)
      for (int k = 0; k < NEIGHBOURS; k++)
        if (q / 3 - p / 3 == rows_down[k] && q % 3 - p % 3 == columns_right[k]) planes[p][q] = k;
  for (ptrdiff_t x = start; x < end; x++) {
    double colors[9][3], mean[3] = {0};
    for (int p = 0; p < 9; p++)
      for (int c = 0; c < 3; c++) {
        colors[p][c] = photo[p / 3][4 * (x + p % 3 - 1) + c];
        mean[c] += colors[p][c] / 9;
      }
    for (int p = 0; p < 9; p++)
      for (int c = 0; c < 3; c++) colors[p][c] -= mean[c];
    // S = sum of c c' + epsilon, S = L D L', z = L⁻¹ c: then c' S⁻¹ c = z' D⁻¹ z. Colours of a window often lie on a line,
    // and of the inverse by Cramer's rule no digit would be right then.
    double rr = epsilon, gg = epsilon, bb = epsilon, rg = 0, rb = 0, gb = 0;
    for (int p = 0; p < 9; p++) {
      const double r = colors[p][0], g = colors[p][1], b = colors[p][2];
      rr += r * r, gg += g * g, bb += b * b, rg += r * g, rb += r * b, gb += g * b;
    }
    const double lg = rg / rr, lb = rb / rr;
    const double d1 = gg - lg * rg, lbg = (gb - lg * rb) / d1, d2 = bb - lb * rb - lbg * (gb - lg * rb);
    const double i0 = 1 / rr, i1 = 1 / d1, i2 = 1 / d2;
    for (int p = 0; p < 9; p++) {
      colors[p][1] -= lg * colors[p][0];
      colors[p][2] -= lb * colors[p][0] + lbg * colors[p][1];
    }
    for (int p = 0; p < 8; p++) {
      const double r = colors[p][0] * i0, g = colors[p][1] * i1, b = colors[p][2] * i2;
      float *own = weights + bases[p / 3] + x + p % 3 - 1;
      for (int q = p + 1; q < 9; q++)
        own[planes[p][q] * stride] += (float)(1.0 / 9 + r * colors[q][0] + g * colors[q][1] + b * colors[q][2]);
    }
  }
}

CLONES double cm_step(
  ptrdiff_t first, ptrdiff_t end, double alpha, const double *p, const double *ap, double *x, double *r,
  float *rounded) {
  double square = 0;
  for (ptrdiff_t i = first; i < end; i++) {
    x[i] += alpha * p[i];
    r[i] -= alpha * ap[i];
    rounded[i] = (float)r[i];
    square += r[i] * r[i];
  }
  return square;
}

CLONES void cm_direction(ptrdiff_t first, ptrdiff_t end, double beta, const float *z, double *p) {
  for (ptrdiff_t i = first; i < end; i++) p[i] = z[i] + beta * p[i];
}

CLONES double cm_dot(ptrdiff_t first, ptrdiff_t end, const double *r, const float *z) {
  double sum = 0;
  for (ptrdiff_t i = first; i < end; i++) sum += r[i] * z[i];
  return sum;
}
