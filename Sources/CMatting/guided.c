#include "CMatting.h"
#include "clones.h"

typedef float Four __attribute__((ext_vector_type(4)));

#define SPLAT(v, i) __builtin_shufflevector(v, v, i, i, i, i)

CLONES void cm_moments_add(ptrdiff_t width, void *sums_, const void *row_, float sign) {
  Four *sums = sums_;
  const Four *row = row_;
  for (ptrdiff_t x = 0; x < width; x++) {
    const Four v = row[x], signed_v = v * sign;
    sums[4 * x] += signed_v;
    sums[4 * x + 1] += signed_v * SPLAT(v, 0);
    sums[4 * x + 2] += signed_v * SPLAT(v, 1);
    sums[4 * x + 3] += signed_v * SPLAT(v, 2);
  }
}

// With means over the window, covariance C of the colours (epsilon added to its diagonal) and covariance c of colours and
// mask: a = C⁻¹ c by Cramer's rule, b = mean mask - a · mean colour.
CLONES void cm_guided_coefficients(
  ptrdiff_t width, ptrdiff_t radius, ptrdiff_t rows, float epsilon, const void *sums_, void *coefficients_) {
  const Four *sums = sums_;
  Four *coefficients = coefficients_;
  Four s = 0, sr = 0, sg = 0, sb = 0;
  for (ptrdiff_t x = -radius; x < width; x++) {
    if (x + radius < width) {
      const Four *next = sums + 4 * (x + radius);
      s += next[0], sr += next[1], sg += next[2], sb += next[3];
    }
    if (x - radius - 1 >= 0) {
      const Four *last = sums + 4 * (x - radius - 1);
      s -= last[0], sr -= last[1], sg -= last[2], sb -= last[3];
    }
    if (x < 0) continue;
    const ptrdiff_t first = x < radius ? 0 : x - radius, end = x + radius < width ? x + radius + 1 : width;
    const float scale = 1 / (float)(rows * (end - first));
    const Four mean = s * scale;
    const Four r = sr * scale - mean * SPLAT(mean, 0);
    const Four g = sg * scale - mean * SPLAT(mean, 1);
    const Four b = sb * scale - mean * SPLAT(mean, 2);
    const float rr = r.x + epsilon, gg = g.y + epsilon, bb = b.z + epsilon, rg = r.y, rb = r.z, gb = g.z;
    const float m0 = gg * bb - gb * gb, m1 = rb * gb - rg * bb, m2 = rg * gb - rb * gg;
    const float m3 = rr * bb - rb * rb, m4 = rb * rg - rr * gb, m5 = rr * gg - rg * rg;
    const float inverse = 1 / (rr * m0 + rg * m1 + rb * m2);
    const float cr = r.w, cg = g.w, cb = b.w;
    const float ar = (m0 * cr + m1 * cg + m2 * cb) * inverse;
    const float ag = (m1 * cr + m3 * cg + m4 * cb) * inverse;
    const float ab = (m2 * cr + m4 * cg + m5 * cb) * inverse;
    coefficients[x] = (Four){ar, ag, ab, mean.w - (ar * mean.x + ag * mean.y + ab * mean.z)};
  }
}

CLONES void cm_add(ptrdiff_t width, void *sums_, const void *row_, float sign) {
  Four *sums = sums_;
  const Four *row = row_;
  for (ptrdiff_t x = 0; x < width; x++) sums[x] += row[x] * sign;
}

CLONES void cm_window_means(ptrdiff_t width, ptrdiff_t radius, ptrdiff_t rows, const void *sums_, void *means_) {
  const Four *sums = sums_;
  Four *means = means_, sum = 0;
  for (ptrdiff_t x = -radius; x < width; x++) {
    if (x + radius < width) sum += sums[x + radius];
    if (x - radius - 1 >= 0) sum -= sums[x - radius - 1];
    if (x < 0) continue;
    const ptrdiff_t first = x < radius ? 0 : x - radius, end = x + radius < width ? x + radius + 1 : width;
    means[x] = sum * (1 / (float)(rows * (end - first)));
  }
}

CLONES void cm_guided_apply(
  ptrdiff_t width, const int32_t *columns, const float *fractions, const void *above_, const void *below_,
  float fraction, const void *photo_, float *output) {
  const Four *above = above_, *below = below_, *photo = photo_;
  for (ptrdiff_t x = 0; x < width; x++) {
    const ptrdiff_t i = columns[x];
    const Four left = above[i] + (below[i] - above[i]) * fraction;
    const Four right = above[i + 1] + (below[i + 1] - above[i + 1]) * fraction;
    const Four terms = (left + (right - left) * fractions[x]) * photo[x];
    output[x] = (terms.x + terms.y) + (terms.z + terms.w);
  }
}
