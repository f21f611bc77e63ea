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

#endif
