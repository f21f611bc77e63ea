// The vector vocabulary, written once for every instruction set with the compiler's vector types: including files define
// LANES, and the target attribute around them decides what the operators compile to. Products that are summed contract
// to fused multiply-adds where the target has them.
#pragma once
#include "CKernels.h"
#include <math.h>

// Vectors wider than the target's registers are passed between functions here only, and those are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
/// Floats of a cache line.
#define LINE 16
#define UNROLL _Pragma("clang loop unroll(full)")

/// LANES floats, and the same as loaded from memory aligned for one float only.
typedef float V __attribute__((ext_vector_type(LANES)));
typedef int32_t Mask __attribute__((ext_vector_type(LANES)));
typedef float Unaligned __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

INLINE V load(const float *p) { return *(const Unaligned *)p; }
INLINE void store(float *p, V x) { *(Unaligned *)p = x; }
INLINE V all(float x) { return (V)x; }
/// Lane by lane: x, or 0 where x < floor. A NaN stays.
INLINE V zero_below(V x, V floor) { return __builtin_bit_cast(V, __builtin_bit_cast(Mask, x) & ~(x < floor)); }
/// The larger of two, NaN if either is.
INLINE V larger(V a, V b) {
  V larger = a > b ? a : b;
  return a != a ? a : larger;
}
