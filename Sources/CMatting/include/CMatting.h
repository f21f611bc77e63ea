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

#endif
