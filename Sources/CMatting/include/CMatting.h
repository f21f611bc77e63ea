// The inner loops of Matting. Each works on rows; what they mean is told where they are called.
#ifndef CMATTING_H
#define CMATTING_H

#include <stddef.h>
#include <stdint.h>

/// One Gauss–Seidel sweep along a row of `width` pixels.
///
/// `colors`: 8 floats a pixel: foreground red, green, blue, 0, background red, green, blue, 0; 0…1.
/// `photo`: 4 floats a pixel: red, green, blue, alpha; 0…1.
void cm_foreground_sweep(
  ptrdiff_t width, void *colors, const void *colors_above, const void *colors_below, const void *photo,
  const void *photo_above, const void *photo_below);

/// output[x] = weights[0] rows[radius][x] + sum over k in 1...radius of weights[k] (rows[radius - k][x] + rows[radius + k][x])
///
/// Summed from the farthest to the nearest, with a rounding after each operation: as SciPy's correlate1d.
void cm_weigh_float(
  ptrdiff_t count, float *output, const float *const *rows, ptrdiff_t radius, const float *weights);
void cm_weigh_double(
  ptrdiff_t count, double *output, const double *const *rows, ptrdiff_t radius, const double *weights);

/// Adds `sign` times the products of each pixel of a row to `sums`, 16 floats a pixel: with v = (red, green, blue, mask),
/// those are v, red v, green v, blue v.
void cm_moments_add(ptrdiff_t width, void *sums, const void *row, float sign);

/// The guided filter's linear models of the mask by the colours, 4 floats a pixel (three factors and a constant), over
/// windows that reach `radius` columns to both sides as far as the row goes. `sums`: moments of `rows` rows.
void cm_guided_coefficients(
  ptrdiff_t width, ptrdiff_t radius, ptrdiff_t rows, float epsilon, const void *sums, void *coefficients);

/// Adds `sign` times a row to `sums`; 4 floats a pixel.
void cm_add(ptrdiff_t width, void *sums, const void *row, float sign);

/// Means over windows that reach `radius` columns to both sides as far as the row goes. `sums`: of `rows` rows. 4 floats a
/// pixel.
void cm_window_means(ptrdiff_t width, ptrdiff_t radius, ptrdiff_t rows, const void *sums, void *means);

/// output[x] = dot product of `photo` (4 floats a pixel) and of coefficients (4 floats a pixel) interpolated between two
/// rows by `fraction` and between columns[x] and the one after it by fractions[x].
void cm_guided_apply(
  ptrdiff_t width, const int32_t *columns, const float *fractions, const void *above, const void *below, float fraction,
  const void *photo, float *output);

// Symmetric matrices over the unknown pixels of a picture, each of which reaches the 24 pixels around it.

/// A run of unknown pixels of a row. Column x of the row that is d below, -2...2, is stored at base[2 + d] + x, for columns
/// from two before the run to two after it.
typedef struct {
  int32_t row, start, end, base[5];
} cm_run;

/// For a run of a coarse picture: column 2 x of the fine row that is d below its own row, -1...1, is stored at
/// base[1 + d] + 2 x.
typedef struct {
  int32_t base[3];
} cm_link;

/// Minus the matrix' elements off the diagonal, 12 planes of `stride`: for the pixels right by 1, 2; down by 1 and right by
/// -2...2; down by 2 and right by -2...2. Those of the pixels before are these pixels' own.
typedef struct {
  const cm_run *runs;
  const float *weights;
  ptrdiff_t stride;
} cm_stencils;

// Below, b and x must have room for 8 numbers behind those of the last run, and weights for as many behind the last plane.

/// y = A x in the runs first..<end; returns the dot product of x and y there. x must be 0 at pixels that are not unknown.
double cm_multiply(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const double *diagonal, const double *x, double *y);

/// A Gauss–Seidel sweep for A x = b through the runs first..<end, whole rows, in reading order. If it starts from zero, x
/// must be 0 there, and rows not next to others than these need not look at pixels to come.
void cm_sweep_forward(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *inverse_diagonal, const float *b,
  int is_from_zero, float *x);

/// The same against the reading order.
void cm_sweep_backward(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *inverse_diagonal, const float *b, float *x);

/// r = b - A x after sweeps forward from zero in all blocks, of which first..<end is one: what was right when a pixel was
/// visited has changed only by the pixels after it.
void cm_residual_after_sweep(
  const cm_stencils *matrix, ptrdiff_t first, ptrdiff_t end, const float *diagonal, const float *b, const float *x,
  float *r);

/// coarse = P' fine in the coarse runs first..<end. P interpolates bilinearly; coarse pixel x is fine pixel 2 x.
void cm_restrict(
  const cm_run *runs, const cm_link *links, ptrdiff_t first, ptrdiff_t end, const float *fine, float *coarse);

/// fine += weight P coarse for the coarse runs first..<end and the fine row that is `row` below theirs, -1...1.
void cm_prolong(
  const cm_run *runs, const cm_link *links, ptrdiff_t first, ptrdiff_t end, ptrdiff_t row, float weight,
  const float *coarse, float *fine);

/// P' A P for the coarse pixels start..<end of a row. `places`: for 7 fine rows around it, where each column is stored, 0
/// if nowhere. `unknown`: 1 for fine pixels that are unknown, else 0. Results go to [x].
void cm_coarsen(
  const cm_stencils *fine, const float *diagonal, const float *unknown, const int32_t *const *places, ptrdiff_t start,
  ptrdiff_t end, float *coarse_weights, ptrdiff_t coarse_stride, float *coarse_diagonal);

/// Adds the closed-form Laplacian of windows of 3 x 3 pixels around the columns start..<end of a row. `bases`: where the
/// columns of the rows above, at and below it are stored. `photo`: these rows, 4 numbers a pixel.
void cm_laplacian(
  ptrdiff_t start, ptrdiff_t end, const int32_t *bases, const double *const *photo, double epsilon, float *weights,
  ptrdiff_t stride);

// Below, of the places first..<end.

/// x += alpha p, r -= alpha ap, rounded = r; returns the square of r's length.
double cm_step(
  ptrdiff_t first, ptrdiff_t end, double alpha, const double *p, const double *ap, double *x, double *r,
  float *rounded);

/// p = z + beta p.
void cm_direction(ptrdiff_t first, ptrdiff_t end, double beta, const float *z, double *p);

/// The dot product of r and z.
double cm_dot(ptrdiff_t first, ptrdiff_t end, const double *r, const float *z);

#endif
