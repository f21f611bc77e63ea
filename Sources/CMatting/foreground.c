#include <math.h>

#include "CMatting.h"
#include "clones.h"

typedef float Four __attribute__((ext_vector_type(4)));
// Swift aligns its SIMD types to 16 bytes at most.
typedef float Eight __attribute__((ext_vector_type(8), aligned(16)));

// Not functions: those could not take vectors that the target has no registers for.
#define PAIR(foreground, background) \
  __builtin_shufflevector((Four)(foreground), (Four)(background), 0, 1, 2, 3, 4, 5, 6, 7)
#define TWICE(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, 0, 1, 2, 3)
#define SWAPPED(v) __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3)

// With a for alpha and w_n = 1e-5 + |a - a_n|, s = sum w_n over the neighbours n:
//
//   [a² + s, a (1 - a); a (1 - a), (1 - a)² + s] (F, B) = (a photo + sum w_n F_n, (1 - a) photo + sum w_n B_n)
//
// The left neighbour comes last: everything else need not wait for it. At the left and right borders a pixel is its
// own neighbour.
CLONES void cm_foreground_sweep(
  ptrdiff_t width, void *colors_, const void *colors_above, const void *colors_below, const void *photo_,
  const void *photo_above, const void *photo_below) {
  Eight *colors = colors_;
  const Eight *above = colors_above, *below = colors_below;
  const Four *photo = photo_, *over = photo_above, *under = photo_below;
  const float least = 1e-5f;
  Eight left = colors[0];
  float a_left = photo[0][3];
  // What depends on alpha alone is kept while pixels and their neighbours have one alpha, the last of which is `flat`:
  // most of a mask is 0 or 1. Saves a fifth of the time on photos.
  float flat = NAN;
  Eight shares = {0}, own = {0}, own_left = {0};
  float cross = 0, cross_left = 0, w_right = 0, w_above = 0, w_below = 0;
  for (ptrdiff_t x = 0; x < width; x++) {
    const ptrdiff_t right = x + 1 < width ? x + 1 : x;
    const float a = photo[x][3], a_right = photo[right][3], a_above = over[x][3], a_below = under[x][3];
    const int is_flat = (a == a_left) & (a == a_right) & (a == a_above) & (a == a_below);
    if (!is_flat || a != flat) {
      flat = is_flat ? a : NAN;
      const float other = 1 - a;
      const float w_left = least + fabsf(a - a_left);
      w_right = least + fabsf(a - a_right);
      w_above = least + fabsf(a - a_above);
      w_below = least + fabsf(a - a_below);
      const float s = (w_left + w_right) + (w_above + w_below);
      const float ff = a * a + s, fb = a * other, bb = other * other + s;
      const float scale = 1 / (ff * bb - fb * fb);
      shares = PAIR(a, other);
      own = PAIR(scale * bb, scale * ff);
      cross = -scale * fb;
      own_left = own * w_left;
      cross_left = cross * w_left;
    }
    const Eight sums =
      (shares * TWICE(photo[x]) + w_right * colors[right]) + (w_above * above[x] + w_below * below[x]);
    const Eight best = (own * sums + cross * SWAPPED(sums)) + (own_left * left + cross_left * SWAPPED(left));
    left = __builtin_elementwise_min(__builtin_elementwise_max(best, (Eight)0), (Eight)1);
    colors[x] = left;
    a_left = a;
  }
}
