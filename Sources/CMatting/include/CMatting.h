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

#endif
