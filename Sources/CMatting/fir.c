#include "CMatting.h"
#include "clones.h"

// Blocks of pixels whose sums stay in registers while the taps go by, then what is left.
#define WEIGH(name, Number, BLOCK)                                                                                   \
  CLONES void name(                                                                                                  \
    ptrdiff_t count, Number *restrict output, const Number *const *rows, ptrdiff_t radius, const Number *weights) {  \
    ptrdiff_t x = 0;                                                                                                 \
    for (; x + BLOCK <= count; x += BLOCK) {                                                                         \
      Number sums[BLOCK];                                                                                            \
      for (int i = 0; i < BLOCK; i++) sums[i] = rows[radius][x + i] * weights[0];                                    \
      for (ptrdiff_t k = radius; k > 0; k--) {                                                                       \
        const Number *before = rows[radius - k] + x, *after = rows[radius + k] + x;                                  \
        for (int i = 0; i < BLOCK; i++) sums[i] += (before[i] + after[i]) * weights[k];                              \
      }                                                                                                              \
      for (int i = 0; i < BLOCK; i++) output[x + i] = sums[i];                                                       \
    }                                                                                                                \
    for (; x < count; x++) {                                                                                         \
      Number sum = rows[radius][x] * weights[0];                                                                     \
      for (ptrdiff_t k = radius; k > 0; k--) sum += (rows[radius - k][x] + rows[radius + k][x]) * weights[k];        \
      output[x] = sum;                                                                                               \
    }                                                                                                                \
  }

#pragma STDC FP_CONTRACT OFF
WEIGH(cm_weigh_float, float, 32)
WEIGH(cm_weigh_double, double, 16)
